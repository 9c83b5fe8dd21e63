/** When to take a pitch period out of voice or put one in: off target, and rather where it is quiet. */
export interface StretchControl {
  /** Asked for each frame of voice; `isQuiet` only where it matters. */
  decide(excessMs: number, isQuiet: () => boolean): 'shorten' | 'lengthen' | undefined;
}

/** Delay off target by so little is left alone: one period either way must not overshoot. */
const excessToleranceMs = 15;
const shortageToleranceMs = 5;
/** Beyond this, and after this many frames, no quiet frame is waited for. */
const urgentMs = 40;
const patienceFrames = 50;
const framesBetween = 4;

export const createStretchControl = (): StretchControl => {
  let patience = patienceFrames;
  let rest = 0;

  return {
    decide(excessMs, isQuiet) {
      rest = Math.max(0, rest - 1);
      if (excessMs <= excessToleranceMs && excessMs >= -shortageToleranceMs) {
        patience = patienceFrames;
        return undefined;
      }
      patience = Math.max(0, patience - 1);
      const urgent = Math.abs(excessMs) > urgentMs || patience === 0;
      if (rest > 0 || !(urgent || isQuiet())) return undefined;
      rest = framesBetween;
      return excessMs > 0 ? 'shorten' : 'lengthen';
    },
  };
};
