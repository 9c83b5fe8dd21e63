/** A UDP socket by Node's own means: each packet comes when it comes, as an event. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  defaultReceiveBufferBytes,
  type OpenUdpSocket,
  type UdpSocket,
  type UdpSocketOptions,
} from './udp-socket.ts';

type Lookup = (
  hostname: string,
  options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
) => void;

// dgram resolves the address of every packet; ours are numeric, and answering at once keeps each
// send out of the resolver and in order.
const numericLookup: Lookup = (hostname, _options, callback) => {
  callback(null, hostname, isIPv6(hostname) ? 6 : 4);
};

const bind = (socket: Socket, address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const onError = (): void => {
      resolve(false);
    };
    socket.once('error', onError);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', onError);
      resolve(true);
    });
  });

const closeSocket = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    try {
      socket.close(() => {
        resolve();
      });
    } catch {
      resolve(); // never bound, or closed already
    }
  });

export const openDgramSocket: OpenUdpSocket = async (options) => {
  const { address, port } = options;
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericLookup });
  // An 'error' event that nobody listens to would end the process.
  socket.on('error', () => undefined);
  if (await bind(socket, address, port)) return socketOn(socket, options);
  await closeSocket(socket);
  return undefined;
};

const socketOn = (socket: Socket, options: UdpSocketOptions): UdpSocket => {
  const { nowMs, onPacket } = options;
  let errors = 0;
  let closing: Promise<void> | undefined;
  socket.on('error', () => {
    errors += 1;
  });
  // Without a callback dgram would swallow what the kernel refuses.
  const onSent = (error: Error | null): void => {
    if (error !== null) errors += 1;
  };
  socket.on('message', (packet, from) => {
    onPacket(packet, from.address, from.port, nowMs());
  });
  try {
    socket.setRecvBufferSize(options.receiveBufferBytes ?? defaultReceiveBufferBytes);
  } catch {
    // The kernel's own size will do.
  }

  let settledAddress = '';
  let settledPort = 0;
  const unsettle = (): void => {
    if (settledPort === 0) return;
    settledPort = 0;
    try {
      socket.disconnect();
    } catch {
      errors += 1; // closed in this very moment
    }
  };

  return {
    port: socket.address().port,
    send: (packet, address, port) => {
      if (closing !== undefined) return;
      try {
        if (port === settledPort && address === settledAddress) {
          socket.send(packet);
          return;
        }
        unsettle();
        socket.send(packet, port, address, onSent);
      } catch {
        errors += 1; // port 0 and the like: what a peer's SDP said
      }
    },
    settleOn: (address, port) => {
      if (closing !== undefined || (port === settledPort && address === settledAddress)) return;
      unsettle();
      try {
        // Done on return, since our look-up answers at once.
        socket.connect(port, address);
        socket.remoteAddress();
        settledAddress = address;
        settledPort = port;
      } catch {
        errors += 1; // not to be reached: sending will say the same
      }
    },
    unsettle,
    read: () => undefined,
    errors: () => errors,
    close: () => (closing ??= closeSocket(socket)),
  };
};
