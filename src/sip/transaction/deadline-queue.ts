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
  readonly key: Key;
}

const siftUp = <Key>(heap: Entry<Key>[], entry: Entry<Key>): void => {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || parent.at <= entry.at) break;
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
    const useRight = right !== undefined && right.at < left.at;
    const child = useRight ? right : left;
    if (child.at >= entry.at) break;
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

  const rebuild = (): void => {
    heap = [];
    for (const [key, at] of deadlines) siftUp(heap, { at, key });
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
        siftUp(heap, { at, key });
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
