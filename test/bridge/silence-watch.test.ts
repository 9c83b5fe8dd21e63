import { expect, it } from 'vitest';
import { createSilenceWatch } from '../../src/bridge/silence-watch.ts';

it('silence is over the time once, and anew after a sound', () => {
  const watch = createSilenceWatch(1000);
  expect(watch.isOver(5000, false)).toBe(false); // not begun
  watch.begin(5000);
  expect(watch.isOver(5999, false)).toBe(false);
  expect(watch.isOver(6000, false)).toBe(true);
  expect(watch.isOver(9000, false)).toBe(false);
  watch.heard(9000);
  expect(watch.isOver(9999, false)).toBe(false);
  expect(watch.isOver(10_000, false)).toBe(true);
});

it('held time does not count, nor what was silent before it', () => {
  const watch = createSilenceWatch(1000);
  watch.begin(0);
  expect(watch.isOver(900, true)).toBe(false);
  expect(watch.isOver(5000, true)).toBe(false);
  expect(watch.isOver(5999, false)).toBe(false);
  expect(watch.isOver(6000, false)).toBe(true);
});
