import type { Clock } from '../../src/call/ports/process.ts';

export interface ManualClock extends Clock {
  /** Moves on, running what falls due on the way at its own time; lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Lets promises settle; time stands still. */
  settle(): Promise<void>;
  /** Callbacks that still wait: a gauge for leaks. */
  readonly pending: number;
}

/** Time in the test's hand. */
export function createManualClock(startAt = Date.UTC(2026, 10, 23, 9, 0, 0)): ManualClock {
  let now = startAt;
  const waiting = new Set<{ readonly at: number; readonly callback: () => void }>();

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  };

  return {
    now: () => now,
    at(at, callback) {
      const entry = { at, callback };
      waiting.add(entry);
      return () => {
        waiting.delete(entry);
      };
    },
    settle,
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const due = Array.from(waiting)
          .filter(({ at }) => at <= until)
          .toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        waiting.delete(due);
        now = Math.max(now, due.at);
        due.callback();
        await settle();
      }
      now = until;
    },
    get pending() {
      return waiting.size;
    },
  };
}
