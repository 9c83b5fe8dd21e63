/** SIP over TCP: accepts and makes connections on one local address, RFC 3261 §18. */
import { connect, createServer, isIPv6 } from 'node:net';
import type { Endpoint } from '../transaction/flow.ts';
import { serveStreams, type StreamState } from './serve-streams.ts';
import type { SipTransport, TransportListener } from './sip-transport.ts';
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
  const state: StreamState = { local: endpoint, isClosed: false };
  const connections = createStreamConnections({
    kind: 'tcp',
    local: () => state.local,
    listener,
    limits,
    connectTo: (remote) => ({
      readyEvent: 'connect',
      socket: connect({
        host: remote.address,
        port: remote.port,
        localAddress: state.local.address,
        family: isIPv6(remote.address) ? 6 : 4,
      }),
    }),
  });

  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress: address, remotePort: port } = socket;
    if (
      address === undefined ||
      port === undefined ||
      state.isClosed ||
      connections.isFullFor(address)
    ) {
      listener.onDropped('connection-limit');
      socket.destroy();
      return;
    }
    connections.adopt(socket, { address, port });
  });
  return serveStreams({ kind: 'tcp', server, state, connections, listener });
};
