/**
 * The 4x4 integer transform and quantisation, both ways: ITU-T H.264 §8.5. A block is 16 numbers,
 * row after row. The reverse is the decoder's, to the bit; the forward side is what it asks for, and
 * the rounding (a third of a step, as is usual for intra blocks) is the encoder's own choice.
 */

/** normAdjust4x4 by QP % 6, §8.5.9: where row and column are even, both odd, one of each. */
const stepSizes = [
  [10, 16, 13],
  [11, 18, 14],
  [13, 20, 16],
  [14, 23, 18],
  [16, 25, 20],
  [18, 29, 23],
] as const;
/** What the forward transform amplifies by at those places, times what the reverse one does. */
const gains = [16, 25, 20] as const;

const placeClass = (at: number): 0 | 1 | 2 => {
  const isOddRow = (at >> 2) % 2 === 1;
  if (isOddRow !== (at % 2 === 1)) return 2;
  return isOddRow ? 1 : 0;
};

/** What one QP multiplies and divides by. */
export interface Quantiser {
  /** Levels of a block from its coefficients, in place, but for DC; whether any is not zero. */
  quantiseAc(block: Int32Array): boolean;
  /** Coefficients from levels, in place, but for DC. */
  scaleAc(block: Int32Array): void;
  /** A level of the 4x4 luma DC or 2x2 chroma DC transform, whose gain is twice that of a block. */
  quantiseDc(value: number): number;
  /** §8.5.10 */
  scaleLumaDc(value: number): number;
  /** §8.5.11.2 */
  scaleChromaDc(value: number): number;
}

export const createQuantiser = (qp: number): Quantiser => {
  const steps = stepSizes[qp % 6] ?? stepSizes[0];
  const shift = Math.floor(qp / 6);
  const quantiserBits = 15 + shift;
  const rounding = Math.floor(2 ** quantiserBits / 3);
  const step = Int32Array.from({ length: 16 }, (_, at) => steps[placeClass(at)]);
  const multiplier = Int32Array.from({ length: 16 }, (_, at) =>
    Math.round(2 ** 21 / (gains[placeClass(at)] * steps[placeClass(at)])),
  );
  const dcMultiplier = multiplier[0]!;
  const dcStep = step[0]!;
  return {
    quantiseAc: (block) => {
      let anyLevel = 0;
      for (let at = 1; at < 16; at++) {
        const value = block[at]!;
        const level = (Math.abs(value) * multiplier[at]! + rounding) >> quantiserBits;
        block[at] = value < 0 ? -level : level;
        anyLevel |= level;
      }
      return anyLevel !== 0;
    },
    scaleAc: (block) => {
      for (let at = 1; at < 16; at++) block[at] = (block[at]! * step[at]!) << shift;
    },
    quantiseDc: (value) => {
      const level = (Math.abs(value) * dcMultiplier + 2 * rounding) >> (quantiserBits + 1);
      return value < 0 ? -level : level;
    },
    scaleLumaDc: (value) =>
      shift >= 2
        ? (value * dcStep) << (shift - 2)
        : (value * dcStep + 2 ** (1 - shift)) >> (2 - shift),
    scaleChromaDc: (value) => ((value * dcStep) << shift) >> 1,
  };
};

/** QPc for a luma QP, with chroma_qp_index_offset 0: Table 8-15. */
export const chromaQp = (qp: number): number =>
  qp < 30 ? qp : ([29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37][qp - 30] ?? 38);

const forwardPass = (block: Int32Array, start: number, stride: number): void => {
  const i = start + stride;
  const j = i + stride;
  const k = j + stride;
  const sum = block[start]! + block[k]!;
  const difference = block[start]! - block[k]!;
  const innerSum = block[i]! + block[j]!;
  const innerDifference = block[i]! - block[j]!;
  block[start] = sum + innerSum;
  block[i] = 2 * difference + innerDifference;
  block[j] = sum - innerSum;
  block[k] = difference - 2 * innerDifference;
};

/** Coefficients of a block of differences, in place. */
export const transformForward = (block: Int32Array): void => {
  for (let row = 0; row < 4; row++) forwardPass(block, 4 * row, 1);
  for (let column = 0; column < 4; column++) forwardPass(block, column, 4);
};

const inversePass = (block: Int32Array, start: number, stride: number): void => {
  const i = start + stride;
  const j = i + stride;
  const k = j + stride;
  const sum = block[start]! + block[j]!;
  const difference = block[start]! - block[j]!;
  const halfDifference = (block[i]! >> 1) - block[k]!;
  const halfSum = block[i]! + (block[k]! >> 1);
  block[start] = sum + halfSum;
  block[i] = difference + halfDifference;
  block[j] = difference - halfDifference;
  block[k] = sum - halfSum;
};

/** Differences from scaled coefficients, in place: §8.5.12.2. */
export const transformInverse = (block: Int32Array): void => {
  for (let row = 0; row < 4; row++) inversePass(block, 4 * row, 1);
  for (let column = 0; column < 4; column++) inversePass(block, column, 4);
  for (let at = 0; at < 16; at++) block[at] = (block[at]! + 32) >> 6;
};

const hadamardPass = (block: Int32Array, start: number, stride: number): void => {
  const i = start + stride;
  const j = i + stride;
  const k = j + stride;
  const outer = block[start]! + block[i]!;
  const inner = block[j]! + block[k]!;
  const outerDifference = block[start]! - block[i]!;
  const innerDifference = block[j]! - block[k]!;
  block[start] = outer + inner;
  block[i] = outer - inner;
  block[j] = outerDifference - innerDifference;
  block[k] = outerDifference + innerDifference;
};

/** The 4x4 transform of the luma DC coefficients, its own reverse but for the gain of 16: §8.5.10. */
export const hadamard4x4 = (block: Int32Array): void => {
  for (let row = 0; row < 4; row++) hadamardPass(block, 4 * row, 1);
  for (let column = 0; column < 4; column++) hadamardPass(block, column, 4);
};

/** The 2x2 transform of the chroma DC coefficients, in place, its own reverse but for the gain: §8.5.11.1. */
export const hadamard2x2 = (block: Int32Array): void => {
  const [a, b, c, d] = [block[0]!, block[1]!, block[2]!, block[3]!];
  block[0] = a + b + c + d;
  block[1] = a - b + c - d;
  block[2] = a + b - c - d;
  block[3] = a - b - c + d;
};
