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
  /** What we call one of our sockets in Via and Contact. */
  publicEndpoint(local: Endpoint): Endpoint;
  contactOn(flow: Pick<Flow, 'transport' | 'local'>): SipHeader;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface TransportSetDeps {
  readonly listener: TransportListener;
  readonly publicAddress: string | undefined;
  /** For User-Agent and Server. */
  readonly userAgentName: string | undefined;
  readonly openTransport?: OpenTransport | undefined;
}

const openSocket: OpenTransport = (spec, listener) =>
  spec.transport === 'udp'
    ? createUdpTransport(spec, listener)
    : createTcpTransport(spec, listener);

export const createTransportSet = (deps: TransportSetDeps): TransportSet => {
  const openTransport = deps.openTransport ?? openSocket;
  let transports: readonly SipTransport[] = [];

  const signed = (message: SipMessage): SipMessage => {
    if (deps.userAgentName === undefined) return message;
    const name = message.kind === 'request' ? 'User-Agent' : 'Server';
    return withHeader(message, name, deps.userAgentName);
  };
  const publicEndpoint = (local: Endpoint): Endpoint => ({
    address: publicAddressOf(local, deps.publicAddress),
    port: local.port,
  });

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
      const transport = transports.find(
        ({ kind, local }) =>
          kind === flow.transport &&
          local.address === flow.local.address &&
          local.port === flow.local.port,
      );
      if (transport === undefined) onFailed();
      else transport.send(serializeMessage(signed(message)), flow, onFailed);
    },
    publicEndpoint,
    contactOn: ({ transport, local }) => {
      const { address, port } = publicEndpoint(local);
      const param = transport === 'udp' ? '' : `;transport=${transport}`;
      return { name: 'Contact', value: `<sip:${hostText(address)}:${port}${param}>` };
    },
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
};
