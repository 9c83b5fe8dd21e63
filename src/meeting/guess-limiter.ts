/**
 * How fast call IDs are being guessed. Above the rate every refusal sounds alike; nobody with a
 * right ID is ever kept out by it.
 *
 * A source is a caller number (with the address it came by), never a trunk's address alone: all of
 * a carrier's callers share that. Callers without a number count in the sum only.
 */
export interface GuessLimits {
  readonly windowMs: number;
  /** Refusals in the window from one source that are still taken for slips. */
  readonly perSource: number;
  readonly inAll: number;
  /** Sources remembered at most; the one heard of longest ago is forgotten first. */
  readonly maxSources: number;
}

export const defaultGuessLimits: GuessLimits = {
  windowMs: 10 * 60_000,
  perSource: 6,
  inAll: 100,
  maxSources: 10_000,
};

export interface GuessLimiter {
  /** Somebody was let in by nobody: count it. */
  count(now: number, source: string | undefined): void;
  /** Whether guesses come faster than slips do. */
  exceeded(now: number, source: string | undefined): boolean;
  /** Sources remembered now, for a gauge. */
  readonly sources: number;
}

/** Sliding window: as many times as the limit allows are kept, no more. */
export function createGuessLimiter(limits: GuessLimits = defaultGuessLimits): GuessLimiter {
  const bySource = new Map<string, number[]>();
  const all: number[] = [];

  const add = (times: number[], now: number, most: number): void => {
    times.push(now);
    if (times.length > most) times.shift();
  };
  const full = (times: readonly number[], now: number, most: number): boolean => {
    const oldest = times[0];
    return times.length >= most && oldest !== undefined && now - oldest < limits.windowMs;
  };

  return {
    count(now, source) {
      add(all, now, limits.inAll);
      if (source === undefined) return;
      const times = bySource.get(source) ?? [];
      add(times, now, limits.perSource);
      // Insertion order is the order of the last guess.
      bySource.delete(source);
      bySource.set(source, times);
      for (const [oldest, theirs] of bySource) {
        const stale = now - (theirs.at(-1) ?? 0) >= limits.windowMs;
        if (!stale && bySource.size <= limits.maxSources) break;
        bySource.delete(oldest);
      }
    },
    exceeded(now, source) {
      const theirs = source === undefined ? undefined : bySource.get(source);
      return (
        full(all, now, limits.inAll) ||
        (theirs !== undefined && full(theirs, now, limits.perSource))
      );
    },
    get sources() {
      return bySource.size;
    },
  };
}
