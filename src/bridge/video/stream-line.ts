/**
 * The sequence numbers and time stamps of one stream that we send, made from those of the sources
 * that it is put together of. What a source lost stays a gap; packets that we add or leave out move
 * all that follow; a source after another goes on where that one ended.
 *
 *   source A:  7  8  (9)  10        source B:       500  501
 *   sent:      1  2   .   4   5 (added)   6 (B's first)    7
 */
import { extendSequence } from '../rtp/sequence.ts';
import type { RtpView } from '../rtp/rtp-packet.ts';

export interface StreamLine {
  /**
   * Finds the place of a packet of the source, told by `sequence()` and `timestamp()`. False where
   * it has none: it is from before the source began, or too old.
   */
  readonly place: (view: RtpView, nowMs: number) => boolean;
  /** The place of one more packet right before the one placed last; undefined where there is none. */
  insertBefore(): number | undefined;
  /** The packet placed last is not sent, and what follows closes up. */
  readonly leaveOut: () => void;
  /** A packet of our own behind all others, at the time of `stampNow`. */
  append(): void;
  stampNow(nowMs: number): void;
  /** The next packet placed is of another source, or of another time line. */
  readonly cut: () => void;
  sequence(): number;
  timestamp(): number;
  /** The packet placed last is the newest of its source. */
  readonly isNewest: () => boolean;
}

export const videoClockKhz = 90;
/** Beyond these a sequence number belongs to another stream, RFC 3550 A.1. */
const maxDropout = 3000;
const maxMisorder = 600;
/** Changes of the offset that packets which come late may still fall before. */
const keptSteps = 32;

export interface StreamLineOptions {
  readonly initialSequence: number;
  readonly initialTimestamp: number;
}

export const createStreamLine = (options: StreamLineOptions): StreamLine => {
  let sequence = options.initialSequence;
  let timestamp = options.initialTimestamp >>> 0;
  /** Highest sent, roll-overs counted. */
  let highestSent = options.initialSequence;
  /** What the newest picture was stamped with, and when. */
  let lastTimestamp = timestamp;
  let lastAtMs: number | undefined;

  let isAnchored = false;
  let ssrc = 0;
  let highest = 0;
  let placed = 0;
  let timestampOffset = 0;
  // From `stepFrom[n]` on, what is sent is the source's number plus `stepOffset[n]`; a ring.
  const stepFrom = new Float64Array(keptSteps);
  const stepOffset = new Float64Array(keptSteps);
  let steps = 0;

  const step = (from: number, offset: number): void => {
    stepFrom[steps % keptSteps] = from;
    stepOffset[steps % keptSteps] = offset;
    steps += 1;
  };
  /** NaN where the packet is older than all steps that are known. */
  const offsetAt = (extended: number): number => {
    const oldest = Math.max(0, steps - keptSteps);
    for (let index = steps - 1; index >= oldest; index -= 1)
      if (extended >= stepFrom[index % keptSteps]!) return stepOffset[index % keptSteps]!;
    return NaN;
  };
  const elapsedUnits = (nowMs: number): number =>
    lastAtMs === undefined ? 0 : Math.max(1, Math.round((nowMs - lastAtMs) * videoClockKhz));

  const anchor = (view: RtpView, nowMs: number): void => {
    isAnchored = true;
    ({ ssrc } = view);
    highest = placed = view.sequenceNumber + 0x10000;
    steps = 0;
    step(highest, highestSent + 1 - highest);
    timestampOffset = (lastTimestamp + elapsedUnits(nowMs) - view.timestamp) | 0;
  };

  const isOfAnother = (view: RtpView): boolean => {
    const ahead = extendSequence(highest, view.sequenceNumber) - highest;
    return view.ssrc !== ssrc || ahead > maxDropout || ahead < -maxMisorder;
  };

  return {
    place: (view, nowMs) => {
      if (!isAnchored || isOfAnother(view)) anchor(view, nowMs);
      placed = extendSequence(highest, view.sequenceNumber);
      const sent = placed + offsetAt(placed);
      if (Number.isNaN(sent)) return false;
      sequence = sent & 0xffff;
      timestamp = (view.timestamp + timestampOffset) >>> 0;
      if (placed >= highest) {
        highest = placed;
        highestSent = sent;
        lastTimestamp = timestamp;
        lastAtMs = nowMs;
      }
      return true;
    },
    insertBefore: () => {
      // What follows may have been sent already, and would have to move.
      if (placed !== highest) return undefined;
      const free = sequence;
      highestSent += 1;
      sequence = highestSent & 0xffff;
      step(placed, highestSent - placed);
      return free;
    },
    leaveOut: () => {
      if (placed !== highest) return;
      highestSent -= 1;
      step(placed + 1, highestSent - placed);
    },
    append: () => {
      isAnchored = false;
      highestSent += 1;
      sequence = highestSent & 0xffff;
    },
    stampNow: (nowMs) => {
      timestamp = lastTimestamp = (lastTimestamp + elapsedUnits(nowMs)) >>> 0;
      lastAtMs = nowMs;
    },
    cut: () => {
      isAnchored = false;
    },
    sequence: () => sequence,
    timestamp: () => timestamp,
    isNewest: () => placed === highest,
  };
};
