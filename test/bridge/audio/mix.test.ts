import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addFrame,
  addInto,
  addSum,
  createGainRamp,
  gainOfDb,
  minusOwn,
  softLimit,
} from '../../../src/bridge/audio/mix.ts';

const sample = fc.integer({ min: -32768, max: 32767 });
const frame = fc
  .array(sample, { minLength: 8, maxLength: 8 })
  .map((values) => Int16Array.from(values));

describe('mix-minus', () => {
  it('gives each caller what the limiter makes of all the others, to the bit', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 2, maxLength: 40 }), (frames) => {
        const total = new Int32Array(8);
        for (const voice of frames) addFrame(total, voice);
        for (const own of frames) {
          const others = new Int32Array(8);
          for (const voice of frames) if (voice !== own) addFrame(others, voice);
          const out = new Int16Array(8);
          minusOwn(total, own, out);
          expect([...out]).toEqual([...others].map(softLimit));
        }
      }),
    );
  });

  it('adds sums of other workers as they are', () => {
    const total = Int32Array.of(1, 2, 3);
    addSum(total, Int32Array.of(100_000, -100_000, 0));
    expect([...total]).toEqual([100_001, -99_998, 3]);
  });

  it('gives the whole total to who adds nothing', () => {
    const out = new Int16Array(3);
    minusOwn(Int32Array.of(5, -7, 9), undefined, out);
    expect([...out]).toEqual([5, -7, 9]);
  });
});

describe('softLimit', () => {
  it('stays in 16 bits, keeps order and sign, and leaves what is soft alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3e6, max: 3e6 }), fc.nat(1e6), (value, more) => {
        const limited = softLimit(value);
        expect(limited).toBe(-softLimit(-value) + 0);
        expect(Math.abs(limited)).toBeLessThanOrEqual(32_767);
        expect(softLimit(value + more)).toBeGreaterThanOrEqual(limited);
        if (Math.abs(value) <= 20_000) expect(limited).toBe(value);
      }),
    );
  });
});

describe('a gain ramp', () => {
  it('moves to its target in steps too small to click, and stays there', () => {
    const ramp = createGainRamp(8000, 40);
    ramp.setTarget(gainOfDb(-20));
    const heard: number[] = [];
    for (let i = 0; i < 4; i++) {
      const pcm = new Int16Array(160).fill(10_000);
      ramp.apply(pcm);
      heard.push(...pcm);
    }
    const largestStep = Math.max(...heard.slice(1).map((value, i) => Math.abs(value - heard[i]!)));
    expect(largestStep).toBeLessThanOrEqual(32);
    expect(heard.at(-1)).toBe(1000);
    expect(ramp.gain()).toBeCloseTo(0.1);
  });
});

it('puts a prompt over the room without wrapping', () => {
  const room = Int16Array.of(30_000, -30_000, 100);
  addInto(room, Int16Array.of(30_000, -30_000, 100));
  expect(room[0]).toBeGreaterThan(30_000);
  expect(room[1]).toBeLessThan(-30_000);
  expect(room[2]).toBe(200);
});
