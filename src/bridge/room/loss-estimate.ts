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
const usualGrowth = 1.08;

/** `maxKbps` may change: what was not limited by losses follows it at once. */
export const createLossEstimate = (range: {
  readonly minKbps: number;
  readonly maxKbps: () => number;
  /** From report to report while all is well [1.08]. */
  readonly growth?: number;
}): LossEstimate => {
  const { growth = usualGrowth } = range;
  /** Infinite: all there was to send arrived. */
  let limitKbps = Infinity;
  const within = (): number => Math.max(range.minKbps, Math.min(range.maxKbps(), limitKbps));
  return {
    report: (fractionLost) => {
      const lost = fractionLost / 256;
      if (lost > lossyFraction) limitKbps = within() * (1 - lost / 2);
      else if (lost < clearFraction) limitKbps *= growth;
      if (limitKbps >= range.maxKbps()) limitKbps = Infinity;
      return within();
    },
    kbps: within,
  };
};
