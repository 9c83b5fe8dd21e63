/**
 * One absolute 20 ms schedule per worker. Tick n is due at `epochMs + n * 20`, on the machine's
 * monotonic clock, so that workers which share the epoch share the tick numbers.
 *
 *   due ──on time──▶ onTick(n)
 *    │ late, up to 60 ms   every missed tick runs at once, in order: nothing is lost
 *    └ later than 60 ms    the missed ticks are skipped, the newest runs: a burst would only
 *                          push the delay into the far end's jitter buffer
 *
 * Where a tick takes long, its packets would leave now sooner, now later, as it does, and later still where
 * something else holds up the thread. So long ticks run ahead of their time, and what they make waits until it
 * is due (`udp/pacer.ts`), where there is a way to wait.
 */
export const frameMs = 20;
const longestCatchUpMs = 60;
/** Of what is done between short ticks. */
const betweenMs = 5;
/**
 * How much sooner than it is due a long tick begins, beside its own length: what else may hold up the thread
 * without anybody hearing it. What callers say is taken as much sooner, and waits as much longer to be heard.
 */
const spareMs = 20;
const longestLeadMs = 40;
/** Ticks run ahead from this mean length on, and no longer below the other. */
const longTickMs = 5;
const shortTickMs = 3;
/** What the mean varies by from tick to tick moves nothing. */
const leadStepMs = 4;
/** Ticks that the mean follows: a third of a second. */
const meanOverTicks = 16;

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
  /** Whether what a tick makes can wait until the tick is due. */
  readonly mayLead: boolean;
  /** `skippedTicks`: how many ticks before this one never ran. `dueMs`: when it is due; not yet, maybe. */
  readonly onTick: (tick: number, skippedTicks: number, dueMs: number) => void;
  /** Each 5 ms between ticks, where they are short and it is wanted. */
  readonly between?: { readonly isWanted: () => boolean; readonly run: () => void } | undefined;
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

export const createMediaClock = (deps: MediaClockDeps): MediaClock => {
  const { epochMs, nowMs, after } = deps;
  let nextTick = 0;
  let leadMs = 0;
  let meanRunMs = 0;
  let cancel: (() => void) | undefined;
  let ticks = 0;
  let skippedTicks = 0;
  let worstLatenessMs = 0;
  let sumLatenessMs = 0;
  let lastRunMs = 0;
  let lastEndMs = 0;
  let isBetween = false;
  /** What a tick reads may be of the work that lets ticks through. */
  let isRunning = false;

  const dueAt = (tick: number): number => epochMs + tick * frameMs;
  const newestAt = (ms: number): number => Math.floor((ms - epochMs) / frameMs);

  const leadFor = (meanMs: number): number => {
    if (!deps.mayLead || meanMs < shortTickMs) return 0;
    if (leadMs === 0 && meanMs <= longTickMs) return 0;
    const wantedMs = Math.min(longestLeadMs, Math.round(spareMs + meanMs));
    return Math.abs(wantedMs - leadMs) >= leadStepMs ? wantedMs : leadMs;
  };

  const run = (skipped: number): void => {
    const beganAtMs = nowMs();
    const latenessMs = Math.max(0, beganAtMs - dueAt(nextTick));
    ticks += 1;
    sumLatenessMs += latenessMs;
    if (latenessMs > worstLatenessMs) worstLatenessMs = latenessMs;
    isRunning = true;
    try {
      deps.onTick(nextTick, skipped, dueAt(nextTick));
    } finally {
      isRunning = false;
      nextTick += 1;
      lastEndMs = nowMs();
      lastRunMs = lastEndMs - beganAtMs;
      meanRunMs += (lastRunMs - meanRunMs) / meanOverTicks;
      leadMs = leadFor(meanRunMs);
    }
  };

  const pump = (): void => {
    const now = nowMs();
    if (now < wakeAt()) {
      // Timers come up to a millisecond early.
      if (isBetween) deps.between?.run();
      arm();
      return;
    }
    const newest = newestAt(now + leadMs);
    let skipped = 0;
    if (now - dueAt(nextTick) > longestCatchUpMs) {
      skipped = newestAt(now) - nextTick;
      skippedTicks += skipped;
      nextTick += skipped;
    }
    try {
      while (nextTick <= newest && cancel !== undefined) {
        run(skipped);
        skipped = 0;
      }
    } finally {
      // A bug in one tick must not be the end of all sound.
      if (cancel !== undefined) arm();
    }
  };

  /** When there is something to do next. */
  const wakeAt = (): number => dueAt(nextTick) - leadMs;
  const arm = (): void => {
    const untilTickMs = Math.max(0, wakeAt() - nowMs());
    isBetween = leadMs === 0 && untilTickMs > betweenMs && deps.between?.isWanted() === true;
    cancel = after(isBetween ? betweenMs : untilTickMs, pump);
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
      if (cancel === undefined || isRunning || now < wakeAt()) return;
      if (now - lastEndMs < lastRunMs) return;
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
