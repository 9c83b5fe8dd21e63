/** What the batched sockets of one thread share. */
import { openBatchedSocket } from './batched-socket.ts';
import { createInbox } from './inbox.ts';
import { openLibc } from './libc.ts';
import { keepDescriptors } from './open-descriptors.ts';
import { createOutbox } from './outbox.ts';
import { startPacer } from './pacer.ts';
import type { OpenUdpSocket } from './udp-socket.ts';

export interface BatchedUdp {
  readonly open: OpenUdpSocket;
  /** What the sockets send from now on leaves then, on the dot; undefined: at once. */
  readonly holdUntil: (dueMs: number | undefined) => void;
  /** After the sockets. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface BatchedUdpOptions {
  /** The clock that all threads share. */
  readonly nowMs: () => number;
  /** Whether packets will be held: that takes a thread. */
  readonly isPaced: boolean;
  /** Where what is open is written down, for who starts this thread. */
  readonly descriptorMemory?: SharedArrayBuffer | undefined;
}

/** Undefined where Node or the machine has no such calls. */
export const createBatchedUdp = ({
  nowMs,
  isPaced,
  descriptorMemory,
}: BatchedUdpOptions): BatchedUdp | undefined => {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const inbox = createInbox(libc, nowMs);
  const pacer = isPaced ? startPacer(libc) : undefined;
  const outbox = createOutbox(libc, pacer);
  const descriptors = descriptorMemory && keepDescriptors(descriptorMemory);
  const deps = { libc, inbox, outbox, descriptors };
  return {
    open: (options) => Promise.resolve(openBatchedSocket(deps, options)),
    holdUntil: outbox.holdUntil,
    close: async () => pacer?.close(),
  };
};
