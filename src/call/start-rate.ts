/** How many calls each trunk began lately: a token bucket a trunk, with room for one second's calls. */
export interface StartRate {
  /** Whether one more may begin now, and counts it. */
  take(now: number, trunk: string, callsPerS: number): boolean;
}

export function createStartRate(): StartRate {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return {
    take(now, trunk, callsPerS) {
      const most = Math.max(1, callsPerS);
      const { tokens, at } = buckets.get(trunk) ?? { tokens: most, at: now };
      const refilled = Math.min(most, tokens + ((now - at) * callsPerS) / 1000);
      const passes = refilled >= 1;
      buckets.set(trunk, { tokens: passes ? refilled - 1 : refilled, at: now });
      return passes;
    },
  };
}
