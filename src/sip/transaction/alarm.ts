/** One timer of the clock for all machines, never later than the earliest deadline. */
import type { Clock } from '../../call/ports/process.ts';

export interface Alarm {
  /** Says when the earliest deadline is now; undefined: none. */
  set(at: number | undefined): void;
  readonly isSet: boolean;
}

export const createAlarm = (clock: Clock, ring: () => void): Alarm => {
  let armed: { readonly at: number; readonly cancel: () => void } | undefined;
  return {
    set: (at) => {
      // Ringing too early costs one look at the queues; moving the timer at every message costs more.
      if (armed !== undefined && at !== undefined && armed.at <= at) return;
      armed?.cancel();
      armed = undefined;
      if (at === undefined) return;
      const cancel = clock.at(at, () => {
        armed = undefined;
        ring();
      });
      armed = { at, cancel };
    },
    get isSet() {
      return armed !== undefined;
    },
  };
};
