/** SIP over TCP: accepts and makes connections on one local address, RFC 3261 §18. */
import { connect, createServer, isIPv6 } from 'node:net';
import { endpointText, type Endpoint } from '../transaction/flow.ts';
import { listenOn } from './listen-on.ts';
import { SipListenError, type SipTransport, type TransportListener } from './sip-transport.ts';
import {
  createStreamConnections,
  defaultStreamLimits,
  type StreamLimits,
} from './stream-connections.ts';

/** Rejects with `sip/listen-failed`. Port 0 takes any free port. */
export const createTcpTransport = async (
  endpoint: Endpoint,
  listener: TransportListener,
  limits: StreamLimits = defaultStreamLimits,
): Promise<SipTransport> => {
  let isClosed = false;
  let local: Endpoint = endpoint;
  const connections = createStreamConnections({
    kind: 'tcp',
    local: () => local,
    listener,
    limits,
    connectTo: (remote) => ({
      readyEvent: 'connect',
      socket: connect({
        host: remote.address,
        port: remote.port,
        localAddress: local.address,
        family: isIPv6(remote.address) ? 6 : 4,
      }),
    }),
  });

  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined || isClosed || connections.isFullFor(address)) {
      listener.onDropped('connection-limit');
      socket.destroy();
      return;
    }
    connections.adopt(socket, { address, port });
  });
  try {
    local = { address: endpoint.address, port: await listenOn(server, endpoint) };
  } catch (error) {
    throw new SipListenError(`tcp ${endpointText(endpoint)}`, error);
  }
  server.on('error', () => {
    listener.onDropped('connection-broken');
  });

  return {
    kind: 'tcp',
    get local() {
      return local;
    },
    send: (bytes, flow, onFailed) => {
      if (isClosed) setImmediate(onFailed);
      else connections.send(bytes, flow, onFailed);
    },
    hasConnection: connections.hasConnection,
    get connections() {
      return connections.connections;
    },
    close: () => {
      if (isClosed) return Promise.resolve();
      isClosed = true;
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        connections.closeAll();
      });
    },
  };
};
