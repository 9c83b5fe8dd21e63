/** The few named deadlines of one machine. A time already passed fires at the next `takeDue`. */
export interface TimerSet<Name extends string> {
  set(name: Name, at: number): void;
  clear(...names: readonly Name[]): void;
  clearAll(): void;
  isSet(name: Name): boolean;
  next(): number | undefined;
  /** Removes and returns the earliest timer that is due, or undefined. */
  takeDue(now: number): Name | undefined;
}

export const createTimerSet = <Name extends string>(): TimerSet<Name> => {
  const deadlines = new Map<Name, number>();
  const earliest = (): readonly [Name, number] | undefined => {
    let first: readonly [Name, number] | undefined;
    for (const entry of deadlines) if (first === undefined || entry[1] < first[1]) first = entry;
    return first;
  };
  return {
    set: (name, at) => void deadlines.set(name, at),
    clear: (...names) => {
      for (const name of names) deadlines.delete(name);
    },
    clearAll: () => {
      deadlines.clear();
    },
    isSet: (name) => deadlines.has(name),
    next: () => earliest()?.[1],
    takeDue: (now) => {
      const first = earliest();
      if (first === undefined || first[1] > now) return undefined;
      deadlines.delete(first[0]);
      return first[0];
    },
  };
};
