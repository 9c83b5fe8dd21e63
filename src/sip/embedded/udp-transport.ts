/** SIP over UDP: one socket on one local address. RFC 3261 §18 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { parseMessage } from '../message/parse-message.ts';
import { endpointText, type Endpoint } from '../transaction/flow.ts';
import { SipListenError, type SipTransport, type TransportListener } from './sip-transport.ts';

/** Room for a burst of calls while the process is busy. */
const receiveBufferBytes = 1024 * 1024;

const bind = (socket: Socket, endpoint: Endpoint): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    const { address, port } = endpoint;
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });

/** Rejects with `sip/listen-failed`. Port 0 takes any free port. */
export const createUdpTransport = async (
  endpoint: Endpoint,
  listener: TransportListener,
): Promise<SipTransport> => {
  const socket = createSocket({
    ...(isIPv6(endpoint.address) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }),
    recvBufferSize: receiveBufferBytes,
  });
  try {
    await bind(socket, endpoint);
  } catch (error) {
    socket.close();
    throw new SipListenError(`udp ${endpointText(endpoint)}`, error);
  }
  const local: Endpoint = { address: endpoint.address, port: socket.address().port };
  let isClosed = false;
  // After binding, an error belongs to one datagram (an ICMP message): the socket goes on.
  socket.on('error', () => {
    listener.onDropped('connection-broken');
  });
  socket.on('message', (bytes, { address, port }) => {
    const remote: Endpoint = { address, port };
    listener.onMessage(parseMessage(bytes), {
      transport: 'udp',
      local,
      remote,
      connectionId: undefined,
    });
  });
  return {
    kind: 'udp',
    local,
    send: (bytes, flow, onFailed) => {
      if (isClosed) return;
      socket.send(bytes, flow.remote.port, flow.remote.address, (error) => {
        if (error !== null) onFailed();
      });
    },
    hasConnection: () => false,
    connections: 0,
    close: () => {
      if (isClosed) return Promise.resolve();
      isClosed = true;
      return new Promise((resolve) => {
        socket.close(() => {
          resolve();
        });
      });
    },
  };
};
