import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createConcealingG722Decoder } from '../../../src/bridge/audio/g722-decoder.ts';
import { createG722Decoder, createG722Encoder } from '../../../src/bridge/audio/g722.ts';
import { amplitudeAt, rmsOf, seededRandom, sine } from '../../support/sounds.ts';
import { g722Digests, g722TestSound } from './g722-fixtures.ts';

const rateHz = 16_000;
/** Both filters, one behind the other. */
const delaySamples = 22;

const code = (pcm: Int16Array): Uint8Array => {
  const bytes = new Uint8Array(pcm.length / 2);
  expect(createG722Encoder().encode(pcm, pcm.length, bytes)).toBe(bytes.length);
  return bytes;
};
const decode = (bytes: Uint8Array): Int16Array => {
  const pcm = new Int16Array(bytes.length * 2);
  expect(createG722Decoder().decode(bytes, pcm)).toBe(pcm.length);
  return pcm;
};
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const signalToNoiseDb = (pcm: Int16Array, again: Int16Array): number => {
  const from = 800;
  const error = Int16Array.from({ length: pcm.length - from - delaySamples }, (_, i) =>
    Math.max(-32_768, Math.min(32_767, again[i + from + delaySamples]! - pcm[i + from]!)),
  );
  return 20 * Math.log10(rmsOf(pcm) / rmsOf(error));
};

describe('G.722', () => {
  it('codes and decodes as another implementation does, to the bit', () => {
    const coded = code(g722TestSound());
    expect(digestOf(coded)).toBe(g722Digests.coded);
    const decoded = decode(coded);
    expect(digestOf(new Uint8Array(decoded.buffer))).toBe(g722Digests.decoded);
  });

  // ITU-T G.722 figure 2: flat from 50 Hz to 7 kHz.
  it.each([
    [100, 30],
    [440, 30],
    [1000, 25],
    [3000, 20],
    [5500, 10],
    [6800, 10],
  ])('passes %i Hz at its level and with %i dB of signal to noise', (hz, leastDb) => {
    const pcm = sine(rateHz, hz, 8000, rateHz);
    const again = decode(code(pcm));
    expect(amplitudeAt(again.subarray(1600), hz, rateHz)).toBeCloseTo(8000, -3);
    expect(signalToNoiseDb(pcm, again)).toBeGreaterThan(leastDb);
  });

  it('is the same in frames of any length', () => {
    const pcm = g722TestSound();
    const whole = code(pcm);
    const [encoder, decoder] = [createG722Encoder(), createG722Decoder()];
    const [bytes, again] = [new Uint8Array(whole.length), new Int16Array(pcm.length)];
    for (let at = 0; at < pcm.length; at += 320) {
      encoder.encode(pcm.subarray(at, at + 320), 320, bytes.subarray(at / 2));
      decoder.decode(bytes.subarray(at / 2, at / 2 + 160), again.subarray(at));
    }
    expect(digestOf(bytes)).toBe(digestOf(whole));
    expect(digestOf(new Uint8Array(again.buffer))).toBe(g722Digests.decoded);
  });

  it('takes any bytes, and is itself again half a second after them', () => {
    const random = seededRandom(9);
    const rubbish = Uint8Array.from({ length: 4000 }, () => random() * 256);
    const tone = code(sine(rateHz, 440, 8000, rateHz));
    const decoder = createG722Decoder();
    decoder.decode(rubbish, new Int16Array(8000));
    const again = new Int16Array(rateHz);
    decoder.decode(tone, again);
    expect(amplitudeAt(again.subarray(8000), 440, rateHz)).toBeCloseTo(8000, -3);
  });
});

describe('G.722 with loss', () => {
  const tone = code(sine(8000, 500, 8000, rateHz));
  const frameOf = (index: number) => tone.subarray(index * 160, (index + 1) * 160);

  it('fills a lost packet with what sounded, and goes on without a click', () => {
    const decoder = createConcealingG722Decoder();
    const heard: number[] = [];
    for (let frame = 0; frame < 25; frame++) {
      const out = new Int16Array(320);
      if (frame === 15) decoder.conceal(out, 320);
      else expect(decoder.decode(frameOf(frame), out)).toBe(320);
      heard.push(...out);
    }
    const pcm = Int16Array.from(heard);
    expect(amplitudeAt(pcm.subarray(15 * 320, 16 * 320), 500, rateHz)).toBeGreaterThan(5500);
    const steepest = (8000 * 2 * Math.PI * 500) / rateHz;
    for (let i = 3200; i < pcm.length; i++)
      expect(Math.abs(pcm[i]! - pcm[i - 1]!)).toBeLessThan(2 * steepest);
  });

  it('takes what has no room for lost', () => {
    expect(createConcealingG722Decoder().decode(new Uint8Array(200), new Int16Array(320))).toBe(0);
  });
});
