import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sound } from '../../src/call/ports/sip-engine.ts';
import { languages, type Language } from '../../src/ivr/language.ts';
import { manuscript } from '../../src/ivr/manuscript.ts';
import {
  clockTimeAt,
  digitSounds,
  phraseKeys,
  phraseSounds,
  promptTexts,
  type PhraseSlots,
} from '../../src/ivr/phrase-files.ts';

const files = (sounds: ReturnType<typeof phraseSounds>): readonly string[] =>
  sounds.flatMap((sound) => (sound.kind === 'prompt' ? [sound.file] : []));

const spoken = (key: (typeof keys)[number], language: Language, slots?: PhraseSlots): string => {
  const texts = promptTexts(language);
  return files(phraseSounds(key, language, slots))
    .map((file) => texts.get(file))
    .join(' | ');
};

const keys = phraseKeys();
const name: Sound = { kind: 'made', pcm: new SharedArrayBuffer(2), rateHz: 8_000 };

describe('phraseSounds', () => {
  it('names only files that the manuscript makes, for every phrase, language and value', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.constantFrom(...languages),
        fc.integer({ min: 1, max: 11 }),
        fc.record({ hour: fc.nat(23), minute: fc.nat(59) }),
        (key, language, n, time) => {
          const texts = promptTexts(language);
          const sounds = phraseSounds(key, language, { n, time, name });
          expect(sounds.length).toBeGreaterThan(0);
          for (const file of files(sounds)) expect(texts.has(file), file).toBe(true);
        },
      ),
    );
  });

  it('says a name where the sentence has it', () => {
    expect(phraseSounds('name-came', 'sv', { name })).toEqual([
      name,
      { kind: 'prompt', language: 'sv', file: 'name-came-after.wav' },
    ]);
    expect(phraseSounds('who-name', 'da', { name })).toEqual([name]);
  });

  it('says missing digits in a whole sentence, in the singular for one', () => {
    expect(spoken('digits-missing', 'sv', { n: 1 })).toBe(
      'Vi har fått en siffra. Slå resten, eller stjärna för att börja om.',
    );
    expect(spoken('digits-missing', 'en', { n: 7 })).toBe(
      'We have 7 digits. Enter the rest, or star to start over.',
    );
  });

  it.each<[Language, number, number, string]>([
    ['sv', 10, 15, '10 | 15'],
    ['sv', 9, 5, '9 | noll 5'],
    ['sv', 14, 0, '14'],
    ['sv', 0, 0, '24'],
    ['sv', 0, 30, 'noll noll | 30'],
    ['sv', 1, 1, 'ett | noll ett'],
    ['en', 10, 15, '10 | 15 | a.m.'],
    ['en', 14, 5, '2 | oh 5 | p.m.'],
    ['en', 9, 0, '9 | a.m.'],
    ['en', 12, 0, 'noon'],
    ['en', 0, 0, 'midnight'],
    ['en', 0, 30, '12 | 30 | a.m.'],
    ['en', 12, 45, '12 | 45 | p.m.'],
    ['da', 8, 5, '8 | nul 5'],
    ['da', 17, 45, '17 | 45'],
  ])('tells the time in %s at %i:%i', (language, hour, minute, words) => {
    const [before, ...rest] = spoken('too-early-wait', language, { time: { hour, minute } }).split(
      ' | ',
    );
    expect(before).toMatch(/(klockan|starts at|klokken)$/);
    expect(rest.slice(0, -1).join(' | ')).toBe(words);
    expect(rest.at(-1)).toMatch(/(än|yet|endnu)\.$/);
  });

  it('says a number at the end, and "more than" where it has no word for it', () => {
    expect(spoken('people-here', 'sv', { n: 3 })).toBe('Antal i mötet: | 3');
    expect(spoken('people-here', 'en', { n: 60 })).toBe('People in the meeting: | more than 59');
  });

  it('throws where a slot is not filled or has no words', () => {
    expect(() => phraseSounds('too-early-wait', 'sv')).toThrow(RangeError);
    expect(() => phraseSounds('digits-missing', 'sv', { n: 12 })).toThrow(RangeError);
    expect(() => phraseSounds('people-here', 'sv', { n: -1 })).toThrow(RangeError);
  });
});

describe('promptTexts', () => {
  it('leaves no slot open and makes the same files for each phrase in each language', () => {
    for (const language of languages) {
      for (const text of promptTexts(language).values()) expect(text).not.toMatch(/[{}]/);
    }
    const ofPhrases = (language: Language): string[] =>
      [...promptTexts(language).keys()].filter((file) => keys.some((key) => file.startsWith(key)));
    expect(ofPhrases('en')).toEqual(ofPhrases('sv'));
    expect(ofPhrases('da')).toEqual(ofPhrases('sv'));
  });

  it('has the same slots in every language of a row', () => {
    const slots = (text: string): readonly string[] => text.match(/\{\w+\}/g) ?? [];
    for (const key of keys) {
      expect(slots(manuscript[key].en), key).toEqual(slots(manuscript[key].sv));
      expect(slots(manuscript[key].da), key).toEqual(slots(manuscript[key].sv));
    }
  });
});

describe('digitSounds', () => {
  it('reads digit by digit with a pause after each three', () => {
    const sounds = digitSounds('1234567', 'sv');
    expect(sounds.map((sound) => (sound.kind === 'prompt' ? sound.file : sound.kind))).toEqual([
      'digit-1.wav',
      'digit-2.wav',
      'digit-3.wav',
      'silence',
      'digit-4.wav',
      'digit-5.wav',
      'digit-6.wav',
      'silence',
      'digit-7.wav',
    ]);
  });
});

describe('clockTimeAt', () => {
  it('follows the zone through summer time', () => {
    const at = (iso: string): unknown => clockTimeAt(Date.parse(iso), 'Europe/Stockholm');
    expect(at('2026-01-10T09:15:00Z')).toEqual({ hour: 10, minute: 15 });
    expect(at('2026-07-10T22:00:00Z')).toEqual({ hour: 0, minute: 0 });
  });
});
