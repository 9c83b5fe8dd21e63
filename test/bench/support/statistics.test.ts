import { expect, test } from 'vitest';
import { median, percentile } from '../../../bench/support/statistics.ts';

test('a percentile is a value that occurred, by nearest rank', () => {
  const values = Array.from({ length: 200 }, (_, at) => 200 - at);
  expect(percentile(values, 0.5)).toBe(100);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile([7], 0.99)).toBe(7);
});

test('the p95 of three values is the worst of them', () => {
  expect(percentile([1, 900, 2], 0.95)).toBe(900);
});

test('the median of nothing is not a number', () => {
  expect(median([])).toBeNaN();
});
