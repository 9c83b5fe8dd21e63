import { expect, test } from 'vitest';
import { createPlayoutDelay } from '../../../src/bridge/rtp/playout-delay.ts';

const create = () => {
  const delay = createPlayoutDelay({ minDelayMs: 20, maxDelayMs: 200, startDelayMs: 40 });
  delay.restart(1000, 0);
  return delay;
};

test('it begins where it is told, rises with one late packet and falls slowly', () => {
  const delay = create();
  expect(delay.targetMs()).toBe(40);
  expect(delay.observe(1090, 20)).toBe(90);
  expect(delay.targetMs()).toBe(95);
  for (let atMs = 40; atMs <= 2000; atMs += 20) delay.observe(1000, atMs);
  expect(delay.targetMs()).toBeGreaterThan(60);
  for (let atMs = 2020; atMs <= 30_000; atMs += 20) delay.observe(1000, atMs);
  expect(delay.targetMs()).toBe(20);
});

test('a packet that no allowed delay would save does not raise it', () => {
  const delay = create();
  expect(delay.observe(1500, 20)).toBe(500);
  expect(delay.targetMs()).toBeLessThanOrEqual(40);
});

test('a way that became longer is the new baseline after ten seconds, with no more delay', () => {
  const delay = create();
  for (let atMs = 20; atMs <= 12_000; atMs += 20) delay.observe(1100, atMs);
  expect(delay.baselineMs()).toBe(1100);
  expect(delay.targetMs()).toBe(20);
});
