/** Waits between attempts: doubling from `firstMs` to `longestMs`, back to the first after a success. */
export interface Backoff {
  nextMs(): number;
  reset(): void;
}

export function createBackoff(firstMs: number, longestMs: number): Backoff {
  let waitMs = firstMs;
  return {
    nextMs() {
      const now = waitMs;
      waitMs = Math.min(longestMs, waitMs * 2);
      return now;
    },
    reset() {
      waitMs = firstMs;
    },
  };
}
