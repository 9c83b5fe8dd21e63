/**
 * Whether a BYE says that nobody hung up: the network, or a border element, gave the call up.
 *
 *   Reason: Q.850;cause=38;text="Network out of order"     RFC 3326 §2
 *   Reason: SIP;cause=408;text="RTP timeout"
 */
import { digitsUpTo, parseParams, splitOutsideQuotes } from './grammar.ts';

/**
 * ITU-T Q.850: destination out of order, network out of order, temporary failure, requested channel
 * not available, resource unavailable, service not available, recovery on timer expiry. Not 31
 * (normal, unspecified): many gateways say so of every call.
 */
const brokenCauses: ReadonlySet<number> = new Set([27, 38, 41, 44, 47, 63, 102]);

/** A timeout, or a server's failure: nobody means these. */
const isBrokenStatus = (status: number): boolean =>
  status === 408 || (status >= 500 && status <= 599);

/** `reasons`: the values of the Reason headers, as `headers` reads them. None: an ordinary BYE. */
export const isDroppedLine = (reasons: readonly string[]): boolean =>
  reasons
    .flatMap((value) => splitOutsideQuotes(value, ','))
    .some((reason) => {
      const [protocol = ''] = reason.split(';', 1);
      const params = parseParams(reason.slice(protocol.length));
      const cause = digitsUpTo(params?.get('cause') ?? '', 999);
      if (cause === undefined) return false;
      const name = protocol.trim().toLowerCase();
      return name === 'q.850' ? brokenCauses.has(cause) : name === 'sip' && isBrokenStatus(cause);
    });
