import { expect, test } from 'vitest';
import { createGuessLimiter, type GuessLimits } from '../../src/meeting/guess-limiter.ts';

const limits: GuessLimits = { windowMs: 1_000, perSource: 3, inAll: 5, maxSources: 2 };

test('a source is over its rate at the limit, and under it when the window has moved on', () => {
  const guesses = createGuessLimiter(limits);
  for (const at of [0, 100, 200]) {
    expect(guesses.exceeded(at, 'a')).toBe(false);
    guesses.count(at, 'a');
  }
  expect(guesses.exceeded(300, 'a')).toBe(true);
  expect(guesses.exceeded(300, 'b')).toBe(false);
  expect(guesses.exceeded(1_000, 'a')).toBe(false);
});

test('all together are over the rate, also those without a number', () => {
  const guesses = createGuessLimiter(limits);
  for (let n = 0; n < 5; n++) guesses.count(0, undefined);
  expect(guesses.exceeded(999, undefined)).toBe(true);
  expect(guesses.exceeded(999, 'somebody else')).toBe(true);
  expect(guesses.exceeded(1_000, undefined)).toBe(false);
});

test('as many sources as the limit are remembered; the one heard of longest ago goes first', () => {
  const guesses = createGuessLimiter({ ...limits, inAll: 1_000 });
  for (let n = 0; n < 3; n++) guesses.count(0, 'a');
  for (let n = 0; n < 100; n++) guesses.count(n, `source ${n}`);
  expect(guesses.sources).toBe(2);
  expect(guesses.exceeded(100, 'a')).toBe(false);
});
