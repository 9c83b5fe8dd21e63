/**
 * Names as sounds, for the time of a meeting: made when it is known who calls, at hand when a name is
 * to be said. What could not be made is not tried again, and other words stand in for it.
 *
 *   unknown ──prepare──▶ being made ──▶ at hand, or not to be had ──nobody here any more──▶ unknown
 */
import type { Language } from '../ivr/language.ts';
import type { CallId } from './identifiers.ts';
import type { MadeSound } from './ports/sip-engine.ts';
import type { SpeechMaker } from './ports/speech.ts';

export interface SpokenNames {
  /** Has the sounds made of those that are new. */
  prepare(callId: CallId, texts: readonly string[], language: Language): void;
  /** Undefined: not there, or not yet. */
  soundOf(callId: CallId, text: string): MadeSound | undefined;
  /** Forgets the meetings that are not in use. */
  keepOnly(isInUse: (callId: CallId) => boolean): void;
}

const longestText = 80;
/** Of one meeting. */
const mostTexts = 1_000;

/**
 * A name as plain words for a speech program: letters, digits and a few marks, so that none of it is
 * markup or a command to any. Undefined where nothing is left to say.
 */
export function speakable(text: string): string | undefined {
  const plain = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} .,'’&-]+/gu, ' ')
    // A word that begins with a dash could be read as an option.
    .replace(/(^| )-+/g, '$1')
    .replace(/ +/g, ' ')
    .trim();
  const short = Array.from(plain).slice(0, longestText).join('');
  return /[\p{L}\p{N}]/u.test(short) ? short : undefined;
}

export function createSpokenNames(speech: SpeechMaker | undefined): SpokenNames {
  /** undefined: being made, or not to be had. */
  const meetings = new Map<CallId, Map<string, MadeSound | undefined>>();

  function make(names: Map<string, MadeSound | undefined>, text: string, language: Language): void {
    const words = speakable(text);
    if (names.has(text) || names.size >= mostTexts || words === undefined) return;
    names.set(text, undefined);
    void speech?.make(words, language).then((sound) => names.set(text, sound));
  }

  return {
    prepare(callId, texts, language) {
      if (speech === undefined || texts.length === 0) return;
      const names = meetings.get(callId) ?? new Map<string, MadeSound | undefined>();
      meetings.set(callId, names);
      for (const text of texts) make(names, text, language);
    },
    soundOf: (callId, text) => meetings.get(callId)?.get(text),
    keepOnly(isInUse) {
      for (const callId of Array.from(meetings.keys()))
        if (!isInUse(callId)) meetings.delete(callId);
    },
  };
}
