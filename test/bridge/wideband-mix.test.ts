import { describe, expect, it } from 'vitest';
import { allocateMeetingLanes, openMeetingLanes } from '../../src/bridge/meeting-lanes.ts';
import { createMeetingMixer, type MeetingMixer } from '../../src/bridge/meeting-mixer.ts';
import { amplitudeAt, sine } from '../support/sounds.ts';

const ticks = 25;
const narrow = (hz: number, peak = 4000) => sine(160 * ticks, hz, peak, 8000);
const wide = (hz: number, peak = 4000) => sine(320 * ticks, hz, peak, 16_000);

/** Voices by worker; what an ear at the last worker, who says `own`, hears of the last 400 ms. */
const heard = (
  voices: readonly (readonly Int16Array[])[],
  rateHz: 8000 | 16000,
  own?: Int16Array,
): Int16Array => {
  const buffer = allocateMeetingLanes(voices.length);
  const mixers = voices.map((_, lane) => createMeetingMixer(openMeetingLanes(buffer, lane)));
  const frameOf = (pcm: Int16Array, tick: number) => {
    const samples = pcm.length / ticks;
    return pcm.subarray(tick * samples, (tick + 1) * samples);
  };
  const out = new Int16Array(rateHz / 50);
  const sound: number[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    for (const [at, mixer] of mixers.entries()) {
      mixer.begin(tick);
      for (const voice of voices[at]!) mixer.add(frameOf(voice, tick));
      mixer.finish();
    }
    out.fill(0);
    mixers.at(-1)!.hear(own && frameOf(own, tick), out);
    sound.push(...out);
  }
  return Int16Array.from(sound.slice((-rateHz * 2) / 5));
};

describe('a meeting of telephones and wideband callers', () => {
  it('a wideband ear hears both, whole', () => {
    const sound = heard([[narrow(1000), wide(5000)]], 16_000);
    expect(amplitudeAt(sound, 1000, 16_000)).toBeCloseTo(4000, -2);
    expect(amplitudeAt(sound, 5000, 16_000)).toBeCloseTo(4000, -2);
    // The telephone's image above 4 kHz is not there.
    expect(amplitudeAt(sound, 7000, 16_000)).toBeLessThan(8);
  });

  it('a telephone hears both as far as it can, and nothing folded down', () => {
    const sound = heard([[narrow(1000), wide(2000), wide(5000)]], 8000);
    expect(amplitudeAt(sound, 1000, 8000)).toBeCloseTo(4000, -2);
    expect(amplitudeAt(sound, 2000, 8000)).toBeCloseTo(4000, -2);
    expect(amplitudeAt(sound, 3000, 8000)).toBeLessThan(8);
  });

  it('nobody hears the own voice, to the bit', () => {
    const [one, other] = [narrow(1000, 32_000), wide(1500, 32_000)];
    expect(heard([[one, other]], 8000, one)).toEqual(heard([[other]], 8000));
    expect(heard([[one, other]], 16_000, other)).toEqual(heard([[one]], 16_000));
  });

  it('goes over the lanes of other workers, both rates', () => {
    const sound = heard([[narrow(1000)], [wide(5000)], []], 16_000);
    expect(amplitudeAt(sound, 1000, 16_000)).toBeCloseTo(4000, -2);
    expect(amplitudeAt(sound, 5000, 16_000)).toBeCloseTo(4000, -2);
  });

  it('says of the whole node whether somebody hears 16 kHz', () => {
    const buffer = allocateMeetingLanes(2);
    const [one, other] = [0, 1].map((lane) =>
      createMeetingMixer(openMeetingLanes(buffer, lane)),
    ) as [MeetingMixer, MeetingMixer];
    const pass = (tick: number, wideEars: number) => {
      one.begin(tick);
      one.finish(wideEars);
      other.begin(tick);
      other.finish();
    };
    pass(1, 1);
    expect([one.hasWideEars(), other.hasWideEars()]).toEqual([true, false]);
    pass(2, 1);
    expect(other.hasWideEars()).toBe(true);
    pass(3, 0);
    pass(4, 0);
    expect([one.hasWideEars(), other.hasWideEars()]).toEqual([false, false]);
  });

  it('lets the last wideband sound ring out, and leaves none of it for the next', () => {
    const mixer = createMeetingMixer(openMeetingLanes(allocateMeetingLanes(1), 0));
    const out = new Int16Array(160);
    const loudest = () => Math.max(...out.map(Math.abs));
    const hear = (tick: number, voice: Int16Array): number => {
      mixer.begin(tick);
      mixer.add(voice);
      mixer.finish();
      mixer.hear(undefined, out);
      return loudest();
    };
    const silence = new Int16Array(160);
    expect(hear(1, wide(440).subarray(0, 320))).toBeGreaterThan(1000);
    expect(hear(2, silence)).toBeGreaterThan(0);
    expect(hear(3, silence)).toBe(0);
    expect(hear(50, new Int16Array(320))).toBe(0);
  });
});
