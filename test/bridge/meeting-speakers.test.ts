import { describe, expect, it } from 'vitest';
import { levelOfPcm, silentLevel } from '../../src/bridge/audio/level.ts';
import { allocateMeetingLanes, openMeetingLanes } from '../../src/bridge/meeting-lanes.ts';
import {
  createLoudestSpeakers,
  createSpeakerMeter,
  speakerKeyOf,
} from '../../src/bridge/meeting-speakers.ts';
import { sine } from '../support/sounds.ts';

const speech = sine(160, 400, 8000, 8000);
const softer = sine(160, 400, 2000, 8000);

/** Loudness after each 20 ms of what a voice brings. */
const loudnessOf = (frames: readonly (Int16Array | undefined)[]): number[] => {
  const meter = createSpeakerMeter();
  return frames.map((frame) => meter.hear(frame === undefined ? silentLevel : levelOfPcm(frame)));
};
const times = (count: number, frame: Int16Array | undefined) =>
  Array.from({ length: count }, () => frame);

describe('who speaks', () => {
  it('is known 120 ms after the first sound, and until 240 ms after the last', () => {
    const loudness = loudnessOf([
      ...times(10, undefined),
      ...times(50, speech),
      ...times(50, undefined),
    ]);
    expect(loudness.findIndex((of) => of > 0)).toBe(10 + 5);
    expect(loudness.findLastIndex((of) => of > 0)).toBe(60 + 11 - 1);
  });

  it('is nobody for a cough', () => {
    const cough = [...times(10, undefined), ...times(5, speech), ...times(30, undefined)];
    expect(loudnessOf(cough).every((of) => of === 0)).toBe(true);
  });

  it('a louder voice has the larger number, and one that ended falls behind one that goes on', () => {
    const [loud = 0] = loudnessOf(times(30, speech)).slice(-1);
    const [soft = 0] = loudnessOf(times(30, softer)).slice(-1);
    expect(loud).toBeGreaterThan(soft);
    const [ended = 0] = loudnessOf([...times(30, speech), ...times(5, undefined)]).slice(-1);
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThan(soft);
  });

  it('the two loudest of each worker are told to all workers, the loudest first', () => {
    const buffer = allocateMeetingLanes(2);
    const [first, second] = [openMeetingLanes(buffer, 0), openMeetingLanes(buffer, 1)];
    const tell = (lanes: typeof first, voices: readonly (readonly [string, number])[]) => {
      const loudest = createLoudestSpeakers();
      loudest.begin();
      for (const [identity, loudness] of voices) loudest.note(speakerKeyOf(identity), loudness);
      lanes.tellSpeakers(loudest.words);
    };
    tell(first, [
      ['anna', 40],
      ['bo', 0],
      ['carl', 90],
      ['dora', 60],
    ]);
    tell(second, [['eva', 70]]);
    const expected = ['carl', 'eva', 'dora'].map(speakerKeyOf);
    expect(first.speakers()).toEqual(expected);
    expect(second.speakers()).toEqual(expected);
    tell(first, []);
    expect(second.speakers()).toEqual([speakerKeyOf('eva')]);
  });

  it('no identity has the key of nobody', () => {
    expect(speakerKeyOf('')).not.toBe(0);
    expect(speakerKeyOf('ringbro:node:a')).not.toBe(speakerKeyOf('ringbro:node:b'));
  });
});
