import { expect, test } from 'vitest';
import { heardLevelDbfs, secondOfTone, toneLevelDbfs } from '../../../bench/support/tone-level.ts';

const frame = (hz: number, levelDbfs: number) => secondOfTone(hz, levelDbfs, 8000).subarray(0, 160);

test('a tone is measured at its level', () => {
  expect(toneLevelDbfs(frame(1700, -24), 1700, 8000)).toBeCloseTo(-24, 0);
});

test('the gateway’s own tones are not taken for the guest’s', () => {
  for (const hz of [440, 880]) {
    expect(toneLevelDbfs(frame(hz, -20), 1700, 8000)).toBeLessThan(heardLevelDbfs);
  }
});

test('silence is below what counts as heard', () => {
  expect(toneLevelDbfs(new Int16Array(160), 1700, 8000)).toBeLessThan(heardLevelDbfs);
});

test('a repeated second of tone has no seam', () => {
  const second = secondOfTone(620, -12, 8000);
  const [first = 0, next = 0, last = 0] = [second[0], second[1], second.at(-1)];
  expect(first - last).toBeCloseTo(next - first, -2);
});
