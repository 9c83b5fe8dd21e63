/** Packets on their way to the kernel, each with its header of `sendmmsg`, in memory that threads may share. */
import type { Libc } from './libc.ts';
import {
  messageHeaderBytes,
  messagePartBytes,
  nameLengthAt,
  partLengthAt,
  writeMessageHeader,
} from './message-header.ts';
import { socketNameBytes } from './socket-name.ts';

export interface SendSlots {
  /** Writes a packet, and where it goes: nowhere else than the socket is connected to, where undefined. False where it is too long. */
  fill(index: number, packet: Uint8Array, name: Uint8Array | undefined): boolean;
  /** Whether the kernel took it. */
  send(index: number, fd: number): boolean;
}

const nameAt = messageHeaderBytes + messagePartBytes;
const packetAt = 128;
const dontWait = 0x40;
/** From one slot to the next, for packets of so many bytes: whole lines of the processor's cache. */
export const slotBytesFor = (packetBytes: number): number =>
  packetAt + Math.ceil(packetBytes / 64) * 64;

/**
 * In `shared`, which another thread may have prepared in the same way. `packetBytes`: of the longest packet.
 */
export const createSendSlots = (
  libc: Libc,
  shared: ArrayBufferLike,
  packetBytes: number,
): SendSlots => {
  const bytes = new Uint8Array(shared);
  const memory = new DataView(shared);
  const address = libc.addressOf(bytes);
  const stride = slotBytesFor(packetBytes);
  const slots: Uint8Array[] = [];
  for (let start = 0; start + stride <= bytes.length; start += stride) {
    writeMessageHeader(memory, address, {
      header: start,
      part: start + messageHeaderBytes,
      name: start + nameAt,
      packet: start + packetAt,
      packetBytes: 0,
    });
    slots.push(bytes.subarray(start, start + stride));
  }

  return {
    fill: (index, packet, name) => {
      if (packet.length > packetBytes) return false;
      const start = index * stride;
      memory.setUint32(start + nameLengthAt, name?.length ?? 0, true);
      memory.setUint32(start + messageHeaderBytes + partLengthAt, packet.length, true);
      if (name !== undefined) bytes.set(name, start + nameAt);
      bytes.set(packet, start + packetAt);
      return true;
    },
    send: (index, fd) => libc.sendmmsg(fd, slots[index]!, 1, dontWait) === 1,
  };
};

if (nameAt + socketNameBytes > packetAt) throw new Error('no room for an address');
