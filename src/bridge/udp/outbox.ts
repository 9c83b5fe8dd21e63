/** How packets leave: at once, or when they are due. */
import type { Libc } from './libc.ts';
import type { Pacer } from './pacer.ts';
import { createSendSlots, slotBytesFor } from './send-slots.ts';

export interface Outbox {
  /** Takes a packet for a socket; false where it can't be sent. The bytes are copied. */
  send(fd: number, packet: Uint8Array, name: Uint8Array | undefined): boolean;
  /** What is sent from now on is due then; undefined: at once. */
  readonly holdUntil: (dueMs: number | undefined) => void;
  /** Resolves when nothing waits of what was taken until now. Never rejects. */
  sent(): Promise<void>;
}

/** The longest that goes at once: a datagram of media, or of a handshake. */
const longestPacketBytes = 2048;

/** Without `pacer` all goes at once. */
export const createOutbox = (libc: Libc, pacer: Pacer | undefined): Outbox => {
  const memory = new ArrayBuffer(slotBytesFor(longestPacketBytes));
  const slots = createSendSlots(libc, memory, longestPacketBytes);
  let heldUntilMs: number | undefined;
  return {
    send: (fd, packet, name) => {
      if (heldUntilMs !== undefined && pacer?.put(fd, packet, name, heldUntilMs)) return true;
      return slots.fill(0, packet, name) && slots.send(0, fd);
    },
    holdUntil: (dueMs) => {
      heldUntilMs = dueMs;
      pacer?.wake();
    },
    sent: () => pacer?.sent() ?? Promise.resolve(),
  };
};
