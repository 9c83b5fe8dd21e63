/** Counts of one way of the sound, over all the streams that it was made of. */
import type { Quality, SoundWay } from '../ports/sip-engine.ts';
import { estimateMos, type CodecImpairment } from '../mos.ts';

/** Counts grow while a stream lives; jitter and delay are as they are now. */
export interface StreamCounts {
  readonly expected: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly late?: number | undefined;
  readonly concealedMs?: number | undefined;
  readonly delayMs?: number | undefined;
}

export const noCounts: StreamCounts = { expected: 0, lost: 0, jitterMs: 0 };

/** Of two streams that go the same way at the same time: the worse jitter and delay are told. */
export const addCounts = (one: StreamCounts, other: StreamCounts): StreamCounts => ({
  expected: one.expected + other.expected,
  lost: one.lost + other.lost,
  late: (one.late ?? 0) + (other.late ?? 0),
  concealedMs: (one.concealedMs ?? 0) + (other.concealedMs ?? 0),
  jitterMs: Math.max(one.jitterMs, other.jitterMs),
  delayMs: Math.max(one.delayMs ?? 0, other.delayMs ?? 0),
});

const since = (now: StreamCounts, before: StreamCounts): StreamCounts => ({
  ...now,
  expected: now.expected - before.expected,
  lost: Math.max(0, now.lost - before.lost),
  ...(now.late !== undefined && { late: Math.max(0, now.late - (before.late ?? 0)) }),
  ...(now.concealedMs !== undefined && {
    concealedMs: Math.max(0, now.concealedMs - (before.concealedMs ?? 0)),
  }),
});

/** What a window of time brought. */
export interface SoundTally {
  /**
   * Takes the counts of the stream there is now and returns what came since the last time; undefined
   * where nothing was to come. Counts that went down are those of another stream.
   */
  take(counts: StreamCounts | undefined): StreamCounts | undefined;
  /** Another stream is next, with a past of its own. */
  restart(counts: StreamCounts | undefined): void;
  total(): StreamCounts | undefined;
}

export const createSoundTally = (): SoundTally => {
  let last = noCounts;
  let total: StreamCounts | undefined;
  return {
    take: (counts) => {
      if (counts === undefined) return undefined;
      const came = since(counts, counts.expected < last.expected ? noCounts : last);
      last = counts;
      if (came.expected <= 0) return undefined;
      total = addCounts({ ...(total ?? noCounts), jitterMs: 0, delayMs: 0 }, came);
      return came;
    },
    restart: (counts) => {
      last = counts ?? noCounts;
    },
    total: () => total,
  };
};

/** One for each way of a call. */
export const createWayTallies = (): Readonly<Record<SoundWay, SoundTally>> => ({
  up: createSoundTally(),
  toRoom: createSoundTally(),
  fromRoom: createSoundTally(),
  down: createSoundTally(),
});

/** `networkMs`: one way, without what `counts.delayMs` says of a jitter buffer. */
export const qualityOf = (
  counts: StreamCounts,
  networkMs: number,
  codec: CodecImpairment,
): Quality => {
  const { expected, lost, late, concealedMs, jitterMs, delayMs = 0 } = counts;
  const packets = Math.max(0, expected - lost);
  const unheard = expected === 0 ? 0 : Math.min(1, (lost + (late ?? 0)) / expected);
  const mos =
    packets === 0
      ? 1
      : estimateMos({ delayMs: networkMs + delayMs, lossPct: unheard * 100, codec });
  return {
    packets,
    lost,
    lossPct: expected === 0 ? 0 : (lost * 100) / expected,
    jitterMs,
    mos,
    ...(late !== undefined && { late }),
    ...(concealedMs !== undefined && { concealedMs }),
  };
};
