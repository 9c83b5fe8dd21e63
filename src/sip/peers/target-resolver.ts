/**
 * From a SIP URI to the servers to try, in order: RFC 3263 §4 without NAPTR. A name without a port
 * has SRV records, or else addresses at the default port.
 */
import { lookup, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import { orderSrv, type SrvTarget } from '../../trunk/srv-order.ts';
import type { SipUri } from '../message/sip-message.ts';
import type { TransportKind } from '../transaction/flow.ts';
import type { Destination } from './outside-request.ts';

/** The name service. Both reject where there is nothing. */
export interface NameService {
  srv(name: string): Promise<readonly SrvTarget[]>;
  addresses(host: string): Promise<readonly string[]>;
}

export const systemNameService: NameService = {
  srv: async (name) =>
    (await resolveSrv(name)).map(({ name: host, ...rest }) => ({ host, ...rest })),
  addresses: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
};

export interface TargetResolver {
  /** Empty where nothing was found; never rejects. */
  resolve(uri: SipUri): Promise<readonly Destination[]>;
}

const maxTargets = 16;

const transportOf = (uri: SipUri): TransportKind => {
  if (uri.scheme === 'sips') return 'tls';
  const named = uri.params.get('transport')?.toLowerCase();
  return named === 'tcp' || named === 'tls' ? named : 'udp';
};

const srvName = (transport: TransportKind, host: string): string =>
  transport === 'tls' ? `_sips._tcp.${host}` : `_sip._${transport}.${host}`;

export const createTargetResolver = (
  names: NameService,
  fraction: () => number,
): TargetResolver => {
  const addressesOf = async (host: string): Promise<readonly string[]> =>
    isIP(host) === 0 ? names.addresses(host).catch(() => []) : [host];
  return {
    resolve: async (uri) => {
      const transport = transportOf(uri);
      const port = uri.port ?? (transport === 'tls' ? 5061 : 5060);
      const isPlain = isIP(uri.host) !== 0 || uri.port !== undefined;
      const records = isPlain ? [] : await names.srv(srvName(transport, uri.host)).catch(() => []);
      const hosts = records.length === 0 ? [{ host: uri.host, port }] : orderSrv(records, fraction);
      const found = await Promise.all(
        hosts.slice(0, maxTargets).map(async (each) =>
          (await addressesOf(each.host)).map((address): Destination => ({
            transport,
            address,
            port: each.port,
            // The name that was asked for, not the one that SRV gave: that was nobody's promise. RFC 5922 §4
            ...(transport === 'tls' && { serverName: uri.host }),
          })),
        ),
      );
      return found.flat().slice(0, maxTargets);
    },
  };
};
