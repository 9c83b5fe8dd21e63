import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dtmfTones } from '../../../src/bridge/audio/dtmf-tone.ts';
import { decodeG711, encodeG711 } from '../../../src/bridge/audio/g711.ts';
import { createInBandDtmf } from '../../../src/bridge/audio/in-band-dtmf.ts';
import { tonePeak } from '../../../src/bridge/audio/tone.ts';
import { parseWav } from '../../../src/bridge/audio/wav.ts';
import { languages } from '../../../src/ivr/language.ts';
import { gaussianNoise } from '../../support/sounds.ts';

const rateHz = 8000;
const allKeys = '1234567890*#ABCD';

/** Feeds 20 ms frames through A-law, as the telephone network does, from `offset` on. */
function keysIn(pcm: Int16Array, offset = 0): string {
  const detector = createInBandDtmf();
  const frame = new Int16Array(160);
  const bytes = new Uint8Array(160);
  let keys = '';
  for (let at = -offset; at < pcm.length + 160; at += 160) {
    for (let i = 0; i < 160; i++) frame[i] = pcm[at + i] ?? 0;
    encodeG711('PCMA', frame, bytes);
    decodeG711('PCMA', bytes, frame);
    keys += detector.feed(frame) ?? '';
  }
  return keys;
}

/** The sound as it is when played at another pace. */
const played = (pcm: Int16Array, pace: number): Int16Array =>
  Int16Array.from({ length: Math.floor(pcm.length / pace) - 1 }, (_, i) => {
    const at = Math.floor(i * pace);
    const part = i * pace - at;
    return (pcm[at] ?? 0) * (1 - part) + (pcm[at + 1] ?? 0) * part;
  });

function plus(pcm: Int16Array, noise: Int16Array): Int16Array {
  return pcm.map((sample, i) => Math.max(-32768, Math.min(32767, sample + (noise[i] ?? 0))));
}

describe('keys', () => {
  it('gives each key once, at whatever place it begins in a frame', () => {
    const tones = dtmfTones(allKeys, rateHz);
    for (let offset = 0; offset < 160; offset += 7) expect(keysIn(tones, offset)).toBe(allKeys);
  });

  it('takes the shortest tones and pauses of Q.24, 40 ms each', () => {
    const tones = dtmfTones('1122339#', rateHz, { toneMs: 40, pauseMs: 40 });
    for (let offset = 0; offset < 160; offset += 3) expect(keysIn(tones, offset)).toBe('1122339#');
  });

  it.each([-1.5, 1.5])('takes frequencies off by %f per cent', (frequencyErrorPct) => {
    expect(keysIn(dtmfTones(allKeys, rateHz, { frequencyErrorPct }))).toBe(allKeys);
    expect(keysIn(dtmfTones(allKeys, rateHz, { frequencyErrorPct, toneMs: 40, pauseMs: 40 }))).toBe(
      allKeys,
    );
  });

  it.each([-8, -4, 0, 4])('takes a twist of %i dB', (twistDb) => {
    expect(keysIn(dtmfTones(allKeys, rateHz, { twistDb }))).toBe(allKeys);
  });

  it.each([-3, -10, -20, -30])('takes tones at %i dBm0', (levelDbm0) => {
    expect(keysIn(dtmfTones(allKeys, rateHz, { levelDbm0, twistDb: 0 }))).toBe(allKeys);
  });

  it('takes tones 15 dB above noise', () => {
    const tones = dtmfTones(allKeys, rateHz, { levelDbm0: -10, twistDb: 0 });
    const rms = tonePeak(-10) / Math.SQRT2;
    for (let seed = 1; seed <= 5; seed++)
      expect(keysIn(plus(tones, gaussianNoise(tones.length, rms / 10 ** (15 / 20), seed)))).toBe(
        allKeys,
      );
  });

  it('gives a held key once', () => {
    expect(keysIn(dtmfTones('5', rateHz, { toneMs: 3000 }))).toBe('5');
  });

  it('bridges a gap of 10 ms in a key', () => {
    const tones = dtmfTones('5', rateHz, { toneMs: 200 });
    tones.fill(0, 700, 780);
    expect(keysIn(tones)).toBe('5');
  });
});

describe('what is no key', () => {
  it('takes nothing that lasts less than 20 ms', () => {
    for (let offset = 0; offset < 160; offset += 3)
      expect(keysIn(dtmfTones(allKeys, rateHz, { toneMs: 18 }), offset)).toBe('');
  });

  it('takes no soft tone, no twist beyond measure, no single tone', () => {
    expect(keysIn(dtmfTones(allKeys, rateHz, { levelDbm0: -38 }))).toBe('');
    expect(keysIn(dtmfTones(allKeys, rateHz, { twistDb: 12 }))).toBe('');
    expect(keysIn(dtmfTones(allKeys, rateHz, { twistDb: -14 }))).toBe('');
    for (const hz of [697, 941, 1209, 1477, 425, 1000]) {
      const tone = Int16Array.from({ length: 4000 }, (_, i) =>
        Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / rateHz)),
      );
      expect(keysIn(tone)).toBe('');
    }
  });

  it('hears none in noise', () => {
    for (const rms of [300, 3000, 12_000])
      expect(keysIn(gaussianNoise(rateHz * 20, rms, 7))).toBe('');
  });

  it('hears none in quick speech and high voices', { timeout: 60_000 }, () => {
    const folder = new URL('../../../prompts/', import.meta.url);
    for (const language of languages) {
      const files = readdirSync(new URL(`${language}/`, folder)).filter((file) =>
        /[a-z]{6}/.test(file),
      );
      for (const file of files) {
        const wav = parseWav(readFileSync(new URL(`${language}/${file}`, folder)));
        if ('problem' in wav) throw new Error(`${file} ${wav.problem}`);
        // Played faster, a voice is as much higher.
        for (const pace of [0.8, 1.4, 1.9])
          expect(keysIn(played(wav.pcm, pace)), `${language}/${file} at ${pace}`).toBe('');
      }
    }
  });

  it('hears none in all that ringbro says, at any level', { timeout: 60_000 }, () => {
    let seconds = 0;
    for (const language of languages) {
      const folder = new URL(`../../../prompts/${language}/`, import.meta.url);
      for (const file of readdirSync(folder)) {
        const wav = parseWav(readFileSync(new URL(file, folder)));
        if ('problem' in wav) throw new Error(`${file} ${wav.problem}`);
        seconds += wav.pcm.length / wav.rateHz;
        for (const gain of [0.25, 1, 3]) {
          const loud = wav.pcm.map((sample) => Math.max(-32768, Math.min(32767, sample * gain)));
          expect(keysIn(loud), `${language}/${file}`).toBe('');
        }
      }
    }
    expect(seconds).toBeGreaterThan(600);
  });
});
