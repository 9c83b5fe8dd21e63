/** All sockets of one user agent: opened together, written to by flow, named to the outside. */
import { networkInterfaces } from 'node:os';
import { withHeader } from '../message/build-message.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type { SipHeader, SipMessage } from '../message/sip-message.ts';
import { hostText, type Endpoint, type Flow } from '../transaction/flow.ts';
import { expandListen, type ListenSpec } from './listen-addresses.ts';
import { publicAddressOf } from './route-request.ts';
import type { SipTransport, TransportListener } from './sip-transport.ts';
import { createTcpTransport } from './tcp-transport.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import { createTlsTransport } from './tls-transport.ts';
import { createUdpTransport } from './udp-transport.ts';

export type OpenTransport = (
  spec: ListenSpec,
  listener: TransportListener,
) => Promise<SipTransport>;

export interface TransportSet {
  /** Rejects with `sip/listen-failed`, and then none is open. */
  open(specs: readonly ListenSpec[]): Promise<void>;
  readonly all: readonly SipTransport[];
  send(message: SipMessage, flow: Flow, onFailed: () => void): void;
  /** Bytes that are no message: keep-alives. What becomes of them nobody asks. */
  sendBytes(bytes: Buffer, flow: Flow): void;
  /** What we call one of our sockets in Via and Contact, towards this peer. */
  publicEndpoint(local: Endpoint, remote?: Endpoint): Endpoint;
  /** `isSips`: the other side asked for TLS all the way. RFC 3261 §8.1.1.8, §12.1.1 */
  contactOn(
    flow: Pick<Flow, 'transport' | 'local'> & { readonly remote?: Endpoint },
    isSips?: boolean,
  ): SipHeader;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface TransportSetDeps {
  readonly listener: TransportListener;
  readonly publicAddress: string | undefined;
  /** Another one towards some peers. */
  readonly publicAddressTowards?: ((remoteAddress: string) => string | undefined) | undefined;
  /** For User-Agent and Server. */
  readonly userAgentName: string | undefined;
  readonly openTransport?: OpenTransport | undefined;
  /** For listening on TLS, and for calls over it. */
  readonly tls?: TlsCredentials | undefined;
}

const openSocketWith =
  (credentials: TlsCredentials | undefined): OpenTransport =>
  (spec, listener) => {
    if (spec.transport === 'udp') return createUdpTransport(spec, listener);
    if (spec.transport === 'tcp') return createTcpTransport(spec, listener);
    if (credentials === undefined) throw new RangeError('TLS needs a certificate');
    return createTlsTransport(spec, listener, { credentials });
  };

export const createTransportSet = (deps: TransportSetDeps): TransportSet => {
  const openTransport = deps.openTransport ?? openSocketWith(deps.tls);
  let transports: readonly SipTransport[] = [];

  const signed = (message: SipMessage): SipMessage => {
    if (deps.userAgentName === undefined) return message;
    const name = message.kind === 'request' ? 'User-Agent' : 'Server';
    return withHeader(message, name, deps.userAgentName);
  };
  const publicEndpoint = (local: Endpoint, remote?: Endpoint): Endpoint => {
    const own = remote && deps.publicAddressTowards?.(remote.address);
    return { address: publicAddressOf(local, own ?? deps.publicAddress), port: local.port };
  };
  const transportOf = (flow: Flow): SipTransport | undefined =>
    transports.find(
      ({ kind, local }) =>
        kind === flow.transport &&
        local.address === flow.local.address &&
        local.port === flow.local.port,
    );

  return {
    open: async (specs) => {
      const opened: SipTransport[] = [];
      try {
        for (const spec of expandListen(specs, networkInterfaces())) {
          opened.push(await openTransport(spec, deps.listener));
        }
      } catch (error) {
        await Promise.all(opened.map((transport) => transport.close()));
        throw error;
      }
      transports = opened;
    },
    get all() {
      return transports;
    },
    send: (message, flow, onFailed) => {
      const transport = transportOf(flow);
      if (transport === undefined) onFailed();
      else transport.send(serializeMessage(signed(message)), flow, onFailed);
    },
    sendBytes: (bytes, flow) => {
      transportOf(flow)?.send(bytes, flow, () => undefined);
    },
    publicEndpoint,
    contactOn: ({ transport, local, remote }, isSips = false) => {
      const { address, port } = publicEndpoint(local, remote);
      if (isSips && transport === 'tls') {
        return { name: 'Contact', value: `<sips:${hostText(address)}:${port}>` };
      }
      const param = transport === 'udp' ? '' : `;transport=${transport}`;
      return { name: 'Contact', value: `<sip:${hostText(address)}:${port}${param}>` };
    },
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
};
