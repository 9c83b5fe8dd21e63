import { expect, it } from 'vitest';
import { createClockDrift } from '../../src/bridge/clock-drift.ts';

/** Transit in time stamp units after `nowMs` by a clock that is `ppm` fast. */
const transit = (nowMs: number, ppm: number) => Math.round((-nowMs * ppm * 8) / 1e6);

it('says after a minute how fast the clock of the caller is', () => {
  const drift = createClockDrift(8_000);
  for (let at = 0; at < 60_000; at += 10_000) drift.take(at, transit(at, 200));
  expect(drift.ppm()).toBeUndefined();
  for (let at = 60_000; at < 600_000; at += 10_000) drift.take(at, transit(at, 200));
  expect(drift.ppm()).toBeGreaterThan(195);
  expect(drift.ppm()).toBeLessThan(205);
});

it('takes a jump of the stream for no drift', () => {
  const drift = createClockDrift(8_000);
  for (let at = 0; at < 100_000; at += 10_000) drift.take(at, transit(at, -50));
  for (let at = 100_000; at < 400_000; at += 10_000) drift.take(at, 80_000 + transit(at, -50));
  expect(drift.ppm()).toBeLessThan(-40);
  expect(drift.ppm()).toBeGreaterThan(-60);
});
