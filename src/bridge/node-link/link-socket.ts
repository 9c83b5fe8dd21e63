/** The UDP socket by which one media worker speaks with those of other nodes. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PortRange } from '../rtp/port-pool.ts';

export interface LinkSocket {
  readonly port: number;
  /** To a numeric address; the bytes stay as they are from now on. What fails is lost, as on the way. */
  readonly send: (bytes: Buffer, address: string, port: number) => void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** The datagrams of all other nodes that a stall of ours leaves waiting. */
const receiveBufferBytes = 1024 * 1024;

const bind = (address: string, port: number): Promise<Socket | undefined> => {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    // Numeric, and answered at once: no send goes through the resolver.
    lookup: (hostname, _options, callback) => {
      callback(null, hostname, isIPv6(hostname) ? 6 : 4);
    },
  });
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // One that nobody listens to would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
};

/** On the first free port of the range; undefined where none is, or the address is not of this machine. */
export const openLinkSocket = async (
  address: string,
  ports: PortRange,
  onDatagram: (datagram: Buffer) => void,
): Promise<LinkSocket | undefined> => {
  for (let port = ports.first; port <= ports.last; port += 1) {
    const socket = await bind(address, port);
    if (socket !== undefined) return linkSocketOn(socket, port, onDatagram);
  }
  return undefined;
};

const linkSocketOn = (
  socket: Socket,
  port: number,
  onDatagram: (datagram: Buffer) => void,
): LinkSocket => {
  let closing: Promise<void> | undefined;
  socket.on('message', onDatagram);
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch {
    // The kernel's own size will do.
  }
  return {
    port,
    send: (bytes, address, toPort) => {
      if (closing !== undefined) return;
      try {
        socket.send(bytes, toPort, address, () => undefined);
      } catch {
        // Port 0 and the like: the other side's mistake.
      }
    },
    close: () =>
      (closing ??= new Promise((resolve) => {
        socket.close(() => {
          resolve();
        });
      })),
  };
};
