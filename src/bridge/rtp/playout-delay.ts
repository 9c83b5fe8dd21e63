/**
 * How much delay a source needs: the highest recent transit time over the lowest, which rises with
 * the first late packet and falls slowly. Transit times are relative: arrival minus media time.
 */
export interface PlayoutDelay {
  /** One packet's transit time; returns how much later it is than the fastest ones, in ms. */
  observe(transitMs: number, arrivalMs: number): number;
  /** The transit time of the fastest recent packets. */
  baselineMs(): number;
  targetMs(): number;
  /** Another time line: transit times are not comparable with those before. */
  restart(transitMs: number, arrivalMs: number): void;
}

export interface PlayoutDelayOptions {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly startDelayMs: number;
}

/** Above the highest jitter seen. */
const marginMs = 5;
const fallTimeConstantMs = 8000;
/** The baseline is the lowest of this and the former period: a sender's slow clock lifts it. */
const baselinePeriodMs = 5000;

export const createPlayoutDelay = (options: PlayoutDelayOptions): PlayoutDelay => {
  const { minDelayMs, maxDelayMs } = options;
  let peakMs = options.startDelayMs - marginMs;
  let lastArrivalMs = 0;
  let periodStartMs = 0;
  let periodLowestMs = 0;
  let formerLowestMs = 0;
  let baselineMs = 0;

  const updateBaseline = (transitMs: number, arrivalMs: number): void => {
    if (arrivalMs - periodStartMs >= baselinePeriodMs) {
      formerLowestMs = periodLowestMs;
      periodLowestMs = transitMs;
      periodStartMs = arrivalMs;
    } else {
      periodLowestMs = Math.min(periodLowestMs, transitMs);
    }
    const lowest = Math.min(periodLowestMs, formerLowestMs);
    // The peak is counted from the baseline: the same packets, seen from a higher one.
    if (lowest > baselineMs) peakMs = Math.max(0, peakMs - (lowest - baselineMs));
    baselineMs = lowest;
  };

  return {
    observe(transitMs, arrivalMs) {
      updateBaseline(transitMs, arrivalMs);
      const elapsedMs = Math.max(0, arrivalMs - lastArrivalMs);
      lastArrivalMs = Math.max(lastArrivalMs, arrivalMs);
      peakMs -= peakMs * Math.min(1, elapsedMs / fallTimeConstantMs);
      const jitterMs = transitMs - baselineMs;
      // What no allowed delay would save is no reason for more of it.
      if (jitterMs > peakMs && jitterMs <= maxDelayMs) peakMs = jitterMs;
      return jitterMs;
    },
    baselineMs: () => baselineMs,
    targetMs: () => Math.min(maxDelayMs, Math.max(minDelayMs, peakMs + marginMs)),
    restart(transitMs, arrivalMs) {
      baselineMs = periodLowestMs = formerLowestMs = transitMs;
      periodStartMs = lastArrivalMs = arrivalMs;
    },
  };
};
