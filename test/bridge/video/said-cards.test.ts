import { describe, expect, it } from 'vitest';
import { createSaidCards } from '../../../src/bridge/video/said-cards.ts';
import type { Sound } from '../../../src/call/ports/sip-engine.ts';
import { digitSounds, phraseSounds } from '../../../src/ivr/phrase-files.ts';

const cardOf = (sounds: readonly Sound[]) =>
  createSaidCards().cardOf({ utteranceId: 1, phrases: [], sounds });

describe('a card of what is said', () => {
  it('has a line for each sentence, in the language that it is said in', () => {
    expect(cardOf(phraseSounds('lobby', 'en'))).toMatchObject({
      language: 'en',
      lines: [
        'You are in the waiting room.',
        'Nobody can hear you.',
        'Please hold until you are let in.',
      ],
    });
  });

  it('what is put together of several files is one sentence', () => {
    const lines = cardOf([...digitSounds('12', 'da')])?.lines;
    expect(lines).toHaveLength(1);
    expect(lines?.[0]).toMatch(/2/u);
  });

  it('tones and music are no words', () => {
    expect(cardOf([{ kind: 'music' }, { kind: 'silence', ms: 100 }])).toBeUndefined();
  });
});
