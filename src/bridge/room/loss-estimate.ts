/**
 * How much of a stream its way takes, by the losses that its receiver reports: less above a tenth,
 * more below a fiftieth, as it is in between. draft-ietf-rmcat-gcc-02 §6
 */
export interface LossEstimate {
  /** `fractionLost` of 256, as a report block has it. Returns the estimate. */
  report(fractionLost: number): number;
  kbps(): number;
}

const lossyFraction = 0.1;
const clearFraction = 0.02;
const growth = 1.08;

/** Begins at the most, and follows it where it changes. */
export const createLossEstimate = (range: {
  readonly minKbps: number;
  readonly maxKbps: () => number;
}): LossEstimate => {
  let kbps = Infinity;
  const within = (): number => Math.min(range.maxKbps(), Math.max(range.minKbps, kbps));
  return {
    report: (fractionLost) => {
      kbps = within();
      const lost = fractionLost / 256;
      if (lost > lossyFraction) kbps *= 1 - lost / 2;
      else if (lost < clearFraction) kbps *= growth;
      kbps = within();
      return kbps;
    },
    kbps: within,
  };
};
