/**
 * The two sub-bands of G.722: each codes the difference between a sample and
 * what was expected of it, in steps whose size follows the signal on a logarithmic scale. The lower
 * band has six bits a sample, of which the upper four steer the adaptation; the higher has two.
 */
import { createSubBandPredictor } from './g722-predictor.ts';

export interface SubBand {
  /** The code of a 15-bit sample; adapts by it. */
  encode(sample: number): number;
  /** The sample of a code; adapts by it. */
  decode(code: number): number;
}

/** How steps grow and shrink. */
interface StepScale {
  /** Of the logarithm, which begins at 0. */
  readonly highest: number;
  /** Right shift of the table's entry at logarithm 0. */
  readonly shift: number;
}
const lowerScale: StepScale = { highest: 18_432, shift: 8 };
const higherScale: StepScale = { highest: 22_528, shift: 10 };

/** Decision levels of the lower band's magnitudes, in 1/4096 of the step. */
const decisionLevels = Int16Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650],
  ...[714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);
const topMagnitude = decisionLevels.length;
/** Magnitudes 1 and 2 below zero are told by codes beyond the others: no code is 0 in all bits. */
const negativeLowerCode = (magnitude: number): number =>
  magnitude <= 2 ? 64 - magnitude : 34 - magnitude;
const positiveLowerCode = (magnitude: number): number => 62 - magnitude;

/** Output levels in 1/32768 of the step: by four bits, for the adaptation. */
const lowerLevels4 = Int32Array.of(
  ...[0, -20_456, -12_896, -8968, -6288, -4240, -2584, -1200],
  ...[20_456, 12_896, 8968, 6288, 4240, 2584, 1200, 0],
);
const upperHalf6 = [
  ...[24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9360, 8576, 7856],
  ...[
    7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728,
  ],
];
/** By all six bits, for the ear. The first four are codes that the encoder never sends. */
const lowerLevels6 = Int32Array.of(
  ...[-136, -136, -136, -136],
  ...upperHalf6.map((level) => -level),
  ...upperHalf6,
  ...[432, 136, -432, -136],
);
const higherLevels = Int32Array.of(-7408, -1616, 7408, 1616);
/** Between the small and the large step of the higher band, in 1/4096 of the step. */
const higherDecision = 564;

/** What a code adds to the logarithm of the step. */
const lowerGrowth = Int32Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60],
);
const higherGrowth = Int32Array.of(798, -214, 798, -214);

/** 2048 * 2^(i/32). */
const antilogarithm = Int16Array.from({ length: 32 }, (_, i) => Math.round(2048 * 2 ** (i / 32)));

const createStep = ({ highest, shift }: StepScale, initial: number) => {
  let logarithm = 0;
  let size = initial;
  return {
    size: () => size,
    adapt: (growth: number): void => {
      const next = ((logarithm * 127) >> 7) + growth;
      logarithm = next < 0 ? 0 : next > highest ? highest : next;
      const down = shift - (logarithm >> 11);
      const mantissa = antilogarithm[(logarithm >> 6) & 31]!;
      size = (down < 0 ? mantissa << -down : mantissa >> down) << 2;
    },
  };
};

/** A difference without its sign, as one's complement has it. */
const magnitudeOf = (difference: number): number => (difference < 0 ? ~difference : difference);

const limited = (sample: number, limit: number): number =>
  sample > limit - 1 ? limit - 1 : sample < -limit ? -limit : sample;
const limit15 = 16_384;
const limit16 = 32_768;

export function createLowerBand(): SubBand {
  const predictor = createSubBandPredictor();
  const step = createStep(lowerScale, 32);

  const adapt = (code: number): void => {
    const difference = (step.size() * lowerLevels4[code >> 2]!) >> 15;
    step.adapt(lowerGrowth[code >> 2]!);
    predictor.update(difference);
  };

  return {
    encode: (sample) => {
      const difference = limited(sample - predictor.expected(), limit16);
      const magnitude = magnitudeOf(difference);
      const size = step.size();
      let level = 1;
      while (level < topMagnitude && magnitude >= (decisionLevels[level]! * size) >> 12) level++;
      const code = difference < 0 ? negativeLowerCode(level) : positiveLowerCode(level);
      adapt(code);
      return code;
    },
    decode: (code) => {
      const sample = predictor.expected() + ((step.size() * lowerLevels6[code]!) >> 15);
      adapt(code);
      return limited(sample, limit15);
    },
  };
}

export function createHigherBand(): SubBand {
  const predictor = createSubBandPredictor();
  const step = createStep(higherScale, 8);

  /** Returns the quantised difference. */
  const adapt = (code: number): number => {
    const difference = (step.size() * higherLevels[code]!) >> 15;
    step.adapt(higherGrowth[code]!);
    predictor.update(difference);
    return difference;
  };

  return {
    encode: (sample) => {
      const difference = limited(sample - predictor.expected(), limit16);
      const isLarge = magnitudeOf(difference) >= (higherDecision * step.size()) >> 12;
      const code = (difference < 0 ? 0 : 2) + (isLarge ? 0 : 1);
      adapt(code);
      return code;
    },
    decode: (code) => {
      const expected = predictor.expected();
      return limited(expected + adapt(code), limit15);
    },
  };
}
