import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PortPool } from './port-pool.ts';

/** Called for each packet that came; the packet is the receiver's to keep. */
export type PacketListener = (packet: Buffer, address: string, port: number) => void;

export interface RtpSocketOptions {
  /** A numeric local address. */
  readonly address: string;
  readonly pool: PortPool;
  /** Milliseconds for the pool's quarantine. */
  readonly now: () => number;
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
  /** Asked of the kernel, which may give less: bursts after a stall must not be lost. */
  readonly receiveBufferBytes?: number;
}

export interface RtpSocket {
  readonly localPort: number;
  readonly localRtcpPort: number;
  /**
   * Sends to a numeric address. Errors (unreachable, full buffers) are counted, never thrown. The
   * packet must stay as it is until the next turn of the event loop.
   */
  sendRtp(packet: Uint8Array, address: string, port: number): void;
  sendRtcp(packet: Uint8Array, address: string, port: number): void;
  /**
   * From now on RTP comes from this numeric address alone, and what goes there costs a quarter less:
   * the kernel drops others' packets and looks up no route. What is sent elsewhere ends it.
   */
  settleOn(address: string, port: number): void;
  /** RTP comes from everywhere again. */
  unsettle(): void;
  errors(): number;
  /** Idempotent, never rejects; both ports are free and back in the pool when it resolves. */
  close(): Promise<void>;
}

const defaultReceiveBufferBytes = 256 * 1024;
/** Pairs tried when other programs hold ports of our range. */
const maxAttempts = 50;

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

/**
 * Binds a pair of ports of the pool. Undefined where none can be had: no rested pair, or each that
 * was tried is held by another program.
 */
export const openRtpSocket = async (options: RtpSocketOptions): Promise<RtpSocket | undefined> => {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const port = options.pool.take(options.now());
    if (port === undefined) return undefined;
    const rtp = createUdpSocket(options.address);
    const rtcp = createUdpSocket(options.address);
    const bound =
      (await bind(rtp, options.address, port)) && (await bind(rtcp, options.address, port + 1));
    if (bound) return openPair(options, port, rtp, rtcp);
    await Promise.all([closeSocket(rtp), closeSocket(rtcp)]);
    options.pool.release(port, options.now());
  }
  return undefined;
};

const createUdpSocket = (address: string): Socket => {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericLookup });
  // An 'error' event that nobody listens to would end the process.
  socket.on('error', () => undefined);
  return socket;
};

const openPair = (
  options: RtpSocketOptions,
  localPort: number,
  rtp: Socket,
  rtcp: Socket,
): RtpSocket => {
  let errors = 0;
  let closing: Promise<void> | undefined;
  const countError = (): void => {
    errors += 1;
  };
  rtp.on('error', countError);
  rtcp.on('error', countError);
  // Without a callback dgram would swallow what the kernel refuses.
  const onSent = (error: Error | null): void => {
    if (error !== null) errors += 1;
  };
  rtp.on('message', (packet, from) => {
    options.onRtp(packet, from.address, from.port);
  });
  rtcp.on('message', (packet, from) => {
    options.onRtcp(packet, from.address, from.port);
  });
  try {
    rtp.setRecvBufferSize(options.receiveBufferBytes ?? defaultReceiveBufferBytes);
  } catch {
    // The kernel's own size will do.
  }

  const send = (socket: Socket, packet: Uint8Array, address: string, port: number): void => {
    if (closing !== undefined) return;
    try {
      socket.send(packet, port, address, onSent);
    } catch {
      errors += 1; // port 0 and the like: what a peer's SDP said
    }
  };

  let settledAddress = '';
  let settledPort = 0;
  const unsettle = (): void => {
    if (settledPort === 0) return;
    settledPort = 0;
    try {
      rtp.disconnect();
    } catch {
      errors += 1; // closed in this very moment
    }
  };
  const settleOn = (address: string, port: number): void => {
    if (closing !== undefined || (port === settledPort && address === settledAddress)) return;
    unsettle();
    try {
      // Done on return, since our look-up answers at once.
      rtp.connect(port, address);
      rtp.remoteAddress();
      settledAddress = address;
      settledPort = port;
    } catch {
      errors += 1; // not to be reached: sending will say the same
    }
  };
  const sendSettled = (packet: Uint8Array): void => {
    if (closing !== undefined) return;
    try {
      rtp.send(packet);
    } catch {
      errors += 1;
    }
  };

  const close = async (): Promise<void> => {
    await Promise.all([closeSocket(rtp), closeSocket(rtcp)]);
    options.pool.release(localPort, options.now());
  };

  return {
    localPort,
    localRtcpPort: localPort + 1,
    sendRtp(packet, address, port) {
      if (port === settledPort && address === settledAddress) {
        sendSettled(packet);
        return;
      }
      unsettle();
      send(rtp, packet, address, port);
    },
    sendRtcp(packet, address, port) {
      send(rtcp, packet, address, port);
    },
    settleOn,
    unsettle,
    errors: () => errors,
    close() {
      closing ??= close();
      return closing;
    },
  };
};
