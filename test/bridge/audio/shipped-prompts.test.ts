import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { levelOfPcm } from '../../../src/bridge/audio/level.ts';
import { parseWav } from '../../../src/bridge/audio/wav.ts';
import { languages } from '../../../src/ivr/language.ts';
import { promptTexts } from '../../../src/ivr/phrase-files.ts';

const frameSamples = 160;

/** RMS of the 20 ms frames within 30 dB of the loudest, in dB of full scale. */
function activeLevelDbfs(pcm: Int16Array): number {
  const powers: number[] = [];
  for (let at = 0; at + frameSamples <= pcm.length; at += frameSamples) {
    let sum = 0;
    for (const sample of pcm.subarray(at, at + frameSamples)) sum += (sample / 32768) ** 2;
    powers.push(sum / frameSamples);
  }
  const floor = Math.max(...powers) / 1000;
  const active = powers.filter((power) => power > floor);
  return 10 * Math.log10(active.reduce((a, b) => a + b) / active.length);
}

/** How long it is until the first frame above -50 dBov. */
function silenceMs(pcm: Int16Array): number {
  let at = 0;
  while (at < pcm.length && levelOfPcm(pcm.subarray(at, at + 40)) > 50) at += 40;
  return at / 8;
}

describe.each(languages)('the prompts in %s', { timeout: 30_000 }, (language) => {
  const folder = new URL(`../../../prompts/${language}/`, import.meta.url);
  const texts = promptTexts(language);
  const prompts = [...texts].map(([file, text]) => {
    const wav = parseWav(readFileSync(new URL(file, folder)));
    if ('problem' in wav) throw new Error(`${file} ${wav.problem}`);
    return { file, text: text.replaceAll(/\[.*?\]/g, ''), ...wav };
  });

  it('are exactly the files of the manuscript', () => {
    expect(readdirSync(folder).sort()).toEqual([...texts.keys()].sort());
  });

  it('last as long as their words take, spoken slowly', () => {
    for (const { file, text, pcm, rateHz } of prompts) {
      const seconds = pcm.length / rateHz;
      // Numerals are longer spoken than written.
      const letters = text.replaceAll(/\d+/g, 'fyrtiofyra').length;
      expect(seconds, file).toBeGreaterThan(0.2 + 0.045 * text.length * (/\d/.test(text) ? 0 : 1));
      // Time to take in what a key is for, before the key.
      const pauses = text.split(':').length - 1;
      expect(seconds, file).toBeLessThan(0.7 + 0.11 * letters + 0.15 * pauses);
    }
  });

  it('are about -20 dBFS while the voice is active, and never clip', () => {
    for (const { file, pcm } of prompts) {
      const level = activeLevelDbfs(pcm);
      expect(level, file).toBeGreaterThan(-23);
      expect(level, file).toBeLessThan(-19);
      expect(
        pcm.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0),
        file,
      ).toBeLessThan(32_767 * 0.9);
    }
  });

  it('begin and end after a short silence', () => {
    for (const { file, pcm } of prompts) {
      expect(silenceMs(pcm), file).toBeGreaterThanOrEqual(40);
      expect(silenceMs(pcm), file).toBeLessThanOrEqual(150);
      expect(silenceMs(pcm.toReversed()), file).toBeGreaterThanOrEqual(40);
      expect(silenceMs(pcm.toReversed()), file).toBeLessThanOrEqual(150);
    }
  });

  it('hold a voice: energy neither at 0 Hz nor at the top of the band alone', () => {
    for (const { file, pcm } of prompts) {
      let energy = 0;
      let energyOfSteps = 0;
      let sum = 0;
      for (let i = 1; i < pcm.length; i++) {
        energy += pcm[i]! ** 2;
        energyOfSteps += (pcm[i]! - pcm[i - 1]!) ** 2;
        sum += pcm[i]!;
      }
      // 4 sin²(π f / rate) at the centre of the energy: about 0.02 at 200 Hz, 2 at 2 kHz.
      expect(energyOfSteps / energy, file).toBeGreaterThan(0.02);
      expect(energyOfSteps / energy, file).toBeLessThan(2);
      expect(Math.abs(sum / pcm.length), file).toBeLessThan(20);
    }
  });
});
