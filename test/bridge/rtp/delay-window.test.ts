import { expect, test } from 'vitest';
import { createDelayWindow } from '../../../src/bridge/rtp/delay-window.ts';

test('the lowest of each frame counts, and the lowest of the frames', () => {
  const window = createDelayWindow(3);
  expect(window.lowest(3)).toBe(Number.POSITIVE_INFINITY);
  for (const values of [[9, 5], [7], [], [8, 30]]) {
    for (const value of values) window.note(value);
    window.endFrame();
  }
  expect([window.frames(), window.newest()]).toEqual([3, 8]);
  expect([window.lowest(1), window.lowest(2), window.lowest(9)]).toEqual([8, 7, 5]);
  window.note(6);
  expect(window.lowest(1)).toBe(6);
  window.endFrame();
  expect(window.lowest(9)).toBe(6);
});

test('values move with the playhead, and are forgotten', () => {
  const window = createDelayWindow(3);
  window.note(10);
  window.endFrame();
  window.note(20);
  window.shift(4);
  expect([window.newest(), window.lowest(0)]).toEqual([6, 16]);
  window.clear();
  expect([window.frames(), window.newest()]).toEqual([0, 0]);
});
