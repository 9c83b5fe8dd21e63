import { describe, expect, it } from 'vitest';
import type { Sound } from '../../../src/call/ports/sip-engine.ts';
import type { Language } from '../../../src/ivr/language.ts';
import { pack, type PromptLibrary } from '../../../src/bridge/audio/prompt-library.ts';
import { createSoundPlayer, type SoundPlayer } from '../../../src/bridge/audio/sound-player.ts';
import { amplitudeAt, sine } from '../../support/sounds.ts';

const rateHz = 8000;
const voice = sine(400, 500, 8000, rateHz);
const library: PromptLibrary = pack(
  new Map([
    ['sv/a.wav', voice],
    ['en/b.wav', Int16Array.from({ length: 100 }, (_, i) => i + 1)],
  ]),
  rateHz,
);
const prompt = (language: Language, file: string): Sound => ({ kind: 'prompt', language, file });
const utterance = (utteranceId: number, ...sounds: Sound[]) => ({
  utteranceId,
  phrases: [],
  sounds,
});

function pullAll(player: SoundPlayer, frames: number): number[] {
  const frame = new Int16Array(160);
  const all: number[] = [];
  for (let i = 0; i < frames; i++) {
    frame.fill(0);
    player.pull(frame);
    all.push(...frame);
  }
  return all;
}

const largestStep = (pcm: readonly number[]): number =>
  Math.max(...pcm.slice(1).map((sample, i) => Math.abs(sample - pcm[i]!)));

describe('a sound player', () => {
  it('plays sounds one after the other without a gap and says once when all was heard', () => {
    const player = createSoundPlayer(library, rateHz);
    player.play(
      utterance(7, prompt('en', 'b.wav'), { kind: 'silence', ms: 5 }, prompt('sv', 'a.wav')),
    );
    const heard = pullAll(player, 3);
    expect(player.takeEnded()).toBeUndefined();
    heard.push(...pullAll(player, 1));
    expect(heard.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(heard.slice(100, 140)).toEqual(new Array(40).fill(0));
    expect(heard.slice(140, 540)).toEqual([...voice]);
    expect(heard.slice(540)).toEqual(new Array(100).fill(0));
    expect(player.takeEnded()).toBe(7);
    expect(player.takeEnded()).toBeUndefined();
    expect(player.isPlaying()).toBe(false);
  });

  it('plays speech that was made, at any rate, between prompts', () => {
    const made = (made8: Int16Array, madeHz: number): Sound => {
      const pcm = new SharedArrayBuffer(made8.length * 2);
      new Int16Array(pcm).set(made8);
      return { kind: 'made', pcm, rateHz: madeHz };
    };
    const player = createSoundPlayer(library, rateHz);
    player.play(utterance(1, prompt('en', 'b.wav'), made(voice, rateHz), prompt('en', 'b.wav')));
    const heard = pullAll(player, 4);
    expect(heard.slice(100, 500)).toEqual([...voice]);
    expect(heard.slice(500, 600)).toEqual(heard.slice(0, 100));
    expect(player.takeEnded()).toBe(1);
    player.play(utterance(2, made(sine(1_600, 400, 8_000, 16_000), 16_000)));
    const resampled = Int16Array.from(pullAll(player, 5)).subarray(80, 720);
    expect(amplitudeAt(resampled, 400, rateHz)).toBeCloseTo(8_000, -3);
  });

  it('plays the music round and round, without a seam, until something else is played', () => {
    const loop = Int16Array.from({ length: 100 }, (_, i) => 1000 + i);
    const player = createSoundPlayer(pack(new Map([['music.wav', loop]]), rateHz), rateHz);
    player.play(utterance(1, { kind: 'music' }));
    const heard = pullAll(player, 500);
    expect(heard.every((sample, i) => sample === 1000 + (i % 100))).toBe(true);
    expect(player.takeEnded()).toBeUndefined();
    player.play(utterance(2, { kind: 'silence', ms: 20 }));
    pullAll(player, 2);
    expect(player.takeEnded()).toBe(2);
    expect(player.isPlaying()).toBe(false);
  });

  it('leaves the frame alone when there is nothing to play', () => {
    const player = createSoundPlayer(library, rateHz);
    const frame = new Int16Array(160).fill(5);
    expect(player.pull(frame)).toBe(false);
    expect(frame).toEqual(new Int16Array(160).fill(5));
  });

  it('fades out within 5 ms when stopped, and never says that utterance ended', () => {
    const player = createSoundPlayer(library, rateHz);
    player.play(utterance(1, prompt('sv', 'a.wav')));
    const heard = pullAll(player, 1);
    player.stop();
    heard.push(...pullAll(player, 3));
    expect(heard.slice(160, 200).some((sample) => sample !== 0)).toBe(true);
    expect(heard.slice(200).every((sample) => sample === 0)).toBe(true);
    expect(largestStep(heard)).toBeLessThanOrEqual(largestStep([...voice]) + 250);
    expect(player.takeEnded()).toBeUndefined();
  });

  it('replaces what it plays at once, the old fading under the new', () => {
    const player = createSoundPlayer(library, rateHz);
    player.play(utterance(1, prompt('sv', 'a.wav')));
    pullAll(player, 1);
    player.play(utterance(2, prompt('en', 'b.wav')));
    const heard = pullAll(player, 1);
    expect(heard.slice(40, 100)).toEqual(Array.from({ length: 60 }, (_, i) => i + 41));
    expect(player.takeEnded()).toBe(2);
  });

  it('plays nothing of an utterance that was replaced before it was heard', () => {
    const player = createSoundPlayer(library, rateHz);
    player.play(utterance(1, prompt('sv', 'a.wav')));
    player.play(utterance(2, prompt('en', 'b.wav')));
    expect(pullAll(player, 1).slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('plays tones at their level with soft edges', () => {
    const player = createSoundPlayer(library, rateHz);
    player.play(utterance(1, { kind: 'tone', hz: 425, ms: 200, levelDbm0: -20 }));
    const heard = Int16Array.from(pullAll(player, 11));
    const steady = amplitudeAt(heard.subarray(160, 1440), 425, rateHz);
    expect(20 * Math.log10(steady / 32767)).toBeCloseTo(-23.14, 1);
    expect(Math.max(...heard.subarray(0, 8).map(Math.abs))).toBeLessThan(80);
    expect(Math.max(...heard.subarray(1592).map(Math.abs))).toBeLessThan(80);
    expect(player.takeEnded()).toBe(1);
  });

  it('skips a prompt that the library lacks', () => {
    const player = createSoundPlayer(library, rateHz);
    player.play(utterance(3, prompt('da', 'none.wav'), prompt('en', 'b.wav')));
    expect(pullAll(player, 1)[0]).toBe(1);
    expect(player.takeEnded()).toBe(3);
  });

  it('refuses a library of another rate', () => {
    expect(() => createSoundPlayer(library, 16_000)).toThrow(RangeError);
  });
});
