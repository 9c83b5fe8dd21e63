import { expect, it } from 'vitest';
import { idleTimes } from '../../../web/operator/idle-times.ts';

it('warns two minutes before the end, and tells the server once a minute that somebody is there', () => {
  expect(idleTimes(30 * 60, 1_000)).toEqual({
    tellAt: 61_000,
    warnAt: 1_000 + 28 * 60_000,
    endAt: 1_000 + 30 * 60_000 + 1_000,
  });
});

it('has time for all of it where the limit is short', () => {
  const { tellAt, warnAt, endAt } = idleTimes(20, 0);
  expect([tellAt, warnAt, endAt]).toEqual([5_000, 10_000, 21_000]);
});
