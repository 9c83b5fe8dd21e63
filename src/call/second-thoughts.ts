/**
 * A short time to take back what a key has chosen: one lost star may have chosen it (command-keys.ts).
 *
 *   nothing ──`weigh`──▶ told, and weighed ──words over and a little more, or long enough──▶ done
 *                             └──any key──▶ nothing
 */

export interface SecondThoughts<Act> {
  /** Begins the time; what was weighed before is forgotten. */
  weigh(now: number, act: Act): void;
  /** The words that tell of it are over. */
  said(now: number): void;
  /** A key came: whether that took something back. */
  takeBack(): boolean;
  /** What is to be done now, once. */
  takeDue(now: number): Act | undefined;
  nextTimeoutAt(): number | undefined;
}

/** From the end of the words on. */
export const undoAfterWordsMs = 1_500;
/** In all: other words may have come in between. */
export const undoLimitMs = 10_000;

export function createSecondThoughts<Act>(): SecondThoughts<Act> {
  let weighed: { readonly act: Act; readonly until: number } | undefined;
  return {
    weigh(now, act) {
      weighed = { act, until: now + undoLimitMs };
    },
    said(now) {
      if (weighed === undefined) return;
      weighed = { act: weighed.act, until: Math.min(weighed.until, now + undoAfterWordsMs) };
    },
    takeBack() {
      const had = weighed !== undefined;
      weighed = undefined;
      return had;
    },
    takeDue(now) {
      if (weighed === undefined || now < weighed.until) return undefined;
      const { act } = weighed;
      weighed = undefined;
      return act;
    },
    nextTimeoutAt: () => weighed?.until,
  };
}
