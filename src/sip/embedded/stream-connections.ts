/**
 * The connections of one stream transport, TCP or TLS: used both ways, found again by peer, RFC 3261
 * §18. A slow, silent or broken peer ends its own connection and nothing else.
 *
 *   connectTo ─▶ connecting ── ready ──▶ open ── error, idle, broken, flooded ──▶ gone
 *   adopt ───────────────────────────────▲          (what waited has failed)
 */
import type { Socket } from 'node:net';
import { createStreamFramer } from '../message/stream-framer.ts';
import { endpointText, type Endpoint, type Flow } from '../transaction/flow.ts';
import type { SipTransport, TransportListener } from './sip-transport.ts';

export interface StreamLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerSource: number;
  /** A peer that has sent no whole message by then is closed. */
  readonly firstMessageMs: number;
  readonly idleMs: number;
  /** Until the connection takes messages: for TLS the handshake included. */
  readonly connectMs: number;
  /** A peer that leaves more than this unread is closed. */
  readonly maxUnsentBytes: number;
}

export const defaultStreamLimits: StreamLimits = {
  maxConnections: 2000,
  maxConnectionsPerSource: 100,
  firstMessageMs: 30_000,
  // Above half of the usual session interval, so that a call's refreshes keep its connection.
  idleMs: 20 * 60_000,
  connectMs: 4000,
  maxUnsentBytes: 1024 * 1024,
};

export interface StreamConnections extends Pick<
  SipTransport,
  'send' | 'hasConnection' | 'connections'
> {
  /** Whether one more from there would be too many. */
  isFullFor(address: string): boolean;
  /** Takes over a socket that a peer opened. */
  adopt(socket: Socket, remote: Endpoint): void;
  /** What is written still goes out, but nobody waits for a peer that does not read. */
  closeAll(): void;
}

export interface StreamConnectionsDeps {
  readonly kind: 'tcp' | 'tls';
  readonly local: () => Endpoint;
  readonly listener: TransportListener;
  readonly limits: StreamLimits;
  /** Begins a connection; `readyEvent` of the socket says that it may carry messages. */
  readonly connectTo: (
    remote: Endpoint,
    serverName: string | undefined,
  ) => { readonly socket: Socket; readonly readyEvent: 'connect' | 'secureConnect' };
}

interface Connection {
  readonly connectionId: string;
  readonly socket: Socket;
  readonly remote: Endpoint;
  /** Whose certificate it has: what is for others goes elsewhere. */
  readonly serverName: string | undefined;
  isReady: boolean;
  /** Held here until it is ready: keys must not leave before the peer's certificate was looked at. */
  waiting: { readonly bytes: Buffer; readonly onFailed: () => void }[];
}

export const createStreamConnections = (deps: StreamConnectionsDeps): StreamConnections => {
  const { kind, local, listener, limits } = deps;
  const connections = new Map<string, Connection>();
  const perSource = new Map<string, number>();
  let made = 0;

  const count = (address: string, by: 1 | -1): void => {
    const total = (perSource.get(address) ?? 0) + by;
    if (total <= 0) perSource.delete(address);
    else perSource.set(address, total);
  };

  const readMessages = ({ socket, remote, connectionId }: Connection): void => {
    const framer = createStreamFramer();
    const flow = (): Flow => ({ transport: kind, local: local(), remote, connectionId });
    socket.on('data', (chunk: Buffer) => {
      for (const event of framer.push(chunk)) {
        if (event.type === 'ping') {
          // RFC 5626 §3.5.1
          socket.write('\r\n');
        } else if (event.type !== 'pong') {
          socket.setTimeout(limits.idleMs);
          listener.onMessage(event.parsed, flow());
          if (event.type !== 'broken') continue;
          listener.onDropped('connection-broken');
          socket.end();
        }
      }
    });
  };

  const keep = (socket: Socket, remote: Endpoint, serverName?: string): Connection => {
    made += 1;
    const connectionId = `${endpointText(remote)}#${made}`;
    const connection: Connection = {
      connectionId,
      socket,
      remote,
      serverName,
      isReady: true,
      waiting: [],
    };
    connections.set(connectionId, connection);
    count(remote.address, 1);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(limits.firstMessageMs, () => socket.destroy());
    readMessages(connection);
    // A reset is the peer's affair; `close` follows and cleans up.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connections.delete(connectionId);
      count(remote.address, -1);
      for (const { onFailed } of connection.waiting.splice(0)) onFailed();
    });
    return connection;
  };

  const connectTo = (remote: Endpoint, serverName: string | undefined): Connection => {
    const { socket, readyEvent } = deps.connectTo(remote, serverName);
    const connection = keep(socket, remote, serverName);
    connection.isReady = false;
    socket.setTimeout(limits.connectMs);
    socket.once(readyEvent, () => {
      socket.setTimeout(limits.idleMs);
      connection.isReady = true;
      for (const { bytes } of connection.waiting.splice(0)) socket.write(bytes);
    });
    return connection;
  };

  const connectionFor = ({ connectionId, remote, serverName }: Flow): Connection | undefined => {
    const own = connectionId === undefined ? undefined : connections.get(connectionId);
    if (own !== undefined) return own;
    for (const connection of connections.values()) {
      const { address, port } = connection.remote;
      const isSame = address === remote.address && port === remote.port;
      if (isSame && connection.serverName === serverName) return connection;
    }
    return connections.size < limits.maxConnections ? connectTo(remote, serverName) : undefined;
  };

  return {
    get connections() {
      return connections.size;
    },
    hasConnection: (connectionId) => connections.has(connectionId),
    isFullFor: (address) =>
      connections.size >= limits.maxConnections ||
      (perSource.get(address) ?? 0) >= limits.maxConnectionsPerSource,
    adopt: (socket, remote) => void keep(socket, remote),
    send: (bytes, flow, onFailed) => {
      const connection = connectionFor(flow);
      if (connection === undefined || connection.socket.destroyed) {
        setImmediate(onFailed);
        return;
      }
      const { socket } = connection;
      if (socket.writableLength > limits.maxUnsentBytes) socket.destroy();
      if (!connection.isReady) connection.waiting.push({ bytes, onFailed });
      else if (!socket.destroyed) socket.write(bytes);
    },
    closeAll: () => {
      for (const { socket } of connections.values()) {
        socket.setTimeout(500);
        socket.destroySoon();
      }
    },
  };
};
