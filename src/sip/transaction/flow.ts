import type { SipRequest } from '../message/sip-message.ts';
import { topVia } from '../message/message-headers.ts';

export type TransportKind = 'udp' | 'tcp' | 'tls';

export interface Endpoint {
  /** An IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Where a message came from or goes to: our socket, the peer's, and for TCP which connection. */
export interface Flow {
  readonly transport: TransportKind;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The connection a message came on; undefined for UDP and for connections yet to be made. */
  readonly connectionId: string | undefined;
  /** TLS: the host of the URI that leads there, which the peer's certificate has to name. RFC 5922 §7 */
  readonly serverName?: string | undefined;
}

export const isReliable = (transport: TransportKind): boolean => transport !== 'udp';

/** `host` or `[host]`, as it stands in URIs and Via. */
export const hostText = (address: string): string =>
  address.includes(':') ? `[${address}]` : address;

export const endpointText = ({ address, port }: Endpoint): string => `${hostText(address)}:${port}`;

/**
 * Where the responses of a request go, RFC 3261 §18.2.2 and RFC 3581 §4: on TCP back on the
 * connection; on UDP to the source address, and to the source port if the client asked (rport),
 * else to the port of its Via. `maddr` is not followed: it would let a peer aim us at others.
 */
export const responseFlow = (request: SipRequest, flow: Flow): Flow => {
  if (isReliable(flow.transport)) return flow;
  const via = topVia(request);
  if (via === undefined || via.params.has('rport')) return flow;
  return { ...flow, remote: { address: flow.remote.address, port: via.port ?? 5060 } };
};
