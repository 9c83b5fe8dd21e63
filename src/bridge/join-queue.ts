/**
 * How many heavy jobs a worker begins at a time. A WebRTC join is some 10 ms of processor time in
 * steps, with ticks that are due before each (`LinkThread.onArrival`), and ten times as long of
 * waiting for its server. A few at once fill that waiting; a hundred would only all be late.
 *
 * A job keeps its place until it is done, but no longer than `longestPlaceMs`: a join that waits
 * for a server that does not answer costs nothing, and must not hold up the others.
 */
export interface JoinQueue {
  /** Runs `job` when a place is free. A job that is no longer wanted answers at once by itself. */
  run<T>(job: () => Promise<T>): Promise<T>;
  waiting(): number;
}

export interface JoinQueueDeps {
  readonly concurrent: number;
  readonly longestPlaceMs: number;
  /** Calls back once; returns the way to take that back. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export const createJoinQueue = ({
  concurrent,
  longestPlaceMs,
  after,
}: JoinQueueDeps): JoinQueue => {
  const line: (() => void)[] = [];
  let running = 0;

  /** The place goes straight to the next in line, or back. */
  const giveBack = (): void => {
    const next = line.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  /** Holds a place from now on; returns the way to give it back before its time is over. */
  const holdPlace = (): (() => void) => {
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      giveBack();
    };
    const cancel = after(longestPlaceMs, release);
    return () => {
      cancel();
      release();
    };
  };

  return {
    run: async (job) => {
      if (running >= concurrent) await new Promise<void>((resolve) => line.push(resolve));
      else running += 1;
      const release = holdPlace();
      try {
        return await job();
      } finally {
        release();
      }
    },
    waiting: () => line.length,
  };
};
