/**
 * Packets that wait for their moment, between the thread that makes them and the one that sends them: a
 * ring in shared memory with one writer and one reader, who share nothing else.
 *
 *   writer: put … put, wake ──▶ [tail … head) ──▶ reader: sends each when it is due
 */
import type { Libc } from './libc.ts';
import { createSendSlots, slotBytesFor } from './send-slots.ts';

export interface PacingMemory {
  readonly slots: SharedArrayBuffer;
  readonly due: SharedArrayBuffer;
  readonly descriptors: SharedArrayBuffer;
  readonly state: SharedArrayBuffer;
}

/** A power of two: two packets for each of more callers than a thread can carry. */
const capacity = 1024;
const mask = capacity - 1;
/** A frame of any of our codecs, sealed. What is longer goes at once. */
const longestPacketBytes = 576;
/** 32-bit words of the state. `head` and `tail` count on for ever, and so wrap round. */
const [headAt, tailAt, stopAt, napAt, failedAt] = [0, 1, 2, 3, 4];

export const createPacingMemory = (): PacingMemory => ({
  slots: new SharedArrayBuffer(capacity * slotBytesFor(longestPacketBytes)),
  due: new SharedArrayBuffer(capacity * Float64Array.BYTES_PER_ELEMENT),
  descriptors: new SharedArrayBuffer(capacity * Int32Array.BYTES_PER_ELEMENT),
  state: new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT),
});

const viewsOf = (libc: Libc, memory: PacingMemory) => ({
  slots: createSendSlots(libc, memory.slots, longestPacketBytes),
  due: new Float64Array(memory.due),
  descriptors: new Int32Array(memory.descriptors),
  state: new Int32Array(memory.state),
});

export interface PacingWriter {
  /** False where the ring is full or the packet too long: then it is the caller's to send. */
  put(fd: number, packet: Uint8Array, name: Uint8Array | undefined, dueMs: number): boolean;
  /** Tells the reader: after the last of a row. */
  readonly wake: () => void;
  /** What was put before this number has been sent. */
  head(): number;
  isSent(head: number): boolean;
  /** Packets that the kernel did not take. */
  readonly failed: () => number;
  /** The reader ends. */
  stop(): void;
}

export const createPacingWriter = (libc: Libc, memory: PacingMemory): PacingWriter => {
  const { slots, due, descriptors, state } = viewsOf(libc, memory);
  let head = 0;
  return {
    put: (fd, packet, name, dueMs) => {
      if (((head - Atomics.load(state, tailAt)) | 0) >= capacity) return false;
      const index = head & mask;
      if (!slots.fill(index, packet, name)) return false;
      due[index] = dueMs;
      descriptors[index] = fd;
      head = (head + 1) | 0;
      Atomics.store(state, headAt, head);
      return true;
    },
    wake: () => {
      Atomics.notify(state, headAt);
    },
    head: () => head,
    isSent: (until) => ((Atomics.load(state, tailAt) - until) | 0) >= 0,
    failed: () => Atomics.load(state, failedAt),
    stop: () => {
      Atomics.store(state, stopAt, 1);
      Atomics.notify(state, headAt);
      Atomics.notify(state, napAt);
    },
  };
};

/**
 * To be made before the first packet is put, since it prepares the memory. What is returned sends until the writer
 * stops it: the calling thread does nothing else.
 */
export const createPacingReader = (
  libc: Libc,
  memory: PacingMemory,
  nowMs: () => number,
): (() => void) => {
  const { slots, due, descriptors, state } = viewsOf(libc, memory);
  let tail = 0;
  return () => {
    while (Atomics.load(state, stopAt) === 0) {
      const head = Atomics.load(state, headAt);
      if (head === tail) {
        Atomics.wait(state, headAt, head);
        continue;
      }
      const index = tail & mask;
      const waitMs = due[index]! - nowMs();
      if (waitMs > 0) {
        Atomics.wait(state, napAt, 0, waitMs);
        continue;
      }
      if (!slots.send(index, descriptors[index]!)) Atomics.add(state, failedAt, 1);
      tail = (tail + 1) | 0;
      Atomics.store(state, tailAt, tail);
    }
  };
};
