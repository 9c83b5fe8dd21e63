/**
 * Who speaks in a meeting, from the sound that is here anyway: that of the node's callers and of the room's
 * tracks. The room's server says it too, but half a second later: it looks at 400 ms at a time.
 *
 *   silent ── 120 ms of speech ──▶ speaks ── 240 ms of quiet ──▶ silent
 */
import { createSpeechActivity, levelOfPcm, silentLevel } from './audio/level.ts';

/** Listens to one voice. */
export interface SpeakerMeter {
  /** Its 20 ms of this tick, where there are any. Returns how loud it speaks, 0 where it does not. */
  hear(frame: Int16Array | undefined): number;
}

/** The two loudest of one worker, for one tick: one of them may be who watches. */
export interface LoudestSpeakers {
  begin(): void;
  note(speakerKey: number, loudness: number): void;
  /** Key and loudness of each, the loudest first; zeros where there is nobody. */
  readonly words: Int32Array;
}

export const wordsOfSpeakers = 4;

/** A cough is shorter, and so is a word that ends as it begins. */
const beginsAfterMs = 120;
/** Of the loudness from tick to tick: 100 ms to follow most of a change. */
const smoothing = 0.2;

export const createSpeakerMeter = (): SpeakerMeter => {
  const activity = createSpeechActivity();
  let loudness = 0;
  return {
    hear: (frame) => {
      const level = frame === undefined ? silentLevel : levelOfPcm(frame);
      loudness += (silentLevel - level - loudness) * smoothing;
      const speaks = activity.update(level) && activity.spokenMs() >= beginsAfterMs;
      return speaks ? Math.round(loudness) : 0;
    },
  };
};

/** A number for an identity that all workers know alike (FNV-1a); never 0. */
export const speakerKeyOf = (identity: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(identity)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0 || 1;
};

export const createLoudestSpeakers = (): LoudestSpeakers => {
  const words = new Int32Array(wordsOfSpeakers);
  return {
    words,
    begin: () => {
      words.fill(0);
    },
    note: (speakerKey, loudness) => {
      if (loudness > (words[1] ?? 0)) {
        words.copyWithin(2, 0, 2);
        words[0] = speakerKey;
        words[1] = loudness;
      } else if (loudness > (words[3] ?? 0)) {
        words[2] = speakerKey;
        words[3] = loudness;
      }
    },
  };
};
