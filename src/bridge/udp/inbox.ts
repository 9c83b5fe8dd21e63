/**
 * What one call of `recvmmsg` brings: up to eight packets of one socket, in memory that is used again
 * and again, so that it stays in the processor's cache.
 */
import type { Libc } from './libc.ts';
import {
  controlLengthAt,
  flagsAt,
  messageHeaderBytes,
  messageLengthAt,
  messagePartBytes,
  nameLengthAt,
  writeMessageHeader,
} from './message-header.ts';
import { socketNameBytes } from './socket-name.ts';

export interface Inbox {
  /** Takes what waits in the socket; returns how many packets, of `size` at most. */
  receive(fd: number): number;
  readonly size: number;
  /** Undefined where it was longer than media is. Good until `receive` is called again. */
  packet(index: number): Buffer | undefined;
  /** From whom: `sockaddr` bytes, good as long. */
  name(index: number): Buffer;
  /** Milliseconds of the clock that was given, when the kernel had the packet. */
  arrivalMs(index: number): number;
}

const size = 8;
/** No datagram of media is longer: what is, is not ours. */
const packetBytes = 2048;
const nameStride = 32;
/** `struct cmsghdr` and `struct timespec`. cmsg(3) */
const controlBytes = 32;
const timeAt = 16;
const clockRealtime = 0;
const dontWait = 0x40;
const truncated = 0x20;
/** A packet that waited longer in its socket: rather the time of day was set. */
const longestWaitMs = 1000;

export const createInbox = (libc: Libc, nowMs: () => number): Inbox => {
  const partsAt = size * messageHeaderBytes;
  const namesAt = partsAt + size * messagePartBytes;
  const controlsAt = namesAt + size * nameStride;
  const packetsAt = controlsAt + size * controlBytes;
  const bytes = Buffer.allocUnsafeSlow(packetsAt + size * packetBytes).fill(0);
  const memory = new DataView(bytes.buffer);
  const clock = Buffer.allocUnsafeSlow(16);
  const address = libc.addressOf(bytes);
  const names: Buffer[] = [];
  /** The packets' views, one a slot: the next packet is mostly as long as the one before. */
  const views: Buffer[] = [];
  for (let index = 0; index < size; index += 1) {
    const name = namesAt + index * nameStride;
    const packet = packetsAt + index * packetBytes;
    writeMessageHeader(memory, address, {
      header: index * messageHeaderBytes,
      part: partsAt + index * messagePartBytes,
      ...{ name, packet, packetBytes },
      control: controlsAt + index * controlBytes,
    });
    names.push(bytes.subarray(name, name + socketNameBytes));
    views.push(bytes.subarray(packet, packet));
  }
  /** The monotonic clock less the time of day, at the last call that brought something. */
  let dayOffsetMs = 0;
  let receivedAtMs = 0;

  const timeAtMs = (view: DataView, offset: number): number =>
    // Until 2106 seconds fit into the lower half.
    view.getUint32(offset, true) * 1000 + view.getUint32(offset + 8, true) / 1e6;
  const clockView = new DataView(clock.buffer);
  const readClocks = (): void => {
    libc.clock_gettime(clockRealtime, clock);
    receivedAtMs = nowMs();
    dayOffsetMs = receivedAtMs - timeAtMs(clockView, 0);
  };

  /** The kernel shortens what it was offered. */
  const offer = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const header = index * messageHeaderBytes;
      memory.setUint32(header + nameLengthAt, socketNameBytes, true);
      memory.setUint32(header + controlLengthAt, controlBytes, true);
    }
  };
  offer(size);

  return {
    size,
    receive: (fd) => {
      const count = libc.recvmmsg(fd, bytes, size, dontWait, null);
      if (count <= 0) return 0;
      offer(count);
      readClocks();
      return count;
    },
    packet: (index) => {
      const header = index * messageHeaderBytes;
      if ((memory.getUint32(header + flagsAt, true) & truncated) !== 0) return undefined;
      const length = memory.getUint32(header + messageLengthAt, true);
      const view = views[index]!;
      if (view.length === length) return view;
      const start = packetsAt + index * packetBytes;
      return (views[index] = bytes.subarray(start, start + length));
    },
    name: (index) => names[index]!,
    arrivalMs: (index) => {
      const cameAtMs = timeAtMs(memory, controlsAt + index * controlBytes + timeAt) + dayOffsetMs;
      // Where somebody sets the time of day in this very moment, it came now.
      return cameAtMs > receivedAtMs || cameAtMs < receivedAtMs - longestWaitMs
        ? receivedAtMs
        : cameAtMs;
    },
  };
};
