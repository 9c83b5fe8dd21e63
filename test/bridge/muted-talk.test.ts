import { expect, test } from 'vitest';
import { silentLevel } from '../../src/bridge/audio/level.ts';
import { createSpeakerMeter } from '../../src/bridge/meeting-speakers.ts';
import { createMutedTalk } from '../../src/bridge/muted-talk.ts';

const speech = 26;
const noise = 62;
/** How often it told within these frames of 20 ms. */
const told = (
  frames: readonly (readonly [level: number | undefined, muted: boolean])[],
): number => {
  const talk = createMutedTalk();
  const meter = createSpeakerMeter();
  return frames.filter(([level, muted]) => {
    meter.hear(level ?? silentLevel);
    return talk.update(meter.isSpeaking(), muted);
  }).length;
};
const of = (ms: number, level: number | undefined, muted = true) =>
  Array.from({ length: ms / 20 }, () => [level, muted] as const);
/** Words of 600 ms with pauses of 400 ms between them. */
const words = (count: number) =>
  Array.from({ length: count }, () => [...of(600, speech), ...of(400, noise)]).flat();

test('two seconds of speech with its pauses are told once', () => {
  expect(told([...of(1000, noise), ...words(3)])).toBe(1);
});

test('less than that, noise, and silence are not', () => {
  expect(told([...of(1000, noise), ...words(2)])).toBe(0);
  expect(told(of(60_000, noise))).toBe(0);
  expect(told(of(60_000, undefined))).toBe(0);
});

test('a cough now and then is no speech', () => {
  const minute = [...of(400, speech), ...of(9_600, noise)];
  expect(told([...of(1000, noise), ...Array.from({ length: 12 }, () => minute).flat()])).toBe(0);
});

test('what was spoken before the mute does not count', () => {
  expect(told([...of(1000, noise), ...of(1900, speech, false), ...of(1500, speech)])).toBe(0);
});
