/** Wrong passwords by address: after so many, nothing from there is looked at until the window is over. */
export interface FailureCounter {
  count(now: number, address: string): void;
  isShut(now: number, address: string): boolean;
}

export interface FailureLimits {
  readonly most: number;
  readonly windowMs: number;
  readonly maxAddresses: number;
}

export const defaultFailureLimits: FailureLimits = {
  most: 10,
  windowMs: 600_000,
  maxAddresses: 10_000,
};

export function createFailureCounter(limits: FailureLimits = defaultFailureLimits): FailureCounter {
  const failures = new Map<string, { count: number; readonly since: number }>();
  const current = (now: number, address: string) => {
    const entry = failures.get(address);
    if (entry === undefined || now - entry.since < limits.windowMs) return entry;
    failures.delete(address);
    return undefined;
  };
  return {
    count(now, address) {
      const entry = current(now, address);
      if (entry !== undefined) {
        entry.count += 1;
        return;
      }
      failures.set(address, { count: 1, since: now });
      // The first key is the oldest window.
      const [oldest] = failures.keys();
      if (failures.size > limits.maxAddresses && oldest !== undefined) failures.delete(oldest);
    },
    isShut: (now, address) => (current(now, address)?.count ?? 0) >= limits.most,
  };
}
