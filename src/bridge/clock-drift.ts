/** How fast the caller's clock runs against ours: the slope of the least transit times. */
export interface ClockDrift {
  /** The least transit of a window that ended now (`ReceptionStats.takeLeastTransit`). */
  take(nowMs: number, leastTransit: number | undefined): void;
  /** Parts in a million that the caller's clock is fast; undefined before a minute. */
  ppm(): number | undefined;
}

const knownAfterMs = 60_000;
/** No clock is so wrong: the stream began anew. */
const maxPpm = 5_000;
/** What one window may differ from the one before; more is a jump of the stream, not of a clock. */
const maxJumpMs = 60;

export const createClockDrift = (clockRateHz: number): ClockDrift => {
  // Sums of the least squares, from the first window on.
  let firstMs: number | undefined;
  let first = 0;
  let lastX = 0;
  let lastY = 0;
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXx = 0;
  let sumXy = 0;

  const begin = (nowMs: number, transit: number): void => {
    firstMs = nowMs;
    first = transit;
    n = sumX = sumY = sumXx = sumXy = lastX = lastY = 0;
  };

  return {
    take: (nowMs, leastTransit) => {
      if (leastTransit === undefined) return;
      if (firstMs === undefined) begin(nowMs, leastTransit);
      let x = nowMs - (firstMs ?? nowMs);
      let y = ((leastTransit - first) * 1000) / clockRateHz;
      if (Math.abs(y - lastY) > maxJumpMs) {
        begin(nowMs, leastTransit);
        x = y = 0;
      }
      lastX = x;
      lastY = y;
      n += 1;
      sumX += x;
      sumY += y;
      sumXx += x * x;
      sumXy += x * y;
    },
    ppm: () => {
      const spread = n * sumXx - sumX * sumX;
      if (lastX < knownAfterMs || spread === 0) return undefined;
      // Transit grows where the caller's clock is slow.
      const fast = (-(n * sumXy - sumX * sumY) / spread) * 1e6;
      return Math.abs(fast) > maxPpm ? undefined : Math.round(fast * 10) / 10;
    },
  };
};
