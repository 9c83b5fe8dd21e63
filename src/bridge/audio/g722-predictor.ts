/**
 * One sub-band's adaptive predictor of G.722 (ITU-T G.722, "block 4"): two poles and six zeros
 * that follow the signal by the signs of what was decoded. All sums are those of 16-bit arithmetic
 * with saturation, which both ends must do alike to the bit.
 */

export interface SubBandPredictor {
  /** What the next sample is expected to be. */
  expected(): number;
  /** Learns the quantised difference between what came and what was expected. */
  update(difference: number): void;
}

const zeros = 6;
/** Leakage of the coefficients, in 1/32768: what was learnt fades, so that both ends meet again. */
const zeroLeakage = 32_640;
const firstPoleLeakage = 32_640;
const secondPoleLeakage = 32_512;
const secondPoleLimit = 12_288;
const polesLimit = 15_360;

export const saturate16 = (value: number): number =>
  value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;

const clamp = (value: number, limit: number): number =>
  value > limit ? limit : value < -limit ? -limit : value;

/** Zero counts as positive, as its sign bit says. */
const haveSameSign = (one: number, other: number): boolean => (one ^ other) >= 0;

export function createSubBandPredictor(): SubBandPredictor {
  const zeroCoefficients = new Int32Array(zeros);
  /** The last differences, the newest first. */
  const differences = new Int32Array(zeros);
  let pole1 = 0;
  let pole2 = 0;
  let reconstructed1 = 0;
  let reconstructed2 = 0;
  /** Differences plus the zeros' part: the poles go by their signs. */
  let partial1 = 0;
  let partial2 = 0;
  let zerosPart = 0;
  let estimate = 0;

  const adaptPoles = (partial: number): void => {
    const agrees1 = haveSameSign(partial, partial1);
    const agrees2 = haveSameSign(partial, partial2);
    const quadrupled = saturate16(pole1 << 2);
    const turned = agrees1 ? saturate16(-quadrupled) : quadrupled;
    const next2 = (turned >> 7) + (agrees2 ? 128 : -128) + ((pole2 * secondPoleLeakage) >> 15);
    pole2 = clamp(next2, secondPoleLimit);
    const next1 = saturate16((agrees1 ? 192 : -192) + ((pole1 * firstPoleLeakage) >> 15));
    // Together they must stay stable.
    pole1 = clamp(next1, saturate16(polesLimit - pole2));
  };

  const adaptZeros = (difference: number): void => {
    const step = difference === 0 ? 0 : 128;
    for (let i = 0; i < zeros; i++) {
      const turned = haveSameSign(difference, differences[i]!) ? step : -step;
      zeroCoefficients[i] = saturate16(turned + ((zeroCoefficients[i]! * zeroLeakage) >> 15));
    }
  };

  const sumZeros = (): number => {
    let sum = 0;
    for (let i = zeros - 1; i >= 0; i--)
      sum += (zeroCoefficients[i]! * saturate16(2 * differences[i]!)) >> 15;
    return saturate16(sum);
  };

  const sumPoles = (): number =>
    saturate16(
      ((pole1 * saturate16(2 * reconstructed1)) >> 15) +
        ((pole2 * saturate16(2 * reconstructed2)) >> 15),
    );

  return {
    expected: () => estimate,
    update: (difference) => {
      const partial = saturate16(zerosPart + difference);
      adaptPoles(partial);
      partial2 = partial1;
      partial1 = partial;
      adaptZeros(difference);
      for (let i = zeros - 1; i > 0; i--) differences[i] = differences[i - 1]!;
      differences[0] = difference;
      reconstructed2 = reconstructed1;
      reconstructed1 = saturate16(estimate + difference);
      zerosPart = sumZeros();
      estimate = saturate16(sumPoles() + zerosPart);
    },
  };
}
