/** Which way a request goes: the transport, our socket and the peer's address. RFC 3261 §8.1.2, §18.1 */
import { isIP, isIPv6 } from 'node:net';
import type { SipUri } from '../message/sip-message.ts';
import type { Endpoint, Flow, TransportKind } from '../transaction/flow.ts';
import type { SipTransport } from './sip-transport.ts';

/** Requests longer than this leave UDP for a transport with congestion control. RFC 3261 §18.1.1 */
export const maxUdpRequestBytes = 1300;

const defaultPort: Readonly<Record<TransportKind, number>> = { udp: 5060, tcp: 5060, tls: 5061 };

const transportOf = (uri: SipUri): TransportKind => {
  if (uri.scheme === 'sips') return 'tls';
  const named = uri.params.get('transport')?.toLowerCase();
  return named === 'tcp' || named === 'tls' ? named : 'udp';
};

const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address);

/** How we name a local address to others. Loopback and the other family have no other name. */
export const publicAddressOf = (local: Endpoint, publicAddress: string | undefined): string =>
  publicAddress === undefined ||
  isLoopback(local.address) ||
  isIPv6(local.address) !== isIPv6(publicAddress)
    ? local.address
    : publicAddress;

/** The host to look up, or undefined where the URI names an address already. */
export const hostToResolve = (uri: SipUri): string | undefined => {
  const host = uri.params.get('maddr') ?? uri.host;
  return isIP(host) === 0 ? host : undefined;
};

export interface RouteHints {
  /** The flow of the dialog: same socket, and its connection while that stands. */
  readonly flow?: Flow | undefined;
  /** The peer of that connection is the user agent itself, not a proxy before it. */
  readonly isDirect?: boolean;
}

/** Not reachable from outside its own network. RFC 1918, RFC 6598, RFC 4193, link-local */
const isPrivate = (address: string): boolean =>
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd]|fe[89ab])/i.test(
    address,
  );

const localFor = (
  transports: readonly SipTransport[],
  kind: TransportKind,
  remote: Endpoint,
  preferred: Endpoint | undefined,
): SipTransport | undefined => {
  const family = isIPv6(remote.address);
  const fitting = transports.filter(
    (each) => each.kind === kind && isIPv6(each.local.address) === family,
  );
  const sameAddress = fitting.filter(({ local }) => local.address === preferred?.address);
  return (
    sameAddress.find(({ local }) => local.port === preferred?.port) ??
    sameAddress[0] ??
    fitting.find(({ local }) => isLoopback(local.address) === isLoopback(remote.address)) ??
    fitting[0]
  );
};

/** The flow to `uri`, whose host is at `address`; undefined where no transport of ours fits. */
export const flowTo = (
  transports: readonly SipTransport[],
  uri: SipUri,
  address: string,
  { flow, isDirect = false }: RouteHints = {},
): Flow | undefined => {
  // To a device that registered over TLS: all of the dialog goes over the connection that it opened,
  // whatever its Contact says. RFC 5626 §5.3
  if (flow?.transport === 'tls' && flow.connectionId === undefined && flow.serverName === undefined)
    return flow;
  const kind = transportOf(uri);
  const remote: Endpoint = { address, port: uri.port ?? defaultPort[kind] };
  const isFit = kind !== 'tls' || flow?.transport === 'tls';
  if (flow?.connectionId !== undefined && isFit && (isDirect || flow.remote.address === address)) {
    const { connectionId } = flow;
    if (transports.some((transport) => transport.hasConnection(connectionId))) return flow;
  }
  if (
    flow?.transport === 'udp' &&
    isDirect &&
    isPrivate(address) &&
    !isPrivate(flow.remote.address)
  ) {
    // A telephone behind a NAT that put its inside address into Contact: only the address its
    // request came from leads back to it.
    return flow;
  }
  const transport = localFor(transports, kind, remote, flow?.local);
  if (transport === undefined) return undefined;
  const made = { transport: kind, local: transport.local, remote, connectionId: undefined };
  return kind === 'tls' ? { ...made, serverName: uri.host } : made;
};

/** The same way by TCP, for a request too long for UDP. */
export const tcpInstead = (transports: readonly SipTransport[], flow: Flow): Flow | undefined => {
  if (flow.transport !== 'udp') return undefined;
  const transport = localFor(transports, 'tcp', flow.remote, flow.local);
  if (transport === undefined) return undefined;
  return { ...flow, transport: 'tcp', local: transport.local };
};
