/** What is being said, to be read: a room's panel hides the keypad, and its loudspeaker may be off. */
import type { Card } from '../../call/ports/media.ts';
import type { Utterance } from '../../call/ports/sip-engine.ts';
import { saidCard } from '../../cards/card-words.ts';
import { promptTexts } from '../../ivr/phrase-files.ts';

export interface SaidCards {
  /** Undefined where nothing of it is words. */
  cardOf(utterance: Utterance): Card | undefined;
}

/** Marks words of another language, for who speaks them. */
const languageMarks = /\[\/?[a-z]{2}\]/gu;
/** Who is muted is to see it, whatever else is on the screen. */
const covering: ReadonlySet<string> = new Set([
  'muted.wav',
  'muted-by-host.wav',
  'talking-muted.wav',
]);
const sentenceEnd = /(?<=[.!?])\s+/u;

export const createSaidCards = (): SaidCards => {
  const texts = new Map<Card['language'], ReadonlyMap<string, string>>();
  const textsOf = (language: Card['language']): ReadonlyMap<string, string> => {
    const known = texts.get(language) ?? promptTexts(language);
    texts.set(language, known);
    return known;
  };

  return {
    cardOf: ({ sounds }) => {
      const prompts = sounds.filter((sound) => sound.kind === 'prompt');
      const language = prompts[0]?.language;
      if (language === undefined) return undefined;
      const words = prompts.flatMap((prompt) => textsOf(prompt.language).get(prompt.file) ?? []);
      const said = words.join(' ').replace(languageMarks, '').trim();
      if (said === '') return undefined;
      const covers = prompts.some(({ file }) => covering.has(file));
      return { ...saidCard(language, said.split(sentenceEnd)), ...(covers && { covers }) };
    },
  };
};
