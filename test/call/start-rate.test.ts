import { expect, test } from 'vitest';
import { createStartRate } from '../../src/call/start-rate.ts';

test('a trunk begins so many calls a second and no more, each trunk by itself', () => {
  const rate = createStartRate();
  const taken = (at: number, trunk = 'a') => rate.take(at, trunk, 2);
  expect([taken(0), taken(0), taken(0)]).toEqual([true, true, false]);
  expect(taken(0, 'b')).toBe(true);
  expect([taken(500), taken(500)]).toEqual([true, false]);
  expect([taken(60_000), taken(60_000), taken(60_000)]).toEqual([true, true, false]);
});

test('less than one a second still lets one through', () => {
  const rate = createStartRate();
  expect([0, 1000, 1999, 2000].map((at) => rate.take(at, 'a', 0.5))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
