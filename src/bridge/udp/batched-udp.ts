/** What the batched sockets of one thread share. */
import { openBatchedSocket } from './batched-socket.ts';
import { createInbox } from './inbox.ts';
import { openLibc } from './libc.ts';
import { createOutbox } from './outbox.ts';
import type { OpenUdpSocket } from './udp-socket.ts';

export interface BatchedUdp {
  readonly open: OpenUdpSocket;
}

/** Undefined where Node or the machine has no such calls. `nowMs`: the monotonic clock. */
export const createBatchedUdp = (nowMs: () => number): BatchedUdp | undefined => {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const inbox = createInbox(libc, nowMs);
  const outbox = createOutbox(libc);
  return {
    open: (options) => Promise.resolve(openBatchedSocket({ libc, inbox, outbox }, options)),
  };
};
