import { expect, test } from 'vitest';
import { chooseLayer } from '../../../src/bridge/room/picture-layers.ts';
import type { PictureLayer } from '../../../src/bridge/room/picture-signal.ts';

const layer = (
  quality: PictureLayer['quality'],
  width: number,
  height: number,
  bitrateKbps: number,
): PictureLayer => ({ quality, width, height, bitrateKbps });

const layers = [
  layer('high', 1280, 720, 1_700),
  layer('low', 320, 180, 160),
  layer('medium', 640, 360, 450),
];

test.each([
  ['all of it', { width: 1280, height: 720, maxBitrateKbps: 2_000 }, 'high'],
  ['more than there is', { width: 1920, height: 1080, maxBitrateKbps: 6_000 }, 'high'],
  ['a slow line', { width: 1280, height: 720, maxBitrateKbps: 768 }, 'medium'],
  ['a small screen', { width: 352, height: 288, maxBitrateKbps: 2_000 }, 'low'],
  ['less than there is', { width: 176, height: 144, maxBitrateKbps: 64 }, 'low'],
])('%s', (_, want, chosen) => {
  expect(chooseLayer(layers, want)).toBe(chosen);
});

test('a telephone held upright fits where it would lying down', () => {
  const upright = [layer('low', 360, 640, 400), layer('high', 720, 1280, 1_700)];
  expect(chooseLayer(upright, { width: 1280, height: 720, maxBitrateKbps: 2_000 })).toBe('high');
});

test('a publisher that does not say its bitrates is judged by the size', () => {
  const unsaid = layers.map((each) => ({ ...each, bitrateKbps: 0 }));
  expect(chooseLayer(unsaid, { width: 1280, height: 720, maxBitrateKbps: 600 })).toBe('medium');
});

test('without layers the server is to choose', () => {
  expect(chooseLayer([], { width: 1280, height: 720, maxBitrateKbps: 600 })).toBeUndefined();
});
