/**
 * When to ask a source for a key frame: at once, and again each 500 ms until it comes; anew 200 ms after
 * one that was answered, and once a second at most where many ask in a row (each costs all who watch).
 *
 *   content ── want ──▶ wanting ── asked, not come ──▶ asked again ──▶ …
 *      ▲                   │
 *      └────── came ───────┘
 */
export interface KeyFrameWish {
  /** Somebody needs a key frame. */
  want(): void;
  /** A key frame came. */
  came(): void;
  isOpen(): boolean;
  /** Whether to ask now; to be called at each tick and after `want`. */
  poll(nowMs: number): boolean;
  /** How often it was asked for since the last one came. */
  asked(): number;
}

const intervalMs = 500;
/** A key frame that came before somebody else was there to see it: the second is soon wanted. */
const answeredIntervalMs = 200;
const stormIntervalMs = 1000;
/** A source that does not answer is not asked for ever as if it did. */
const patientAfter = 10;
const patientIntervalMs = 5000;
/** Asked so often, less one for each second that passed: a storm. */
const stormHeat = 3;

export const createKeyFrameWish = (): KeyFrameWish => {
  let isOpen = false;
  let asked = 0;
  let lastAskedMs = Number.NEGATIVE_INFINITY;
  let heat = 0;

  const interval = (): number => {
    if (asked >= patientAfter) return patientIntervalMs;
    if (heat > stormHeat) return stormIntervalMs;
    return asked === 0 ? answeredIntervalMs : intervalMs;
  };

  return {
    want: () => {
      isOpen = true;
    },
    came: () => {
      isOpen = false;
      asked = 0;
    },
    isOpen: () => isOpen,
    poll: (nowMs) => {
      if (!isOpen || nowMs - lastAskedMs < interval()) return false;
      heat = Math.max(0, heat - (nowMs - lastAskedMs) / 1000) + 1;
      lastAskedMs = nowMs;
      asked += 1;
      return true;
    },
    asked: () => asked,
  };
};
