import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  estimateMos,
  g711Impairment,
  g711WithoutConcealmentImpairment,
  opusImpairment,
} from '../../src/call/mos.ts';

test('a perfect G.711 connection is rated 4.4', () => {
  expect(estimateMos({ delayMs: 0, lossPct: 0, codec: g711Impairment })).toBeCloseTo(4.41, 2);
});

test('known points of the E-model', () => {
  expect(estimateMos({ delayMs: 150, lossPct: 0, codec: g711Impairment })).toBeCloseTo(4.33, 1);
  expect(estimateMos({ delayMs: 400, lossPct: 0, codec: g711Impairment })).toBeLessThan(3.2);
  const lossy = { delayMs: 50, lossPct: 5 };
  expect(estimateMos({ ...lossy, codec: g711WithoutConcealmentImpairment })).toBeLessThan(
    estimateMos({ ...lossy, codec: g711Impairment }) - 1,
  );
});

test('more delay or loss never sounds better, and the score stays within 1 and 4.5', () => {
  const worse = fc.tuple(fc.double({ min: 0, max: 2000, noNaN: true }), fc.nat(500));
  fc.assert(
    fc.property(worse, fc.nat(100), fc.nat(50), ([delayMs, more], lossPct, moreLoss) => {
      for (const codec of [g711Impairment, opusImpairment]) {
        const before = estimateMos({ delayMs, lossPct, codec });
        const after = estimateMos({ delayMs: delayMs + more, lossPct: lossPct + moreLoss, codec });
        expect(after).toBeLessThanOrEqual(before + 1e-9);
        expect(after).toBeGreaterThanOrEqual(1);
        expect(before).toBeLessThanOrEqual(4.5);
      }
    }),
  );
});
