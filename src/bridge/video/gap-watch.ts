/**
 * The packets of one source that did not come: asked for again where that helps, given up where it
 * does not. A key frame makes up for all that is missing before it.
 *
 *   missing ── 20 ms ──▶ asked for ── 100 ms each, three times ──▶ given up: the picture is broken
 *      └────── came ───────┴──▶ whole
 */
import type { RtpView } from '../rtp/rtp-packet.ts';
import { extendSequence } from '../rtp/sequence.ts';

export interface GapWatch {
  /** Each packet that came, whatever it holds. True where it is the newest. */
  came(view: RtpView, nowMs: number): boolean;
  /** A key frame begins with the packet that came last. */
  keyFrameCame(): void;
  /** The numbers to ask for now, oldest first; often the same empty list. */
  due(nowMs: number): readonly number[];
  /** Whether something was given up since this was asked last. */
  takeBroken(): boolean;
  forget(): void;
}

export interface GapWatchOptions {
  /** Whether asking helps: without it a gap is given up when it has had its time to close. */
  readonly canAsk: () => boolean;
}

/** A longer gap is a burst that nobody sends again. */
const maxMissing = 64;
/** Beyond this a sequence number is another stream's. */
const maxJump = 3000;
/** So long packets overtake each other. */
const reorderMs = 20;
const askAgainMs = 100;
const maxAsks = 3;

interface Missing {
  readonly sequence: number;
  dueMs: number;
  asks: number;
}

const nothing: readonly number[] = [];

export const createGapWatch = ({ canAsk }: GapWatchOptions): GapWatch => {
  let ssrc = -1;
  let highest = 0;
  let latest = 0;
  let missing: Missing[] = [];
  let isBroken = false;

  const begin = (view: RtpView): void => {
    ({ ssrc } = view);
    highest = latest = view.sequenceNumber + 0x10000;
    missing = [];
  };

  const advance = (to: number, nowMs: number): void => {
    const gap = to - highest - 1;
    if (missing.length + gap > maxMissing) {
      missing = [];
      isBroken = true;
    } else
      for (let sequence = highest + 1; sequence < to; sequence += 1)
        missing.push({ sequence, dueMs: nowMs + reorderMs, asks: 0 });
    highest = to;
  };

  return {
    came: (view, nowMs) => {
      const extended = extendSequence(highest, view.sequenceNumber);
      if (view.ssrc !== ssrc || extended - highest > maxJump || extended - highest < -maxJump) {
        begin(view);
        return true;
      }
      latest = extended;
      if (extended > highest) advance(extended, nowMs);
      else if (missing.length > 0)
        missing = missing.filter(({ sequence }) => sequence !== extended);
      return extended === highest;
    },
    keyFrameCame: () => {
      if (missing.length > 0) missing = missing.filter(({ sequence }) => sequence > latest);
      isBroken = false;
    },
    due: (nowMs) => {
      if (missing.length === 0) return nothing;
      const asked: number[] = [];
      const given = new Set<Missing>();
      for (const one of missing) {
        if (nowMs < one.dueMs) continue;
        if (one.asks >= maxAsks || !canAsk()) {
          given.add(one);
          continue;
        }
        one.asks += 1;
        one.dueMs = nowMs + askAgainMs;
        asked.push(one.sequence & 0xffff);
      }
      if (given.size > 0) {
        missing = missing.filter((one) => !given.has(one));
        isBroken = true;
      }
      return asked;
    },
    takeBroken: () => {
      const was = isBroken;
      isBroken = false;
      return was;
    },
    forget: () => {
      ssrc = -1;
      missing = [];
      isBroken = false;
    },
  };
};
