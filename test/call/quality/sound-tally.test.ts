import { expect, it } from 'vitest';
import { g711Impairment } from '../../../src/call/mos.ts';
import { createSoundTally, qualityOf } from '../../../src/call/quality/sound-tally.ts';

const counts = (expected: number, lost: number) => ({ expected, lost, jitterMs: 1 });

it('gives what came since the last time, and nothing where nothing was to come', () => {
  const tally = createSoundTally();
  expect(tally.take(counts(100, 1))).toMatchObject({ expected: 100, lost: 1 });
  expect(tally.take(counts(150, 6))).toMatchObject({ expected: 50, lost: 5 });
  expect(tally.take(counts(150, 6))).toBeUndefined();
  expect(tally.take(undefined)).toBeUndefined();
  expect(tally.total()).toMatchObject({ expected: 150, lost: 6 });
});

it('takes counts that went down for those of another stream', () => {
  const tally = createSoundTally();
  tally.take(counts(100, 10));
  expect(tally.take(counts(20, 2))).toMatchObject({ expected: 20, lost: 2 });
  expect(tally.total()).toMatchObject({ expected: 120, lost: 12 });
});

it('leaves out what another stream counted before', () => {
  const tally = createSoundTally();
  tally.restart(counts(1_000, 500));
  expect(tally.take(counts(1_050, 500))).toMatchObject({ expected: 50, lost: 0 });
});

it('rates what came too late as lost', () => {
  const late = qualityOf({ ...counts(100, 0), late: 10 }, 20, g711Impairment);
  const lost = qualityOf(counts(100, 10), 20, g711Impairment);
  expect(late.lossPct).toBe(0);
  expect(late.mos).toBeCloseTo(lost.mos);
  expect(qualityOf(counts(0, 0), 20, g711Impairment).mos).toBe(1);
});
