import { describe, expect, test } from 'vitest';
import { createSoundTest } from '../../src/bridge/sound-test.ts';

const frameSamples = 160;
/** Speech as levels go: syllables of 200 ms with pauses. */
const speech = (at: number, amplitude: number): Int16Array =>
  Int16Array.from({ length: frameSamples }, (_, n) =>
    Math.floor(at / 10) % 2 === 0
      ? Math.round(amplitude * (1 + (at % 7) / 7) * Math.sin((n * Math.PI) / 8))
      : 0,
  );

interface Run {
  /** What comes from the caller in tick `at`, knowing what was played `ago` ticks before. */
  readonly caller: (at: number, played: (ago: number) => Int16Array | undefined) => Int16Array;
}

const run = (listenMs: number, { caller }: Run) => {
  const sound = createSoundTest(listenMs);
  const played: (Int16Array | undefined)[] = [];
  let ticks = 0;
  for (; !sound.isDone && ticks < 10_000; ticks++) {
    sound.hear(caller(ticks, (ago) => played[ticks - ago]));
    const out = new Int16Array(frameSamples);
    played.push(sound.play(out) ? out : undefined);
  }
  return { report: sound.report(), played, ticks };
};
const silence = new Int16Array(frameSamples);
const listening = (at: number): boolean => at < 50;

describe('a test of sound', () => {
  test('plays back what it heard, once, and is done', () => {
    const { played, ticks } = run(1_000, {
      caller: (at) => (listening(at) ? speech(at, 4_000) : silence),
    });
    const heard = played.filter((frame) => frame !== undefined);
    expect(heard).toHaveLength(50);
    expect(heard[3]).toEqual(speech(3, 4_000));
    expect(ticks).toBeLessThan(150);
  });

  test('measures the level of speech, not of its pauses', () => {
    const loud = run(1_000, { caller: (at) => (listening(at) ? speech(at, 4_000) : silence) });
    const soft = run(1_000, { caller: (at) => (listening(at) ? speech(at, 400) : silence) });
    expect(loud.report.levelDbfs).toBeGreaterThan(-25);
    expect(loud.report.levelDbfs).toBeLessThan(-15);
    expect((loud.report.levelDbfs ?? 0) - (soft.report.levelDbfs ?? 0)).toBeCloseTo(20, 0);
    expect(loud.report).toMatchObject({ clippedPct: 0, echo: 0 });
  });

  test('hears nothing where nothing is said', () => {
    expect(run(1_000, { caller: () => silence }).report).toEqual({
      levelDbfs: undefined,
      clippedPct: 0,
      echo: 0,
    });
  });

  test('counts samples at the limit', () => {
    const square = Int16Array.from({ length: frameSamples }, (_, n) => (n % 2 ? 32_767 : -32_768));
    const { report } = run(1_000, { caller: (at) => (listening(at) ? square : silence) });
    expect(report.clippedPct).toBe(100);
  });

  test.each([0, 3, 12, 25])('finds an echo that comes %i ticks later', (delay) => {
    const { report } = run(1_000, {
      caller: (at, played) => {
        if (listening(at)) return speech(at, 6_000);
        const back = played(delay + 1);
        return back === undefined ? silence : back.map((sample) => sample / 4);
      },
    });
    expect(report.echo).toBeGreaterThan(0.9);
  });

  test('takes somebody who goes on talking for no echo', () => {
    const { report } = run(2_000, {
      caller: (at) => speech(at < 100 ? at : Math.floor(at * 1.7) + (at % 13) * 5, 5_000),
    });
    expect(report.echo).toBeLessThan(0.6);
  });
});
