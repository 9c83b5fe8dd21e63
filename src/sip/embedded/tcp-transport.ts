/**
 * SIP over TCP: accepts and makes connections on one local address, RFC 3261 §18. A connection is
 * used both ways; a slow, silent or broken peer ends its own connection and nothing else.
 */
import { connect, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { createStreamFramer } from '../message/stream-framer.ts';
import { endpointText, type Endpoint, type Flow } from '../transaction/flow.ts';
import { SipListenError, type SipTransport, type TransportListener } from './sip-transport.ts';

export interface TcpLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerSource: number;
  /** A peer that has sent no whole message by then is closed. */
  readonly firstMessageMs: number;
  readonly idleMs: number;
  readonly connectMs: number;
  /** A peer that leaves more than this unread is closed. */
  readonly maxUnsentBytes: number;
}

export const defaultTcpLimits: TcpLimits = {
  maxConnections: 2000,
  maxConnectionsPerSource: 100,
  firstMessageMs: 30_000,
  // Above half of the usual session interval, so that a call's refreshes keep its connection.
  idleMs: 20 * 60_000,
  connectMs: 4000,
  maxUnsentBytes: 1024 * 1024,
};

interface Connection {
  readonly connectionId: string;
  readonly socket: Socket;
  readonly remote: Endpoint;
  /** Those whose bytes wait for the connection to be made. */
  readonly waiting: Set<() => void>;
}

const listen = (server: Server, endpoint: Endpoint): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: endpoint.address, port: endpoint.port, ipv6Only: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : endpoint.port);
    });
  });

/** Rejects with `sip/listen-failed`. Port 0 takes any free port. */
export const createTcpTransport = async (
  endpoint: Endpoint,
  listener: TransportListener,
  limits: TcpLimits = defaultTcpLimits,
): Promise<SipTransport> => {
  const connections = new Map<string, Connection>();
  const perSource = new Map<string, number>();
  let made = 0;
  let isClosed = false;
  let local: Endpoint = endpoint;

  const count = (address: string, by: 1 | -1): void => {
    const total = (perSource.get(address) ?? 0) + by;
    if (total <= 0) perSource.delete(address);
    else perSource.set(address, total);
  };

  const adopt = (socket: Socket, remote: Endpoint): Connection => {
    made += 1;
    const connection: Connection = {
      connectionId: `${endpointText(remote)}#${made}`,
      socket,
      remote,
      waiting: new Set(),
    };
    const { connectionId } = connection;
    const flow = (): Flow => ({ transport: 'tcp', local, remote, connectionId });
    const framer = createStreamFramer();
    connections.set(connectionId, connection);
    count(remote.address, 1);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(limits.firstMessageMs, () => socket.destroy());
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
    // A reset is the peer's affair; `close` follows and cleans up.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connections.delete(connectionId);
      count(remote.address, -1);
      for (const onFailed of connection.waiting) onFailed();
      connection.waiting.clear();
    });
    return connection;
  };

  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress: address, remotePort: port } = socket;
    const isFull =
      connections.size >= limits.maxConnections ||
      (perSource.get(address ?? '') ?? 0) >= limits.maxConnectionsPerSource;
    if (address === undefined || port === undefined || isClosed || isFull) {
      listener.onDropped('connection-limit');
      socket.destroy();
      return;
    }
    adopt(socket, { address, port });
  });
  try {
    local = { address: endpoint.address, port: await listen(server, endpoint) };
  } catch (error) {
    throw new SipListenError(`tcp ${endpointText(endpoint)}`, error);
  }
  server.on('error', () => {
    listener.onDropped('connection-broken');
  });

  const connectTo = (remote: Endpoint): Connection => {
    const socket = connect({
      host: remote.address,
      port: remote.port,
      localAddress: local.address,
      family: isIPv6(remote.address) ? 6 : 4,
    });
    const connection = adopt(socket, remote);
    socket.setTimeout(limits.connectMs);
    socket.once('connect', () => {
      socket.setTimeout(limits.idleMs);
      connection.waiting.clear();
    });
    return connection;
  };

  const connectionFor = (flow: Flow): Connection | undefined => {
    const own = flow.connectionId === undefined ? undefined : connections.get(flow.connectionId);
    if (own !== undefined) return own;
    for (const connection of connections.values()) {
      const { remote } = connection;
      if (remote.address === flow.remote.address && remote.port === flow.remote.port) {
        return connection;
      }
    }
    return connections.size < limits.maxConnections ? connectTo(flow.remote) : undefined;
  };

  return {
    kind: 'tcp',
    get local() {
      return local;
    },
    send: (bytes, flow, onFailed) => {
      const connection = isClosed ? undefined : connectionFor(flow);
      if (connection === undefined || connection.socket.destroyed) {
        setImmediate(onFailed);
        return;
      }
      const { socket, waiting } = connection;
      if (socket.writableLength > limits.maxUnsentBytes) socket.destroy();
      if (socket.connecting) waiting.add(onFailed);
      if (!socket.destroyed) socket.write(bytes);
    },
    hasConnection: (connectionId) => connections.has(connectionId),
    get connections() {
      return connections.size;
    },
    close: () => {
      if (isClosed) return Promise.resolve();
      isClosed = true;
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const { socket } of connections.values()) {
          // What is written still goes out, but nobody waits for a peer that does not read.
          socket.setTimeout(500);
          socket.destroySoon();
        }
      });
    },
  };
};
