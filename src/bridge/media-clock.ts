/**
 * One absolute 20 ms schedule per worker. Tick n is due at `epochMs + n * 20`, on the machine's
 * monotonic clock, so that workers which share the epoch share the tick numbers.
 *
 *   due ──on time──▶ onTick(n)
 *    │ late, up to 60 ms   every missed tick runs at once, in order: nothing is lost
 *    └ later than 60 ms    the missed ticks are skipped, the newest runs: a burst would only
 *                          push the delay into the far end's jitter buffer
 */
export const frameMs = 20;
const longestCatchUpMs = 60;

const hrtimeMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
};
/** `performance.now` counts from the start of each thread, and costs a tenth of `process.hrtime`. */
const threadStartMs = hrtimeMs() - performance.now();

/** Milliseconds of the monotonic clock that every thread of the process shares. */
export const monotonicMs = (): number => threadStartMs + performance.now();

export interface ClockMeasures {
  readonly ticks: number;
  readonly skippedTicks: number;
  /** Worst and mean time from a tick's due moment to its run, since the last reading. */
  readonly worstLatenessMs: number;
  readonly meanLatenessMs: number;
}

export interface MediaClockDeps {
  readonly epochMs: number;
  readonly nowMs: () => number;
  /** Calls back once after about `delayMs`; returns the way to take that back. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** `skippedTicks`: how many ticks before this one never ran. */
  readonly onTick: (tick: number, skippedTicks: number) => void;
}

export interface MediaClock {
  start(): void;
  stop(): void;
  /**
   * Runs what is due: to be called while other work goes on that lets no timer through. That work has had as
   * much time as the tick before first: else long ticks would come one after another, and it never to its end.
   */
  readonly keepUp: () => void;
  /** Reads and begins the lateness figures anew. */
  measures(): ClockMeasures;
}

export const createMediaClock = ({ epochMs, nowMs, after, onTick }: MediaClockDeps): MediaClock => {
  let nextTick = 0;
  let cancel: (() => void) | undefined;
  let ticks = 0;
  let skippedTicks = 0;
  let worstLatenessMs = 0;
  let sumLatenessMs = 0;
  let lastRunMs = 0;
  let lastEndMs = 0;

  const dueAt = (tick: number): number => epochMs + tick * frameMs;

  const run = (tick: number, skipped: number): void => {
    const beganAtMs = nowMs();
    const latenessMs = beganAtMs - dueAt(tick);
    ticks += 1;
    sumLatenessMs += latenessMs;
    if (latenessMs > worstLatenessMs) worstLatenessMs = latenessMs;
    onTick(tick, skipped);
    lastEndMs = nowMs();
    lastRunMs = lastEndMs - beganAtMs;
  };

  const pump = (): void => {
    const newest = Math.floor((nowMs() - epochMs) / frameMs);
    let skipped = 0;
    if (nowMs() - dueAt(nextTick) > longestCatchUpMs) {
      skipped = newest - nextTick;
      skippedTicks += skipped;
      nextTick = newest;
    }
    while (nextTick <= newest && cancel !== undefined) {
      run(nextTick++, skipped);
      skipped = 0;
    }
    if (cancel !== undefined) arm();
  };

  const arm = (): void => {
    cancel = after(Math.max(0, dueAt(nextTick) - nowMs()), pump);
  };

  return {
    start: () => {
      if (cancel !== undefined) return;
      nextTick = Math.floor((nowMs() - epochMs) / frameMs) + 1;
      arm();
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
    keepUp: () => {
      const now = nowMs();
      if (cancel === undefined || now < dueAt(nextTick) || now - lastEndMs < lastRunMs) return;
      cancel();
      pump();
    },
    measures: () => {
      const read = {
        ticks,
        skippedTicks,
        worstLatenessMs,
        meanLatenessMs: ticks === 0 ? 0 : sumLatenessMs / ticks,
      };
      ticks = skippedTicks = worstLatenessMs = sumLatenessMs = 0;
      return read;
    },
  };
};
