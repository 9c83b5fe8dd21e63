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

/** Undefined where Node or the machine has no such calls. `nowMs`: the clock that all threads share. */
export const createBatchedUdp = (nowMs: () => number): BatchedUdp | undefined => {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const inbox = createInbox(libc, nowMs);
  const pacer = startPacer(libc);
  const outbox = createOutbox(libc, pacer);
  return {
    open: (options) => Promise.resolve(openBatchedSocket({ libc, inbox, outbox }, options)),
    holdUntil: outbox.holdUntil,
    close: () => pacer.close(),
  };
};
