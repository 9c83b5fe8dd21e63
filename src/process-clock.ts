import type { Clock } from './call/ports/process.ts';

/** The process's own time. */
export const processClock: Clock = {
  now: () => Date.now(),
  at(at, callback) {
    const timer = setTimeout(callback, Math.max(0, at - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  },
};
