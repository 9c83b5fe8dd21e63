import { expect, test } from 'vitest';
import { createLossEstimate } from '../../../src/bridge/room/loss-estimate.ts';

const outOf256 = (fraction: number): number => Math.round(fraction * 256);

test('without losses it is all that may be, and follows that at once', () => {
  let maxKbps = 2_000;
  const estimate = createLossEstimate({ minKbps: 100, maxKbps: () => maxKbps });
  expect(estimate.report(0)).toBe(2_000);
  maxKbps = 300;
  expect(estimate.kbps()).toBe(300);
  maxKbps = 4_000;
  expect(estimate.report(0)).toBe(4_000);
});

test('a loss above a tenth takes half of what was lost, and little by little it comes back', () => {
  const estimate = createLossEstimate({ minKbps: 100, maxKbps: () => 1_000 });
  expect(estimate.report(outOf256(0.25))).toBe(875);
  expect(estimate.report(outOf256(0.05))).toBe(875);
  expect(estimate.report(0)).toBeCloseTo(945);
  expect(estimate.report(0)).toBe(1_000);
});

test('it never falls below the least', () => {
  const estimate = createLossEstimate({ minKbps: 100, maxKbps: () => 1_000 });
  for (let report = 0; report < 20; report += 1) estimate.report(255);
  expect(estimate.kbps()).toBe(100);
});
