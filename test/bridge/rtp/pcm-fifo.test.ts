import { expect, test } from 'vitest';
import { createPcmFifo } from '../../../src/bridge/rtp/pcm-fifo.ts';

const constant = (value: number, samples: number): Int16Array =>
  new Int16Array(samples).fill(value);

test('samples come out as they went in', () => {
  const fifo = createPcmFifo(400, 8000);
  fifo.append(Int16Array.from([1, 2, 3, 4]), 1, 4);
  fifo.appendSilence(2);
  const out = new Int16Array(3);
  fifo.take(out, 3);
  expect([...out]).toEqual([2, 3, 4]);
  expect(fifo.length()).toBe(2);
});

test('no more is taken in than there is room for', () => {
  const fifo = createPcmFifo(100, 8000);
  fifo.append(constant(1, 90), 0, 90);
  fifo.append(constant(2, 90), 0, 90);
  expect(fifo.length()).toBe(100);
});

test('after a cut sound begins softly', () => {
  const fifo = createPcmFifo(400, 8000);
  fifo.append(constant(1000, 160), 0, 160);
  fifo.cut();
  expect(fifo.length()).toBe(0);
  fifo.append(constant(1000, 160), 0, 160);
  const out = new Int16Array(160);
  fifo.take(out, 160);
  expect([out[0], out[16], out[32]]).toEqual([0, 500, 1000]);
});

test('shortening and lengthening change the length by what they say', () => {
  const fifo = createPcmFifo(400, 8000);
  fifo.append(constant(1000, 200), 0, 200);
  const inserted = fifo.lengthen();
  expect(fifo.length()).toBe(200 + inserted);
  expect(inserted).toBeGreaterThan(0);
  const removed = fifo.shorten();
  expect(fifo.length()).toBe(200 + inserted - removed);
  expect(removed).toBeLessThanOrEqual(fifo.longestPeriod);
});
