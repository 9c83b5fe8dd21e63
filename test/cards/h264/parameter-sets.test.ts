import { expect, it } from 'vitest';
import { levelOf, sequenceParameterSet } from '../../../src/cards/h264/parameter-sets.ts';

it.each([
  [160, 90, 10],
  [320, 180, 11],
  [352, 288, 11],
  [640, 360, 22],
  [1280, 720, 31],
  [1920, 1080, 40],
])('%i x %i at five pictures a second is of level_idc %i', (width, height, level) => {
  expect(levelOf({ width, height }, 5)).toBe(level);
});

it('a sequence parameter set begins with constrained baseline and its level', () => {
  const set = sequenceParameterSet({ width: 1280, height: 720 }, 5);
  expect(set.subarray(0, 4).toString('hex')).toBe('6742e01f');
});
