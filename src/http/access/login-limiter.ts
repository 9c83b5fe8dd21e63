/**
 * Slows down whoever tries passwords: failures count for the name from one address, for the name
 * from everywhere, and for the address. Success forgives the pair. Each node counts for itself.
 */
export interface LoginLimiter {
  /** Milliseconds to wait before the next try is looked at; 0: now. */
  waitMs(now: number, name: string, address: string): number;
  failed(now: number, name: string, address: string): void;
  succeeded(name: string, address: string): void;
}

const windowMs = 15 * 60_000;
/** Failures in the window. The wide limits let nobody lock a colleague out with a few tries. */
const limits = { pair: 5, name: 50, address: 20 };
/** Beyond it the oldest are forgotten: the names come from outside. */
const mostKept = 10_000;

export function createLoginLimiter(): LoginLimiter {
  /** Times of failures, oldest first. */
  const failures = new Map<string, number[]>();

  const keysOf = (name: string, address: string) => ({
    pair: JSON.stringify([name, address]),
    name: `name ${name}`,
    address: `address ${address}`,
  });

  const recent = (now: number, key: string): number[] =>
    (failures.get(key) ?? []).filter((at) => at > now - windowMs);

  function waitFor(now: number, key: string, limit: number): number {
    const times = recent(now, key);
    const oldest = times.at(-limit);
    return oldest === undefined ? 0 : oldest + windowMs - now;
  }

  return {
    waitMs(now, name, address) {
      const keys = keysOf(name, address);
      return Math.max(
        waitFor(now, keys.pair, limits.pair),
        waitFor(now, keys.name, limits.name),
        waitFor(now, keys.address, limits.address),
      );
    },
    failed(now, name, address) {
      for (const key of Object.values(keysOf(name, address))) {
        const times = [...recent(now, key), now].slice(-limits.name);
        failures.delete(key);
        failures.set(key, times);
      }
      for (const key of failures.keys()) {
        if (failures.size <= mostKept) break;
        failures.delete(key);
      }
    },
    succeeded(name, address) {
      const keys = keysOf(name, address);
      failures.delete(keys.pair);
      // The try itself was counted before it was known to be a good one.
      for (const key of [keys.name, keys.address]) failures.get(key)?.pop();
    },
  };
}
