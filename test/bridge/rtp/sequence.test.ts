import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  extendSequence,
  nextSequence,
  sequenceDelta,
  timestampDelta,
} from '../../../src/bridge/rtp/sequence.ts';

test('differences are those of the circle', () => {
  expect(sequenceDelta(1, 0xffff)).toBe(2);
  expect(sequenceDelta(0xffff, 1)).toBe(-2);
  expect(sequenceDelta(0x8000, 0)).toBe(-0x8000);
  expect(timestampDelta(5, 0xfffffffb)).toBe(10);
  expect(timestampDelta(0xfffffffb, 5)).toBe(-10);
  expect(nextSequence(0xffff)).toBe(0);
});

test('an extended sequence goes on where 16 bits wrap, both ways', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0x10000, max: 0x7fffffff }),
      fc.integer({ min: -0x7fff, max: 0x7fff }),
      (reference, step) => {
        expect(extendSequence(reference, (reference + step) & 0xffff)).toBe(reference + step);
      },
    ),
  );
});
