import { describe, expect, it } from 'vitest';
import {
  gapsWithin,
  heardRateHz,
  levelDbfs,
  recognisePrompts,
  steadyToneLevelDbfs,
  stretchesOf,
  toneLevelDbfs,
} from '../../src/caller/heard.ts';

const silence = (ms: number) => new Int16Array((heardRateHz * ms) / 1000);
const tone = (hz: number, ms: number, amplitude = 10_000) =>
  Int16Array.from({ length: (heardRateHz * ms) / 1000 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / heardRateHz)),
  );
const joined = (...parts: readonly Int16Array[]) => Int16Array.from(parts.flatMap((p) => [...p]));
/** Syllables of differing loudness and length, the same for the same seed. */
const babble = (seed: number, syllables: number) => {
  let state = seed;
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return joined(
    ...Array.from({ length: syllables }, () => [
      tone(150 + next() * 300, 60 + Math.floor(next() * 6) * 20, 1500 + next() * 12_000),
      silence(20 + Math.floor(next() * 4) * 20),
    ]).flat(),
  );
};

describe('what a caller heard', () => {
  it('measures the level of a sine at its RMS', () => {
    expect(levelDbfs(tone(1000, 500, 32_767))).toBeCloseTo(-3.01, 1);
    expect(toneLevelDbfs(tone(1000, 500, 32_767), 1000)).toBeCloseTo(-3.01, 1);
    expect(toneLevelDbfs(tone(1000, 500), 440)).toBeLessThan(-50);
  });

  it('measures a tone whose phase jumps in the middle', () => {
    const jumping = joined(
      tone(1000, 1000),
      tone(1000, 1000).map((sample) => -sample),
    );
    expect(toneLevelDbfs(jumping, 1000)).toBeLessThan(-60);
    expect(steadyToneLevelDbfs(jumping, 1000)).toBeCloseTo(levelDbfs(tone(1000, 1000)), 1);
  });

  it('finds stretches of sound and joins them over short pauses', () => {
    const pcm = joined(
      silence(800),
      tone(300, 1000),
      silence(200),
      tone(300, 500),
      silence(1000),
      tone(440, 400),
    );
    const stretches = stretchesOf(pcm);
    expect(stretches).toHaveLength(2);
    expect(stretches[0]).toMatchObject({ fromMs: 800, toMs: 2500 });
    expect(stretches[1]).toMatchObject({ fromMs: 3500, toMs: 3900 });
  });

  it('finds a gap of one lost packet in a tone and none in a whole tone', () => {
    const broken = joined(tone(440, 1000), silence(45), tone(440, 1000));
    expect(gapsWithin(broken, 0, 2045)).toEqual([{ fromMs: 1000, toMs: 1045 }]);
    expect(gapsWithin(tone(440, 2000), 0, 2000)).toEqual([]);
    expect(gapsWithin(silence(500), 0, 500)).toEqual([{ fromMs: 0, toMs: 500 }]);
  });

  it('recognises prompts in order, quieter and off the frame grid, and takes no other for them', () => {
    const a = babble(7, 20);
    const b = babble(99, 25);
    const other = babble(1234, 30);
    const heard = joined(silence(807), a, silence(713), b).map((v) => Math.round(v / 3));
    const known = [
      { name: 'a', pcm: a },
      { name: 'b', pcm: b },
      { name: 'other', pcm: other },
    ];
    const names = recognisePrompts(heard, known);
    expect(names.map((n) => n.name)).toEqual(['a', 'b']);
    expect(Math.abs((names[0]?.atMs ?? 0) - 807)).toBeLessThanOrEqual(20);
  });

  it('knows a prompt that was cut off by its beginning', () => {
    const a = babble(7, 20);
    const heard = joined(silence(500), a.subarray(0, 8 * 1800), silence(2000));
    const known = [
      { name: 'a', pcm: a },
      { name: 'other', pcm: babble(1234, 30) },
    ];
    expect(recognisePrompts(heard, known)).toMatchObject([{ name: 'a', whole: false, atMs: 500 }]);
  });
});
