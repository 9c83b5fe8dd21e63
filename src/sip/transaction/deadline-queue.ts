/**
 * Which of many machines is due next: a binary heap of (deadline, key). A changed deadline leaves
 * its old entry behind, which is skipped when it surfaces; the heap is rebuilt when such entries
 * outnumber the live ones, so its size stays within twice the number of keys.
 */
export interface DeadlineQueue<Key> {
  /** Sets, moves or (with undefined) removes the deadline of `key`. */
  set(key: Key, at: number | undefined): void;
  next(): number | undefined;
  /** Removes and returns the key with the earliest deadline at or before `now`. */
  takeDue(now: number): Key | undefined;
  readonly size: number;
}

interface Entry<Key> {
  readonly at: number;
  /** Equal deadlines come out in the order in which they were set. */
  readonly order: number;
  readonly key: Key;
}

const isBefore = <Key>(a: Entry<Key>, b: Entry<Key>): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

const siftUp = <Key>(heap: Entry<Key>[], entry: Entry<Key>): void => {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || isBefore(parent, entry)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
};

const siftDown = <Key>(heap: Entry<Key>[], entry: Entry<Key>): void => {
  let index = 0;
  for (;;) {
    const leftIndex = 2 * index + 1;
    const left = heap[leftIndex];
    if (left === undefined) break;
    const right = heap[leftIndex + 1];
    const useRight = right !== undefined && isBefore(right, left);
    const child = useRight ? right : left;
    if (isBefore(entry, child)) break;
    heap[index] = child;
    index = useRight ? leftIndex + 1 : leftIndex;
  }
  heap[index] = entry;
};

const removeTop = <Key>(heap: Entry<Key>[]): void => {
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) siftDown(heap, last);
};

export const createDeadlineQueue = <Key>(): DeadlineQueue<Key> => {
  const deadlines = new Map<Key, number>();
  let heap: Entry<Key>[] = [];
  let order = 0;

  const push = (key: Key, at: number): void => {
    order += 1;
    siftUp(heap, { at, order, key });
  };
  const rebuild = (): void => {
    const kept = heap.filter((entry) => deadlines.get(entry.key) === entry.at);
    heap = [];
    for (const entry of kept) siftUp(heap, entry);
  };
  /** The earliest entry that still stands; entries that were overtaken are dropped on the way. */
  const top = (): Entry<Key> | undefined => {
    for (;;) {
      const entry = heap[0];
      if (entry === undefined || deadlines.get(entry.key) === entry.at) return entry;
      removeTop(heap);
    }
  };

  return {
    set: (key, at) => {
      if (deadlines.get(key) === at) return;
      if (at === undefined) {
        deadlines.delete(key);
      } else {
        deadlines.set(key, at);
        push(key, at);
      }
      if (heap.length > 64 && heap.length > 2 * deadlines.size) rebuild();
    },
    next: () => top()?.at,
    takeDue: (now) => {
      const entry = top();
      if (entry === undefined || entry.at > now) return undefined;
      removeTop(heap);
      deadlines.delete(entry.key);
      return entry.key;
    },
    get size() {
      return deadlines.size;
    },
  };
};
