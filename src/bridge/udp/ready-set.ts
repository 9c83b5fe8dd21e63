/**
 * Which of many sockets have something to read, at one call: of those that mostly have nothing, each would cost
 * a call at each tick. epoll(7)
 */
import type { Libc } from './libc.ts';

export interface ReadySet {
  readonly fd: number;
  /** `read` takes what waits, or some of it: it is called again then. It must not throw. Returns what to call before the descriptor is closed. */
  add(fd: number, read: () => void): () => void;
  /** Has those read that have something. */
  readonly readReady: () => void;
  close(): void;
}

const closeOnExec = 0x80000;
const [addOperation, deleteOperation] = [1, 2];
const readable = 1;
/** More than a thread can carry; the rest is told the next time. */
const mostEvents = 1024;
/** `struct epoll_event`: 32 bits of events and 64 of ours, without a gap on x86-64 alone. */
const dataAt = process.arch === 'x64' ? 4 : 8;
const eventBytes = dataAt + 8;

/** Undefined where the kernel has no descriptor left. */
export const createReadySet = (libc: Libc): ReadySet | undefined => {
  const set = libc.epoll_create1(closeOnExec);
  if (set < 0) return undefined;
  const events = Buffer.allocUnsafeSlow(mostEvents * eventBytes);
  const memory = new DataView(events.buffer);
  const event = Buffer.alloc(eventBytes);
  const readers: ((() => void) | undefined)[] = [];

  return {
    fd: set,
    add: (fd, read) => {
      const free = readers.indexOf(undefined);
      const place = free < 0 ? readers.length : free;
      readers[place] = read;
      event.writeUInt32LE(readable, 0);
      event.writeUInt32LE(place, dataAt);
      libc.epoll_ctl(set, addOperation, fd, event);
      return () => {
        // By hand: another descriptor of the same socket would keep it in the set.
        libc.epoll_ctl(set, deleteOperation, fd, event);
        readers[place] = undefined;
      };
    },
    readReady: () => {
      const count = libc.epoll_wait(set, events, mostEvents, 0);
      for (let index = 0; index < count; index += 1)
        readers[memory.getUint32(index * eventBytes + dataAt, true)]?.();
    },
    close: () => {
      libc.close(set);
    },
  };
};
