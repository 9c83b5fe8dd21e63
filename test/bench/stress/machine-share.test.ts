import { expect, test } from 'vitest';
import {
  gapsByStalls,
  processorTimes,
  recordMachine,
} from '../../../bench/stress/machine-share.ts';

test('a gap is the machine’s where it would have been short without what the machine stood still', () => {
  const stalls = [
    { atMs: 1_000, lastedMs: 30 },
    { atMs: 5_000, lastedMs: 12 },
  ];
  const gap = (atMs: number, lastedMs: number) => gapsByStalls([{ atMs, lastedMs }], stalls);
  expect(gap(1_010, 80)).toBe(1);
  expect(gap(1_010, 95)).toBe(0); // 65 ms of it were not the machine's
  expect(gap(960, 80)).toBe(0); // over before the machine stood still
  expect(gap(1_100, 80)).toBe(0); // began after it
  expect(gap(5_000, 70)).toBe(1);
  expect(gapsByStalls([], stalls)).toBe(0);
});

test('the times of the processors are read as the kernel writes them', () => {
  const stat = 'cpu  100 10 20 300 40 5 6 9 50 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
  expect(processorTimes(stat)).toEqual({ all: 490, idle: 340, stolen: 9 });
  expect(processorTimes('')).toEqual({ all: 0, idle: 0, stolen: 0 });
});

test('a recording ends at once, also right after it began, and knows what it may not', async () => {
  const recording = await recordMachine();
  const share = await recording.stop([{ atMs: 0, lastedMs: 70 }]);
  expect(share.longGaps).toBe(1);
  // Not permitted on every machine: then it is not measured.
  expect(share.longGapsByStalls || 0).toBe(0);
});
