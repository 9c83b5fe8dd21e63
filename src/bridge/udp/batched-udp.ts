/** What the batched sockets of one thread share. */
import { openBatchedSocket } from './batched-socket.ts';
import { createInbox } from './inbox.ts';
import { openLibc } from './libc.ts';
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
}

/** Undefined where Node or the machine has no such calls. */
export const createBatchedUdp = ({ nowMs, isPaced }: BatchedUdpOptions): BatchedUdp | undefined => {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const inbox = createInbox(libc, nowMs);
  const pacer = isPaced ? startPacer(libc) : undefined;
  const outbox = createOutbox(libc, pacer);
  return {
    open: (options) => Promise.resolve(openBatchedSocket({ libc, inbox, outbox }, options)),
    holdUntil: outbox.holdUntil,
    close: async () => pacer?.close(),
  };
};
