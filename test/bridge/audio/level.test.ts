import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeG711, decodeG711, type G711Law } from '../../../src/bridge/audio/g711.ts';
import {
  createSpeechActivity,
  levelOfG711,
  levelOfPcm,
  silentLevel,
} from '../../../src/bridge/audio/level.ts';
import { sine } from '../../support/sounds.ts';

describe('levels', () => {
  it('count from a full-scale square wave, as RFC 6465 does', () => {
    expect(levelOfPcm(new Int16Array(160).fill(32767))).toBe(0);
    expect(levelOfPcm(sine(160, 1000, 32767, 8000))).toBe(3);
    expect(levelOfPcm(sine(160, 1000, 3277, 8000))).toBe(23);
    expect(levelOfPcm(new Int16Array(160))).toBe(silentLevel);
    expect(levelOfPcm(new Int16Array(0))).toBe(silentLevel);
  });

  it.each<G711Law>(['PCMU', 'PCMA'])('are the same from %s bytes as from their PCM', (law) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 480 }), (bytes) => {
        const pcm = new Int16Array(bytes.length);
        decodeG711(law, bytes, pcm);
        expect(levelOfG711(law, bytes)).toBe(levelOfPcm(pcm));
      }),
    );
  });

  it('are silent, or nearly, for encoded silence', () => {
    const bytes = new Uint8Array(160);
    encodeG711('PCMA', new Int16Array(160), bytes);
    expect(levelOfG711('PCMA', bytes)).toBeGreaterThan(70);
    encodeG711('PCMU', new Int16Array(160), bytes);
    expect(levelOfG711('PCMU', bytes)).toBe(silentLevel);
  });
});

describe('speech activity', () => {
  const feed = (levels: readonly number[]): { speaking: boolean[]; spokenMs: number } => {
    const activity = createSpeechActivity();
    const speaking = levels.map((level) => activity.update(level));
    return { speaking, spokenMs: activity.spokenMs() };
  };
  const frames = (count: number, level: number): number[] => new Array<number>(count).fill(level);

  it('is speech from its first loud frame through the pauses between words', () => {
    const { speaking } = feed([...frames(50, 65), ...frames(10, 25), ...frames(8, 65)]);
    expect(speaking.slice(0, 50)).not.toContain(true);
    expect(speaking.slice(50)).not.toContain(false);
  });

  it('ends after a longer pause and counts anew', () => {
    const { speaking, spokenMs } = feed([...frames(10, 25), ...frames(30, 65), ...frames(5, 25)]);
    expect(speaking[39]).toBe(false);
    expect(spokenMs).toBe(100);
  });

  it('learns that a steady noise is no speech', () => {
    const { speaking } = feed(frames(1000, 38));
    expect(speaking.at(-1)).toBe(false);
  });
});
