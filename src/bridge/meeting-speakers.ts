/**
 * Who speaks in a meeting, from the sound that is here anyway: that of the node's callers and of the room's
 * tracks. The room's server says it too, but half a second later: it looks at 400 ms at a time.
 *
 *   silent ── 120 ms of speech ──▶ speaks ── 240 ms of quiet ──▶ silent
 */
import { createSpeechActivity, silentLevel } from './audio/level.ts';

/** Listens to one voice. */
export interface SpeakerMeter {
  /** The level of its 20 ms of this tick, RFC 6464 scale. Returns how loud it speaks, 0 where it does not. */
  hear(level: number): number;
  /** Whether it speaks, or has only begun to. */
  isSpeaking(): boolean;
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
  /** In 1/256: a whole number is kept without a box of its own. */
  let loudness = 0;
  let isSpeaking = false;
  return {
    hear: (level) => {
      loudness += Math.round(((silentLevel - level) * 256 - loudness) * smoothing);
      isSpeaking = activity.update(level);
      return isSpeaking && activity.spokenMs() >= beginsAfterMs ? (loudness + 128) >> 8 : 0;
    },
    isSpeaking: () => isSpeaking,
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
