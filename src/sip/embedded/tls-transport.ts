/**
 * SIP over TLS on one local address: RFC 3261 §26.3.1, certificates by RFC 5922.
 *
 *   accepted ── gate ──▶ handshake ── done ──▶ connection, as over TCP
 *       └─ too many ──▶ dropped ◀── failed or too slow
 */
import {
  connect as connectTcp,
  createServer as createTcpServer,
  isIP,
  isIPv6,
  type Socket,
} from 'node:net';
import {
  connect as connectTls,
  createServer as createTlsServer,
  type SecureContext,
} from 'node:tls';
import { endpointText, type Endpoint } from '../transaction/flow.ts';
import { serveStreams, type StreamState } from './serve-streams.ts';
import type { SipTransport, TransportListener } from './sip-transport.ts';
import {
  createStreamConnections,
  defaultStreamLimits,
  type StreamLimits,
} from './stream-connections.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import {
  createTlsHandshakeGate,
  defaultTlsHandshakeLimits,
  type TlsHandshakeLimits,
} from './tls-handshake-gate.ts';
import { clientContext, contextsByName, serverContextOptions } from './tls-policy.ts';

export interface TlsTransportOptions {
  readonly credentials: TlsCredentials;
  readonly limits?: StreamLimits;
  readonly handshakeLimits?: TlsHandshakeLimits;
  /** Milliseconds that don't go backwards. */
  readonly nowMs?: () => number;
}

interface Handshake {
  readonly socket: Socket;
  /** It is done or over; idempotent. */
  readonly ended: () => void;
}

/** Rejects with `sip/listen-failed`. Port 0 takes any free port. */
export const createTlsTransport = async (
  endpoint: Endpoint,
  listener: TransportListener,
  options: TlsTransportOptions,
): Promise<SipTransport> => {
  const { credentials, limits = defaultStreamLimits } = options;
  const nowMs = options.nowMs ?? (() => performance.now());
  const handshakeLimits = options.handshakeLimits ?? defaultTlsHandshakeLimits;
  const gate = createTlsHandshakeGate(handshakeLimits);
  /** Those in their handshake, by peer. */
  const handshakes = new Map<string, Handshake>();
  const state: StreamState = { local: endpoint, isClosed: false };
  let ownContext: SecureContext | undefined;
  let contextFor = contextsByName(credentials.material);

  const connections = createStreamConnections({
    kind: 'tls',
    local: () => state.local,
    listener,
    limits,
    connectTo: (remote, serverName) => {
      const socket = connectTcp({
        host: remote.address,
        port: remote.port,
        localAddress: state.local.address,
        family: isIPv6(remote.address) ? 6 : 4,
      });
      const secured = connectTls({
        socket,
        // The certificate has to be for the name that was called, RFC 5922 §7; without one, for the address.
        host: remote.address,
        ...(serverName !== undefined && isIP(serverName) === 0 && { servername: serverName }),
        secureContext: (ownContext ??= clientContext(credentials.material)),
      });
      return { socket: secured, readyEvent: 'secureConnect' };
    },
  });

  const tlsServer = createTlsServer({
    ...serverContextOptions(credentials.material),
    requestCert: credentials.material.clientAuthority !== undefined,
    rejectUnauthorized: true,
    SNICallback: (name, done) => {
      done(null, contextFor(name));
    },
  });
  tlsServer.on('secureConnection', (socket) => {
    const { remoteAddress: address = '', remotePort: port = 0 } = socket;
    handshakes.get(endpointText({ address, port }))?.ended();
    if (state.isClosed || socket.destroyed) socket.destroy();
    else connections.adopt(socket, { address, port });
  });
  tlsServer.on('tlsClientError', (_error, socket) => {
    listener.onDropped('handshake');
    socket.destroy();
  });
  credentials.onChange(() => {
    ownContext = undefined;
    contextFor = contextsByName(credentials.material);
    if (!state.isClosed) tlsServer.setSecureContext(serverContextOptions(credentials.material));
  });

  const handshake = (socket: Socket, remote: Endpoint): void => {
    const peer = endpointText(remote);
    const timer = setTimeout(() => {
      listener.onDropped('handshake');
      socket.destroy();
    }, handshakeLimits.handshakeMs);
    const ended = (): void => {
      if (!handshakes.delete(peer)) return;
      clearTimeout(timer);
      gate.ended(remote.address);
    };
    handshakes.set(peer, { socket, ended });
    socket.once('close', ended);
    tlsServer.emit('connection', socket);
  };

  const server = createTcpServer({ noDelay: true }, (socket) => {
    const { remoteAddress: address, remotePort: port } = socket;
    const isWelcome = address !== undefined && !state.isClosed && !connections.isFullFor(address);
    if (!isWelcome || port === undefined || !gate.begin(nowMs(), address)) {
      listener.onDropped('connection-limit');
      socket.destroy();
      return;
    }
    handshake(socket, { address, port });
  });
  return serveStreams({
    kind: 'tls',
    server,
    state,
    connections,
    listener,
    onClose: () => {
      for (const { socket } of handshakes.values()) socket.destroy();
    },
  });
};
