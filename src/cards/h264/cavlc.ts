/** residual_block_cavlc(), ITU-T H.264 §7.3.5.3.2 and §9.2. */
import type { BitWriter } from './bit-writer.ts';
import {
  chromaDcCoeffTokens,
  chromaDcTotalZeros,
  coeffTokens,
  runBefore,
  totalZeros,
  type CodeWord,
} from './cavlc-tables.ts';

/** nC of a block: how many coefficients its neighbours have; or that it is chroma DC. */
export type CoefficientContext = number | 'chroma-dc';

const tokenTable = (context: CoefficientContext) => {
  if (context === 'chroma-dc') return chromaDcCoeffTokens;
  return coeffTokens[context < 2 ? 0 : context < 4 ? 1 : context < 8 ? 2 : 3]!;
};

const writeCode = (bits: BitWriter, { bits: count, value }: CodeWord): void => {
  bits.u(count, value);
};

/** One level that is no trailing one, §9.2.2.1 read from the other side. */
const writeLevel = (bits: BitWriter, levelCode: number, suffixLength: number): void => {
  if (suffixLength === 0) {
    if (levelCode < 14) bits.u(levelCode + 1, 1);
    else if (levelCode < 30) {
      bits.u(15, 1);
      bits.u(4, levelCode - 14);
    } else {
      bits.u(16, 1);
      bits.u(12, levelCode - 30);
    }
    return;
  }
  const escape = 15 << suffixLength;
  if (levelCode < escape) {
    bits.u((levelCode >> suffixLength) + 1, 1);
    bits.u(suffixLength, levelCode & ((1 << suffixLength) - 1));
  } else {
    bits.u(16, 1);
    bits.u(12, levelCode - escape);
  }
};

const writeLevels = (bits: BitWriter, levels: readonly number[], trailingOnes: number): void => {
  for (let at = 0; at < trailingOnes; at++) bits.u(1, levels[at]! < 0 ? 1 : 0);
  let suffixLength = levels.length > 10 && trailingOnes < 3 ? 1 : 0;
  for (let at = trailingOnes; at < levels.length; at++) {
    const level = levels[at]!;
    const code = level > 0 ? 2 * level - 2 : -2 * level - 1;
    // After fewer than three ones the next is known to be larger than one.
    writeLevel(bits, at === trailingOnes && trailingOnes < 3 ? code - 2 : code, suffixLength);
    if (suffixLength === 0) suffixLength = 1;
    if (Math.abs(level) > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength++;
  }
};

const countTrailingOnes = (levels: readonly number[]): number => {
  let count = 0;
  while (count < 3 && count < levels.length && Math.abs(levels[count]!) === 1) count++;
  return count;
};

/**
 * Writes one block.
 *
 * @param order which coefficients, from the lowest frequency to the highest: 4, 15 or 16 of them
 * @returns how many of them are not zero (TotalCoeff)
 */
export const writeResidualBlock = (
  bits: BitWriter,
  coefficients: Int32Array,
  order: readonly number[],
  context: CoefficientContext,
): number => {
  /** From the highest frequency to the lowest, each with the zeros between it and the next. */
  const levels: number[] = [];
  const runs: number[] = [];
  let zerosLeft = 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const value = coefficients[order[at]!]!;
    if (value !== 0) {
      levels.push(value);
      runs.push(0);
    } else if (levels.length > 0) {
      runs[runs.length - 1]!++;
      zerosLeft++;
    }
  }
  const total = levels.length;
  const trailingOnes = countTrailingOnes(levels);
  writeCode(bits, tokenTable(context)[total]![trailingOnes]!);
  if (total === 0) return 0;
  writeLevels(bits, levels, trailingOnes);
  if (total < order.length) {
    const table = context === 'chroma-dc' ? chromaDcTotalZeros : totalZeros;
    writeCode(bits, table[total - 1]![zerosLeft]!);
  }
  for (let at = 0; at < total - 1 && zerosLeft > 0; at++) {
    writeCode(bits, runBefore[Math.min(zerosLeft, 7) - 1]![runs[at]!]!);
    zerosLeft -= runs[at]!;
  }
  return total;
};
