import { openDgramSocket } from '../udp/dgram-socket.ts';
import type { OpenUdpSocket, PacketListener, UdpSocket } from '../udp/udp-socket.ts';
import type { PortPool } from './port-pool.ts';

export type { PacketListener } from '../udp/udp-socket.ts';

export interface RtpSocketOptions {
  /** A numeric local address. */
  readonly address: string;
  readonly pool: PortPool;
  /** Milliseconds for the pool's quarantine, and of arrivals. */
  readonly now: () => number;
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
  /** For RTP; by Node's own sockets where undefined. RTCP is too seldom to matter. */
  readonly openUdp?: OpenUdpSocket | undefined;
  readonly receiveBufferBytes?: number;
}

/** A pair of UDP sockets; rules of `UdpSocket`. */
export interface RtpSocket extends Omit<UdpSocket, 'port' | 'send' | 'read'> {
  readonly localPort: number;
  readonly localRtcpPort: number;
  readonly sendRtp: UdpSocket['send'];
  readonly sendRtcp: UdpSocket['send'];
  /** Hands on the RTP that has come, where that does not happen by itself: to be called at each tick. */
  readonly readRtp: () => void;
}

/** Pairs tried when other programs hold ports of our range. */
const maxAttempts = 50;

/**
 * Binds a pair of ports of the pool. Undefined where none can be had: no rested pair, or each that
 * was tried is held by another program.
 */
export const openRtpSocket = async (options: RtpSocketOptions): Promise<RtpSocket | undefined> => {
  const { address, pool, now: nowMs, receiveBufferBytes } = options;
  const openUdp = options.openUdp ?? openDgramSocket;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const port = pool.take(nowMs());
    if (port === undefined) return undefined;
    const common = { address, nowMs, receiveBufferBytes };
    const rtp = await openUdp({ ...common, port, onPacket: options.onRtp });
    const rtcp =
      rtp && (await openDgramSocket({ ...common, port: port + 1, onPacket: options.onRtcp }));
    if (rtp !== undefined && rtcp !== undefined) return pairOf(options, port, rtp, rtcp);
    await rtp?.close();
    pool.release(port, nowMs());
  }
  return undefined;
};

const pairOf = (
  { pool, now }: RtpSocketOptions,
  localPort: number,
  rtp: UdpSocket,
  rtcp: UdpSocket,
): RtpSocket => {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([rtp.close(), rtcp.close()]);
    pool.release(localPort, now());
  };
  return {
    localPort,
    localRtcpPort: localPort + 1,
    sendRtp: rtp.send,
    sendRtcp: rtcp.send,
    readRtp: rtp.read,
    settleOn: rtp.settleOn,
    unsettle: rtp.unsettle,
    errors: () => rtp.errors() + rtcp.errors(),
    close: () => (closing ??= close()),
  };
};
