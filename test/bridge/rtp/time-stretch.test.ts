import { expect, test } from 'vitest';
import {
  findPeriod,
  insertPeriod,
  isQuiet,
  maxPeriodSamples,
  removePeriod,
} from '../../../src/bridge/rtp/time-stretch.ts';

const tone = (hz: number, rateHz: number, samples: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, index) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hz * index) / rateHz)),
  );

/** The steepest step between neighbours: a click is far above a tone's own. */
const steepest = (pcm: Int16Array, length: number): number => {
  let largest = 0;
  for (let index = 1; index < length; index += 1) {
    largest = Math.max(largest, Math.abs(pcm[index]! - pcm[index - 1]!));
  }
  return largest;
};

test.each([8000, 16000])('the period of a tone is found at %i Hz', (rateHz) => {
  // Any multiple of the period serves as well.
  expect(findPeriod(tone(200, rateHz, rateHz / 50), rateHz) % (rateHz / 200)).toBe(0);
  expect(findPeriod(tone(125, rateHz, rateHz / 50), rateHz)).toBe(rateHz / 125);
});

test.each([110, 160, 250, 333, 440])('a tone of %i Hz stays whole, longer or shorter', (hz) => {
  const clean = steepest(tone(hz, 8000, 400), 400);
  const longer = new Int16Array(1000);
  longer.set(tone(hz, 8000, 400));
  const inserted = insertPeriod(longer, 400, 8000);
  expect(inserted).toBeGreaterThanOrEqual(20);
  expect(steepest(longer, 400 + inserted)).toBeLessThan(clean * 1.15);

  const shorter = tone(hz, 8000, 400);
  const removed = removePeriod(shorter, 400, 8000);
  expect(removed).toBeGreaterThanOrEqual(20);
  expect(removed).toBeLessThanOrEqual(maxPeriodSamples(8000));
  expect(steepest(shorter, 400 - removed)).toBeLessThan(clean * 1.15);
});

test('what lies behind the changed period is as it was', () => {
  const pcm = new Int16Array(600);
  pcm.set(tone(200, 8000, 400));
  const before = pcm.slice(200, 400);
  const inserted = insertPeriod(pcm, 400, 8000);
  expect(pcm.slice(200 + inserted, 400 + inserted)).toEqual(before);
  const removed = removePeriod(pcm, 400 + inserted, 8000);
  expect(pcm.slice(200 + inserted - removed, 400 + inserted - removed)).toEqual(before);
});

test('too little sound is left alone', () => {
  const pcm = tone(200, 8000, 159);
  expect(removePeriod(pcm, 159, 8000)).toBe(0);
  expect(insertPeriod(pcm, 159, 8000)).toBe(0);
  expect(insertPeriod(tone(200, 8000, 200), 160, 8000)).toBe(0);
});

test('line noise is quiet, speech is not', () => {
  expect(isQuiet(new Int16Array(160).fill(40), 160)).toBe(true);
  expect(isQuiet(tone(200, 8000, 160), 160)).toBe(false);
});
