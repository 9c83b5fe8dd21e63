import { expect, it } from 'vitest';
import { idleTimes } from '../../../web/operator/idle-times.ts';

it('warns two minutes before the end, and tells the server once a minute that somebody is there', () => {
  expect(idleTimes({ idleInS: 30 * 60, idleLimitS: 30 * 60 }, 1_000)).toEqual({
    tellAt: 61_000,
    warnAt: 1_000 + 28 * 60_000,
    endAt: 1_000 + 30 * 60_000 + 1_000,
  });
});

it('warns at the same time whenever it is asked', () => {
  const first = idleTimes({ idleInS: 30 * 60, idleLimitS: 30 * 60 }, 0);
  const later = idleTimes({ idleInS: 60, idleLimitS: 30 * 60 }, 29 * 60_000);
  expect(later).toEqual(first);
});

it('has time for all of it where the limit is short', () => {
  const { tellAt, warnAt, endAt } = idleTimes({ idleInS: 20, idleLimitS: 20 }, 0);
  expect([tellAt, warnAt, endAt]).toEqual([5_000, 10_000, 21_000]);
});
