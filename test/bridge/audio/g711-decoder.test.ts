import { describe, expect, it } from 'vitest';
import { encodeG711 } from '../../../src/bridge/audio/g711.ts';
import { createG711Decoder } from '../../../src/bridge/audio/g711-decoder.ts';
import { amplitudeAt, gaussianNoise, rmsOf, sine } from '../../support/sounds.ts';

const frameSamples = 160;

/** Decodes a sound in 20 ms packets, losing the frames of `lost`. */
function heard(pcm: Int16Array, lost: ReadonlySet<number>): Int16Array {
  const decoder = createG711Decoder('PCMA', 8000);
  const out = new Int16Array(pcm.length);
  const bytes = new Uint8Array(frameSamples);
  const frame = new Int16Array(frameSamples);
  for (let at = 0; at + frameSamples <= pcm.length; at += frameSamples) {
    if (lost.has(at / frameSamples)) decoder.conceal(frame, frameSamples);
    else {
      encodeG711('PCMA', pcm.subarray(at, at + frameSamples), bytes);
      expect(decoder.decode(bytes, frame)).toBe(frameSamples);
    }
    out.set(frame, at);
  }
  return out;
}

/** A voice of 110 Hz: a falling row of harmonics. */
function voiced(samples: number, hz = 110): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => {
    let value = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++)
      value += Math.sin((2 * Math.PI * hz * harmonic * i) / 8000 + harmonic) / harmonic;
    return Math.round(5000 * value);
  });
}

const largestStep = (pcm: Int16Array): number => {
  let largest = 0;
  for (let i = 1; i < pcm.length; i++) largest = Math.max(largest, Math.abs(pcm[i]! - pcm[i - 1]!));
  return largest;
};

describe('a G.711 decoder', () => {
  it('continues a voice through the first half of a lost packet almost unheard', () => {
    const pcm = voiced(3200);
    const out = heard(pcm, new Set([10]));
    const lost = pcm.subarray(1600, 1680);
    const error = out.subarray(1600, 1680).map((sample, i) => sample - lost[i]!);
    expect(20 * Math.log10(rmsOf(error) / rmsOf(lost))).toBeLessThan(-10);
  });

  it('makes no step into, through or out of a loss that the voice itself has not', () => {
    const pcm = voiced(8000);
    for (const lost of [
      new Set([10]),
      new Set([10, 11]),
      new Set([20, 21, 22, 23, 24]),
      new Set([7, 9, 11]),
    ])
      expect(largestStep(heard(pcm, lost))).toBeLessThan(largestStep(pcm) * 1.25);
  });

  it('keeps a tone a tone', () => {
    const out = heard(sine(4800, 400, 8000, 8000), new Set([15]));
    expect(amplitudeAt(out.subarray(2400, 2480), 400, 8000)).toBeGreaterThan(6500);
  });

  it('falls to silence 60 ms into a loss', () => {
    const out = heard(voiced(4800), new Set([10, 11, 12, 13, 14, 15]));
    expect(rmsOf(out.subarray(1600, 1680))).toBeGreaterThan(3000);
    expect(rmsOf(out.subarray(1920, 2080))).toBeLessThan(rmsOf(out.subarray(1760, 1920)));
    expect([...out.subarray(2080, 2560)].every((sample) => sample === 0)).toBe(true);
  });

  it('is no louder in concealed noise than in the noise', () => {
    const noise = gaussianNoise(4800, 2000, 5);
    const out = heard(noise, new Set([12, 13]));
    expect(rmsOf(out.subarray(1920, 2240))).toBeLessThan(rmsOf(noise) * 1.2);
  });

  it('conceals silence where nothing was heard before', () => {
    const out = heard(new Int16Array(320), new Set([0, 1]));
    expect([...out].every((sample) => sample === 0)).toBe(true);
  });

  it('decodes to 16 kHz, twice the samples', () => {
    const decoder = createG711Decoder('PCMU', 16_000);
    const bytes = new Uint8Array(800);
    encodeG711('PCMU', sine(800, 1000, 8000, 8000), bytes);
    const out = new Int16Array(1600);
    expect(decoder.decode(bytes, out)).toBe(1600);
    expect(amplitudeAt(out.subarray(320), 1000, 16_000)).toBeCloseTo(8000, -2.5);
    decoder.conceal(out, 320);
    expect(amplitudeAt(out.subarray(40, 160), 1000, 16_000)).toBeGreaterThan(6000);
  });

  it('treats a payload that has no room, or none at all, as lost', () => {
    const decoder = createG711Decoder('PCMA', 8000);
    expect(decoder.decode(new Uint8Array(161), new Int16Array(160))).toBe(0);
    expect(decoder.decode(new Uint8Array(0), new Int16Array(160))).toBe(0);
    expect(decoder.recover(new Uint8Array(160), new Int16Array(160))).toBe(0);
  });
});
