import { expect, it } from 'vitest';
import {
  chromaDcCoeffTokens,
  chromaDcTotalZeros,
  coeffTokens,
  runBefore,
  totalZeros,
  type CodeWord,
} from '../../../src/cards/h264/cavlc-tables.ts';

const text = ({ bits, value }: CodeWord): string => value.toString(2).padStart(bits, '0');

const alphabets: [string, CodeWord[]][] = [
  ...coeffTokens.map((table, at): [string, CodeWord[]] => [`coeff_token ${at}`, table.flat()]),
  ['coeff_token of chroma DC', chromaDcCoeffTokens.flat()],
  ...[...totalZeros, ...chromaDcTotalZeros].map((row, at): [string, CodeWord[]] => [
    `total_zeros ${at}`,
    [...row],
  ]),
  ...runBefore.map((row, at): [string, CodeWord[]] => [`run_before ${at}`, [...row]]),
];

it.each(alphabets)('in %s no code word begins another, and hardly a bit is wasted', (_, words) => {
  const texts = words.map(text);
  for (const word of texts)
    expect(texts.filter((other) => other !== word && other.startsWith(word))).toEqual([]);
  expect(new Set(texts).size).toBe(texts.length);
  const used = words.reduce((sum, { bits }) => sum + 2 ** -bits, 0);
  expect(used).toBeGreaterThan(0.95);
});
