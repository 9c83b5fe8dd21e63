/** Remembers what was added lately: as many as fit, the oldest forgotten first. */
export interface RecentSet<Key> {
  /** False where it was there already. */
  add(key: Key): boolean;
}

export function createRecentSet<Key>(capacity: number): RecentSet<Key> {
  const keys = new Set<Key>();
  return {
    add(key) {
      if (keys.has(key)) return false;
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > capacity && oldest !== undefined) keys.delete(oldest);
      return true;
    },
  };
}
