/**
 * How many heavy jobs a worker begins at a time. A WebRTC join costs 20 to 28 ms of processor
 * time: a whole frame. One after another they leave the clock room between their steps; twenty
 * at once would not.
 */
export interface JoinQueue {
  /** Runs `job` when a place is free. A job that is no longer wanted answers at once by itself. */
  run<T>(job: () => Promise<T>): Promise<T>;
  waiting(): number;
}

export const createJoinQueue = (concurrent: number): JoinQueue => {
  const line: (() => void)[] = [];
  let running = 0;

  return {
    run: async (job) => {
      if (running >= concurrent) await new Promise<void>((resolve) => line.push(resolve));
      else running += 1;
      try {
        return await job();
      } finally {
        // The place goes straight to the next in line, or back.
        const next = line.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
    waiting: () => line.length,
  };
};
