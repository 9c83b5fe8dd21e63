import { describe, expect, test } from 'vitest';
import type { SoundReport } from '../../src/call/ports/sip-engine.ts';
import { soundVerdict } from '../../src/ivr/sound-verdict.ts';

const fine: SoundReport = { levelDbfs: -20, clippedPct: 0, echo: 0.1, lossPct: 0.2, jitterMs: 8 };

describe('how somebody sounded', () => {
  test.each([
    [{}, ['test-good']],
    [{ levelDbfs: undefined, echo: 1, lossPct: 50 }, ['test-nothing']],
    [{ levelDbfs: -45 }, ['test-quiet']],
    [{ levelDbfs: -5 }, ['test-loud']],
    [{ clippedPct: 3 }, ['test-loud']],
    [{ echo: 0.9 }, ['test-echo']],
    [{ lossPct: 5 }, ['test-losses']],
    [{ jitterMs: 80 }, ['test-losses']],
    [{ levelDbfs: -45, echo: 0.9, lossPct: 5 }, ['test-quiet', 'test-echo', 'test-losses']],
  ])('%o is said as %o', (changes, said) => {
    expect(soundVerdict({ ...fine, ...changes })).toEqual(said);
  });
});
