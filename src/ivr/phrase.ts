import type { PhraseKey } from './manuscript.ts';

/** One thing to say, language aside: the language is the caller's at the moment it is said. */
export interface Phrase {
  readonly key: PhraseKey;
  /** For `{n}`. */
  readonly n?: number;
  /** For `{time}`: epoch milliseconds, spoken in the meeting's time zone. */
  readonly at?: number;
  /** For `{name}`, where there is a sound of it. Never logged. */
  readonly name?: string;
  /** Read out one by one after the words. Never logged. */
  readonly digits?: string;
}

export const phrase = (key: PhraseKey): Phrase => ({ key });
