import { expect, test } from 'vitest';
import { createSpacingRecord } from '../../../bench/support/spacing-record.ts';

const arrivals = (...spacings: readonly number[]) => {
  const record = createSpacingRecord();
  let nowMs = 1000;
  record.take(nowMs);
  for (const spacing of spacings) record.take((nowMs += spacing));
  return { record, nowMs };
};

test('a gap over 60 ms is counted and is the longest', () => {
  const { record } = arrivals(20, 20, 75, 20);
  expect(record.report()).toEqual({
    ...{ packets: 5, spacingP99Ms: 76, longestMs: 75 },
    ...{ longGaps: 1, gaps: [{ atMs: 1115, lastedMs: 75 }] },
  });
});

test('60 ms are no long gap', () => {
  const { record } = arrivals(20, 60);
  expect(record.report().longGaps).toBe(0);
});

test('one late packet in two hundred does not move the p99', () => {
  const { record } = arrivals(...Array.from({ length: 199 }, () => 20), 300);
  expect(record.report()).toMatchObject({ spacingP99Ms: 21, longestMs: 300 });
});

test('a gap that lies across the restart belongs to what follows', () => {
  const { record, nowMs } = arrivals(20, 200);
  record.restart();
  record.take(nowMs + 90);
  expect(record.report()).toMatchObject({ packets: 1, longestMs: 90, longGaps: 1 });
  expect(record.report().gaps).toHaveLength(1);
});

test('a stream of which nothing came has no p99', () => {
  expect(createSpacingRecord().report().spacingP99Ms).toBeNaN();
});
