import type { Clock } from '../../src/call/ports/process.ts';

/** A clock that stands still until it is moved. */
export function createManualClock(start = 1_000_000): Clock & { advance(ms: number): void } {
  let time = start;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  return {
    now: () => time,
    at(at, callback) {
      const timer = { at, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      time += ms;
      const due = timers.filter((timer) => timer.at <= time);
      timers = timers.filter((timer) => timer.at > time);
      for (const timer of due) timer.callback();
    },
  };
}
