import { describe, expect, it } from 'vitest';
import { createSaidCards } from '../../../src/bridge/video/said-cards.ts';
import type { Sound } from '../../../src/call/ports/sip-engine.ts';
import { digitSounds, phraseSounds } from '../../../src/ivr/phrase-files.ts';

const cardOf = (sounds: readonly Sound[]) =>
  createSaidCards().cardOf({ utteranceId: 1, phrases: [], sounds });

describe('a card of what is said', () => {
  it('has its first sentence over a line for each other one, in the language that it is said in', () => {
    expect(cardOf(phraseSounds('lobby', 'en'))).toMatchObject({
      language: 'en',
      heading: 'You are in the waiting room',
      lines: ['Nobody can hear you.', 'Please hold until you are let in.'],
    });
    expect(cardOf(phraseSounds('lobby', 'en'))?.covers).toBeUndefined();
  });

  it('what is put together of several files is one sentence', () => {
    const card = cardOf([...digitSounds('12', 'da')]);
    expect(card?.heading).toMatch(/2/u);
    expect(card?.lines).toEqual([]);
  });

  it.each(['muted', 'muted-by-host', 'talking-muted'] as const)(
    'that somebody is muted is to be seen over a picture (%s)',
    (phrase) => {
      expect(cardOf(phraseSounds(phrase, 'sv'))?.covers).toBe(true);
    },
  );

  it('tones and music are no words', () => {
    expect(cardOf([{ kind: 'music' }, { kind: 'silence', ms: 100 }])).toBeUndefined();
  });
});
