/** The deadlines of one machine by name: each is set or not, and the machine asks what is due. */
export interface NamedTimers<Name extends string> {
  set(name: Name, at: number): void;
  clear(name: Name): void;
  clearAll(): void;
  at(name: Name): number | undefined;
  next(): number | undefined;
  /** Takes the earliest that is due at `now`, or undefined. */
  takeDue(now: number): Name | undefined;
}

export function createNamedTimers<Name extends string>(): NamedTimers<Name> {
  const deadlines = new Map<Name, number>();
  const earliest = (): readonly [Name, number] | undefined => {
    let first: readonly [Name, number] | undefined;
    for (const entry of deadlines) if (first === undefined || entry[1] < first[1]) first = entry;
    return first;
  };
  return {
    set(name, at) {
      deadlines.set(name, at);
    },
    clear(name) {
      deadlines.delete(name);
    },
    clearAll() {
      deadlines.clear();
    },
    at: (name) => deadlines.get(name),
    next: () => earliest()?.[1],
    takeDue(now) {
      const first = earliest();
      if (first === undefined || first[1] > now) return undefined;
      deadlines.delete(first[0]);
      return first[0];
    },
  };
}

/** The first of several deadlines; undefined where none is set. */
export function earliestOf(...times: readonly (number | undefined)[]): number | undefined {
  const set = times.filter((at) => at !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}
