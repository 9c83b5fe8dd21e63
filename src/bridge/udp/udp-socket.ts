import type { Socket } from 'node:dgram';

/** Called for each packet that came. `arrivalMs`: when the kernel had it, on the monotonic clock. */
export type PacketListener = (
  packet: Buffer,
  address: string,
  port: number,
  arrivalMs: number,
) => void;

/** One UDP socket on a numeric local address. */
export interface UdpSocket {
  readonly port: number;
  /**
   * Sends to a numeric address. Errors (unreachable, full buffers) are counted, never thrown. The
   * packet must stay as it is until the next turn of the event loop.
   */
  readonly send: (packet: Uint8Array, address: string, port: number) => void;
  /**
   * From now on packets come from this numeric address alone, and what goes there costs a quarter less:
   * the kernel drops others' packets and looks up no route. What is sent elsewhere ends it.
   */
  readonly settleOn: (address: string, port: number) => void;
  /** Packets come from everywhere again. */
  readonly unsettle: () => void;
  /** Hands on what has come, where that does not happen by itself: to be called at each tick. */
  readonly read: () => void;
  errors(): number;
  /** Idempotent, never rejects; the port is free when it resolves. */
  close(): Promise<void>;
}

export interface UdpSocketOptions {
  /** A numeric local address. */
  readonly address: string;
  /** 0: the kernel's choice. */
  readonly port: number;
  /** The monotonic clock. */
  readonly nowMs: () => number;
  /** The packet is good until this returns. Must not throw. */
  readonly onPacket: PacketListener;
  /** Asked of the kernel, which may give less: bursts after a stall must not be lost. */
  readonly receiveBufferBytes?: number | undefined;
  /** Packets that one reading hands on [32]: what floods a socket must not hold up the others. */
  readonly mostAtOnce?: number | undefined;
}

/**
 * Takes over what comes to a bound socket of Node's, and a way to send by it: Node reads it no more. It stays Node's to
 * close, and this one closes with it. Undefined, nothing done, where Node is not built as expected.
 */
export type AdoptSocket = (socket: Socket, onPacket: PacketListener) => UdpSocket | undefined;

/** Undefined where the port can't be bound. */
export type OpenUdpSocket = (options: UdpSocketOptions) => Promise<UdpSocket | undefined>;

export const defaultReceiveBufferBytes = 256 * 1024;
