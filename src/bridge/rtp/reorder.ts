/**
 * A caller's packets in the order in which they were sent, for who passes them on: one that is not
 * there is waited for as long as packets overtake each other, and then given up.
 */
import {
  createJitterBuffer,
  type BufferedPacket,
  type JitterBuffer,
  type PacketKind,
} from './jitter-buffer.ts';
import type { RtpView } from './rtp-packet.ts';

export interface Reorder {
  /** What became of the packet; `drain` then passes on what is in order. */
  insert(
    packet: Uint8Array,
    view: RtpView,
    nowMs: number,
    kind: PacketKind,
  ): ReturnType<JitterBuffer['insert']>;
  /** Hands over what is in order, and what has waited long enough for what is missing before it. */
  drain(nowMs: number): void;
}

/** How far a caller's time stamps may run ahead of the wall clock between two packets. */
export const maxTimestampLeadMs = 2000;
/** And behind: more than a network holds back, so that a burst after a stall keeps its time line. */
export const maxTimestampLagMs = 10_000;
const windowMs = 40;
const slots = 32;

/** `missing`: how many before this packet never came. The packet is the buffer's again afterwards. */
export const createReorder = (
  consume: (packet: BufferedPacket, missing: number) => void,
): Reorder => {
  const buffer = createJitterBuffer(slots);
  return {
    insert: (packet, view, nowMs, kind) => buffer.insert(packet, view, nowMs, kind),
    drain: (nowMs) => {
      for (let head = buffer.head(); head !== undefined; head = buffer.head()) {
        const missing = buffer.missingBeforeHead();
        if (missing > 0 && nowMs - head.arrivalMs < windowMs) return;
        consume(head, missing);
        buffer.release();
      }
    },
  };
};
