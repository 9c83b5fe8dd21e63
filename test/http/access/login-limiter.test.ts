import { expect, test } from 'vitest';
import { createLoginLimiter } from '../../../src/http/access/login-limiter.ts';

const quarter = 15 * 60_000;

test('the sixth try for a name from one address waits until the first is a quarter of an hour old', () => {
  const limiter = createLoginLimiter();
  for (let at = 0; at < 5; at += 1) limiter.failed(at, 'anna', '192.0.2.1');
  expect(limiter.waitMs(100, 'anna', '192.0.2.1')).toBe(quarter - 100);
  expect(limiter.waitMs(100, 'anna', '192.0.2.2')).toBe(0);
  expect(limiter.waitMs(100, 'bo', '192.0.2.1')).toBe(0);
  expect(limiter.waitMs(quarter + 1, 'anna', '192.0.2.1')).toBe(0);
});

test('an address that tries many names waits with all of them', () => {
  const limiter = createLoginLimiter();
  for (let n = 0; n < 20; n += 1) limiter.failed(0, `name-${n}`, '192.0.2.1');
  expect(limiter.waitMs(1, 'anna', '192.0.2.1')).toBeGreaterThan(0);
  expect(limiter.waitMs(1, 'anna', '192.0.2.2')).toBe(0);
});

test('a name that is tried from many addresses waits everywhere', () => {
  const limiter = createLoginLimiter();
  for (let n = 0; n < 50; n += 1) limiter.failed(0, 'anna', `192.0.2.${n}`);
  expect(limiter.waitMs(1, 'anna', '198.51.100.1')).toBeGreaterThan(0);
});

test('those who get it right are not slowed down by how many they are', () => {
  const limiter = createLoginLimiter();
  for (let n = 0; n < 100; n += 1) {
    limiter.failed(n, `name-${n}`, '192.0.2.1');
    limiter.succeeded(`name-${n}`, '192.0.2.1');
  }
  expect(limiter.waitMs(101, 'anna', '192.0.2.1')).toBe(0);
});
