/** What passes on the wire, to where it is traced. */
import type { CallCore } from '../call/call-core.ts';
import type { LegId } from '../call/identifiers.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { SipMessageListener } from '../sip/transaction/message-listener.ts';
import { cseq, fromOf, header, sipCallIdOf } from '../sip/message/message-headers.ts';
import type { SipMessage } from '../sip/message/sip-message.ts';
import type { Tracing } from '../trace/tracing.ts';

const whatOf = (message: SipMessage): string =>
  message.kind === 'request' ? message.method : String(message.status);

/** Whoever is in From, or in the identity that a peer adds: a trace is no proof of anybody. */
const callerNumberOf = (message: SipMessage): string | undefined => {
  const asserted = /(?:sips?|tel):(\+?[\d().-]+)/i.exec(
    header(message, 'P-Asserted-Identity') ?? '',
  );
  return asserted?.[1] ?? fromOf(message)?.uri.user;
};

/** Calls alone: what keeps trunks alive is no call's. */
const methods = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO', 'REFER']);

export const traceSip =
  (tracing: Tracing): SipMessageListener =>
  (direction, message, { local, remote }) => {
    const sipCallId = sipCallIdOf(message);
    const exchange = cseq(message);
    if (sipCallId === undefined || exchange === undefined || !methods.has(exchange.method)) return;
    const begins = message.kind === 'request' && message.method === 'INVITE' && direction === 'in';
    tracing.sip({
      direction,
      sipCallId,
      message,
      what: whatOf(message),
      exchange: `${exchange.seq} ${exchange.method}`,
      callerNumber: begins ? callerNumberOf(message) : undefined,
      local,
      remote,
    });
  };

/** The sound's headers of the calls that are traced, as soon as there is sound. */
export const traceSound = (parts: {
  readonly tracing: Tracing;
  readonly media: MediaBridge;
  readonly core: Pick<CallCore, 'list' | 'onChange'>;
}): void => {
  const { tracing, media, core } = parts;
  const wanted = new Set<string>();
  const legs = new Map<LegId, string>();

  const begin = (legId: LegId, sipCallId: string): void => {
    legs.set(legId, sipCallId);
    media.trace?.(legId, true);
  };
  const end = (legId: LegId): void => {
    legs.delete(legId);
    media.trace?.(legId, false);
  };

  tracing.onWanted((sipCallId, isWanted) => {
    if (isWanted) wanted.add(sipCallId);
    else wanted.delete(sipCallId);
    if (!isWanted) {
      for (const [legId, traced] of legs) if (traced === sipCallId) end(legId);
      return;
    }
    const live = core.list().find((record) => record.sipCallId === sipCallId);
    if (live?.answeredAt !== undefined) begin(live.legId, sipCallId);
  });
  core.onChange(({ record: { legId, sipCallId, answeredAt, state } }) => {
    if (wanted.size === 0 && legs.size === 0) return;
    if (state === 'ended') {
      wanted.delete(sipCallId);
      // What the worker has left to tell comes within moments, or never.
      return;
    }
    if (answeredAt !== undefined && wanted.has(sipCallId) && !legs.has(legId))
      begin(legId, sipCallId);
  });
  media.onTraced?.((legId, localPort, packets) => {
    const sipCallId = legs.get(legId);
    if (sipCallId === undefined) return;
    tracing.rtp(
      sipCallId,
      packets.map(({ remoteAddress, remotePort, ...packet }) => ({
        ...packet,
        localPort,
        remote: { address: remoteAddress, port: remotePort },
      })),
    );
  });
};
