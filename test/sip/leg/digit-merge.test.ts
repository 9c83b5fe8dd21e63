import { expect, test } from 'vitest';
import { createDigitMerge } from '../../../src/sip/leg/digit-merge.ts';

test('a key told twice counts once, whichever way is first', () => {
  const merge = createDigitMerge();
  const press = (at: number, path: 'media' | 'info', digit: string): boolean =>
    merge.accept(at, path, digit);
  expect(press(0, 'media', '5')).toBe(true);
  expect(press(20, 'info', '5')).toBe(false);
  expect(press(300, 'info', '5')).toBe(true);
  expect(press(320, 'media', '5')).toBe(false);
});

test('a peer that uses one way only loses nothing, however fast', () => {
  const merge = createDigitMerge();
  expect(Array.from('11111', (digit, at) => merge.accept(at * 60, 'info', digit))).toEqual(
    Array.from('11111', () => true),
  );
});

test('two presses told late by the other way are still two', () => {
  const merge = createDigitMerge();
  const taken = (['media', 'media', 'info', 'info'] as const).map((path, at) =>
    merge.accept(at * 500, path, '7'),
  );
  expect(taken).toEqual([true, true, false, false]);
});

test('after four seconds it is another press', () => {
  const merge = createDigitMerge();
  merge.accept(0, 'media', '9');
  expect(merge.accept(4000, 'info', '9')).toBe(true);
});
