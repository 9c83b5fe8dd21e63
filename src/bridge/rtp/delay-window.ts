/**
 * Arrival time minus playhead, over the last frames in which packets came. The playhead moves in
 * steps of a frame, so one value says little: the lowest of a frame is the one that counts.
 */
export interface DelayWindow {
  /** A packet came; `offsetMs` is its arrival time minus the playhead. */
  note(offsetMs: number): void;
  endFrame(): void;
  /** The lowest of the last `frames` frames and of this one; Infinity where there is none. */
  lowest(frames: number): number;
  /** The playhead was moved on by so much: so are all values. */
  shift(ms: number): void;
  clear(): void;
  /** Frames held, and the value of the last of them (0 without one). */
  frames(): number;
  newest(): number;
}

export const createDelayWindow = (capacity: number): DelayWindow => {
  const offsets = new Float64Array(capacity);
  let count = 0;
  let next = 0;
  let current = Number.POSITIVE_INFINITY;

  return {
    note(offsetMs) {
      current = Math.min(current, offsetMs);
    },
    endFrame() {
      if (current === Number.POSITIVE_INFINITY) return;
      offsets[next] = current;
      next = (next + 1) % capacity;
      count = Math.min(capacity, count + 1);
      current = Number.POSITIVE_INFINITY;
    },
    lowest(frames) {
      let lowest = current;
      let index = next;
      // Without a call for each value: its result would be boxed.
      for (let frame = Math.min(frames, count); frame > 0; frame -= 1) {
        index = index === 0 ? capacity - 1 : index - 1;
        const offset = offsets[index]!;
        if (offset < lowest) lowest = offset;
      }
      return lowest;
    },
    shift(ms) {
      for (let index = 0; index < capacity; index += 1) offsets[index]! -= ms;
      current -= ms;
    },
    clear() {
      count = next = 0;
      current = Number.POSITIVE_INFINITY;
    },
    frames: () => count,
    newest: () => (count === 0 ? 0 : offsets[next === 0 ? capacity - 1 : next - 1]!),
  };
};
