/**
 * The descriptors that a thread has open, in shared memory: Node closes its own sockets with a thread that dies, and
 * of these it knows nothing. Who started the thread closes them then, so that its ports are free again.
 */
import { openLibc, type Libc } from './libc.ts';

/** No thread has more sockets for sound: one a caller, one a connection to a room. */
const capacity = 4096;

export const createDescriptorMemory = (): SharedArrayBuffer =>
  new SharedArrayBuffer(capacity * Int32Array.BYTES_PER_ELEMENT);

export interface OpenDescriptors {
  /** Returns what to call before the descriptor is closed. */
  readonly add: (fd: number) => () => void;
}

/** 0 is an empty place: that descriptor is never a socket of ours. */
const empty = 0;

export const keepDescriptors = (memory: SharedArrayBuffer): OpenDescriptors => {
  const places = new Int32Array(memory);
  return {
    add: (fd) => {
      const place = places.indexOf(empty);
      if (place < 0) return () => undefined;
      Atomics.store(places, place, fd);
      return () => {
        Atomics.store(places, place, empty);
      };
    },
  };
};

/** After the thread has died. Returns how many there were. */
export const closeDescriptors = (
  memory: SharedArrayBuffer,
  open: () => Pick<Libc, 'close'> | undefined = openLibc,
): number => {
  const left = new Int32Array(memory).filter((fd) => fd !== empty);
  if (left.length === 0) return 0;
  const libc = open();
  for (const fd of left) libc?.close(fd);
  new Int32Array(memory).fill(empty);
  return left.length;
};
