import { expect, it } from 'vitest';
import { createSoundWatch } from '../../../src/call/quality/sound-watch.ts';

const figures = (mos: number) => ({ lossPct: 5, jitterMs: 3, mos });

it('tells once that a way became poor, and once that it is good again after three good windows', () => {
  const watch = createSoundWatch();
  expect(watch.take({ up: figures(4.2) }, 'sound')).toEqual([]);
  expect(watch.take({ up: figures(2.9) }, 'sound')).toEqual([
    { event: 'quality-poor', way: 'up', mos: 2.9, lossPct: 5 },
  ]);
  for (const mos of [2, 4, 4, 3.3, 4, 4])
    expect(watch.take({ up: figures(mos) }, 'sound')).toEqual([]);
  expect(watch.take({ up: figures(4) }, 'sound')).toEqual([{ event: 'quality-good', way: 'up' }]);
});

it('tells of a caller who is not heard after the second window, and when sound comes', () => {
  const watch = createSoundWatch();
  expect(watch.take({}, 'silence')).toEqual([]);
  expect(watch.take({}, 'silence')).toEqual([{ event: 'not-heard', why: 'silence' }]);
  expect(watch.take({}, 'no-packets')).toEqual([]);
  expect(watch.take({}, 'sound')).toEqual([{ event: 'heard-again' }]);
});

it('begins anew after a hold', () => {
  const watch = createSoundWatch();
  watch.take({}, 'no-packets');
  watch.take({}, 'none');
  expect(watch.take({}, 'no-packets')).toEqual([]);
});

it('fills no story, however often the sound changes', () => {
  const watch = createSoundWatch();
  let told = 0;
  for (let i = 0; i < 1_000; i += 1)
    told += watch.take({}, i % 3 === 2 ? 'sound' : 'silence').length;
  expect(told).toBe(20);
});
