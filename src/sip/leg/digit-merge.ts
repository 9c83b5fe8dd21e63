/**
 * One key pressed, told twice: some peers send each digit as telephone-event (or audibly) and by
 * INFO as well. A digit is taken from whichever way it comes first; the same digit by the other way
 * within the window is its twin and is dropped. A peer that uses one way only loses nothing.
 */
export type DigitPath = 'media' | 'info';

export interface DigitMerge {
  /** Whether this digit is a new one. */
  accept(now: number, path: DigitPath, digit: string): boolean;
}

/** An INFO that is lost once or twice on UDP is that late. */
const windowMs = 4000;

export const createDigitMerge = (): DigitMerge => {
  let unmatched: readonly {
    readonly at: number;
    readonly path: DigitPath;
    readonly digit: string;
  }[] = [];
  return {
    accept: (now, path, digit) => {
      unmatched = unmatched.filter(({ at }) => now - at < windowMs).slice(-64);
      const twin = unmatched.find((each) => each.path !== path && each.digit === digit);
      if (twin === undefined) {
        unmatched = [...unmatched, { at: now, path, digit }];
        return true;
      }
      unmatched = unmatched.filter((each) => each !== twin);
      return false;
    },
  };
};
