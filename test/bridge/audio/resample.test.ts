import { describe, expect, it } from 'vitest';
import { createResampler, resample } from '../../../src/bridge/audio/resample.ts';
import { amplitudeAt, gaussianNoise, rmsOf, sine } from '../../support/sounds.ts';

const decibels = (ratio: number): number => 20 * Math.log10(ratio);
const middle = (pcm: Int16Array): Int16Array =>
  pcm.subarray(pcm.length >> 2, (pcm.length * 3) >> 2);

describe('resample', () => {
  it.each([
    [48_000, 8000],
    [44_100, 8000],
    [22_050, 8000],
    [16_000, 8000],
    [8000, 16_000],
    [44_100, 16_000],
    [11_025, 16_000],
  ])('passes speech frequencies from %i to %i Hz within 0.5 dB', (fromHz, toHz) => {
    for (const hz of [100, 300, 1000, 2000, 3000, 3300]) {
      const out = resample(sine(fromHz / 2, hz, 10_000, fromHz), fromHz, toHz);
      expect(out.length).toBe(Math.ceil(toHz / 2));
      expect(Math.abs(decibels(amplitudeAt(middle(out), hz, toHz) / 10_000)), `${hz}`).toBeLessThan(
        0.5,
      );
    }
  });

  it.each([48_000, 44_100, 16_000])(
    'keeps what 8 kHz cannot carry of %i Hz out, as steeply as ITU-T G.712 asks',
    (fromHz) => {
      for (const [hz, limitDb] of [
        [4100, -25],
        [4350, -60],
        [5000, -60],
        [6500, -60],
      ] as const) {
        const out = resample(sine(fromHz / 2, hz, 10_000, fromHz), fromHz, 8000);
        expect(decibels(rmsOf(middle(out)) / 7071), `${hz}`).toBeLessThan(limitDb);
      }
    },
  );

  it('does not move the sound in time', () => {
    const pulse = new Int16Array(4800);
    pulse.fill(20_000, 2395, 2406);
    const out = resample(pulse, 48_000, 8000);
    expect(out.indexOf(Math.max(...out))).toBe(400);
  });

  it('returns a sound of the same rate as it is', () => {
    const pcm = sine(80, 440, 1000, 8000);
    expect(resample(pcm, 8000, 8000)).toBe(pcm);
  });
});

describe('a streaming resampler', () => {
  it.each([
    [8000, 16_000],
    [16_000, 8000],
    [48_000, 8000],
  ])('gives the same sound from %i to %i Hz however it is cut', (fromHz, toHz) => {
    const pcm = gaussianNoise(fromHz / 5, 4000, 3);
    const streamed = (frame: number): number[] => {
      const resampler = createResampler(fromHz, toHz);
      const out = new Int16Array((frame * toHz) / fromHz);
      const all: number[] = [];
      for (let at = 0; at < pcm.length; at += frame) {
        const written = resampler.process(pcm.subarray(at, at + frame), frame, out);
        expect(written).toBe((frame * toHz) / fromHz);
        all.push(...out.subarray(0, written));
      }
      return all;
    };
    expect(streamed(fromHz / 100)).toEqual(streamed(fromHz / 25));
  });

  it('keeps images above 4 kHz below -55 dB on the way up', () => {
    const resampler = createResampler(8000, 16_000);
    const out = new Int16Array(1600);
    resampler.process(sine(800, 3000, 10_000, 8000), 800, out);
    const steady = out.subarray(320);
    expect(decibels(amplitudeAt(steady, 5000, 16_000) / 10_000)).toBeLessThan(-55);
    expect(Math.abs(decibels(amplitudeAt(steady, 3000, 16_000) / 10_000))).toBeLessThan(0.3);
  });
});
