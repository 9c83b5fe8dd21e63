/**
 * A token bucket for each source address. The number of sources kept is bounded: under a flood of
 * forged addresses the ones unheard of for longest are forgotten, which only refills their bucket.
 */
export interface SourceLimiter {
  /** Whether a message that costs `cost` tokens may be looked at. */
  take(now: number, address: string, cost?: number): boolean;
}

export interface SourceLimits {
  readonly ratePerS: number;
  readonly burst: number;
  readonly maxSources: number;
}

/** A trunk is one source with all its calls: generous enough for hundreds of calls a second. */
export const defaultSourceLimits: SourceLimits = {
  ratePerS: 5000,
  burst: 10_000,
  maxSources: 4096,
};

export const createSourceLimiter = (limits: SourceLimits = defaultSourceLimits): SourceLimiter => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (now, address, cost = 1) => {
      const bucket = buckets.get(address) ?? { tokens: limits.burst, at: now };
      const refilled = bucket.tokens + ((now - bucket.at) * limits.ratePerS) / 1000;
      bucket.tokens = Math.min(limits.burst, refilled);
      bucket.at = now;
      // Moved to the end: the first key is the one unheard of for longest.
      buckets.delete(address);
      buckets.set(address, bucket);
      if (buckets.size > limits.maxSources) {
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest);
          break;
        }
      }
      if (bucket.tokens < cost) return false;
      bucket.tokens -= cost;
      return true;
    },
  };
};
