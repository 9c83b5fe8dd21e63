import { expect, test } from 'vitest';
import { createStretchControl } from '../../../src/bridge/rtp/stretch-control.ts';

const quiet = (): boolean => true;
const loud = (): boolean => false;
const frames = (count: number, decide: () => string | undefined): (string | undefined)[] =>
  Array.from({ length: count }, decide);

test('a delay near its target is left alone', () => {
  const control = createStretchControl();
  for (const excessMs of [0, 15, -5]) expect(control.decide(excessMs, quiet)).toBeUndefined();
});

test('in a quiet frame it is set right at once, and then not for a few frames', () => {
  const control = createStretchControl();
  expect(frames(5, () => control.decide(20, quiet))).toEqual([
    'shorten',
    undefined,
    undefined,
    undefined,
    'shorten',
  ]);
  expect(createStretchControl().decide(-6, quiet)).toBe('lengthen');
});

test('over loud voice it waits a second for a quiet frame, but not when it is urgent', () => {
  const control = createStretchControl();
  const decisions = frames(60, () => control.decide(20, loud));
  expect(decisions.indexOf('shorten')).toBe(49);
  expect(createStretchControl().decide(41, loud)).toBe('shorten');
});
