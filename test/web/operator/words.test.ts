import { describe, expect, it } from 'vitest';
import { commands, followUps } from '../../../src/call/command-keys.ts';
import { endReasons } from '../../../src/call/end-reasons.ts';
import { hostMessages } from '../../../src/call/host-message.ts';
import { soundWays } from '../../../src/call/ports/sip-engine.ts';
import { timelineEvents } from '../../../src/call/timeline.ts';
import { problems } from '../../../src/http/problems.ts';
import { fill, languages, preferredLanguage, type Text } from '../../../web/shared/language.ts';
import { advice, endWords } from '../../../web/operator/words/end-words.ts';
import * as factWords from '../../../web/operator/words/fact-words.ts';
import { pageWords } from '../../../web/operator/words/page-words.ts';
import { problemWords } from '../../../web/operator/words/problem-words.ts';
import { storyWords } from '../../../web/operator/words/story-words.ts';
import { mutedBy, valueWords } from '../../../web/operator/words/value-words.ts';

const tables: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  advice,
  endWords,
  pageWords,
  problemWords,
  storyWords,
  mutedBy,
  ...factWords,
  ...valueWords,
};

const slotsOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, slot]) => slot ?? '').sort();

describe('the words of the operator page', () => {
  it('are there for every event of a story and every end of a call', () => {
    expect(Object.keys(storyWords).sort()).toEqual(Object.keys(timelineEvents).sort());
    expect(Object.keys(endWords).sort()).toEqual(Object.keys(endReasons).sort());
  });

  it('are there for every key, message and way of the sound that a story can name', () => {
    const choices = Object.values(commands).flatMap((command) =>
      'menu' in command ? Object.values(command.menu) : [],
    );
    const further = Object.values(followUps).flatMap((menu) => Object.values(menu));
    const pressed = [...Object.keys(commands), ...choices, ...further];
    expect(Object.keys(valueWords['command'] ?? {})).toEqual(expect.arrayContaining(pressed));
    expect(Object.keys(valueWords['message'] ?? {}).sort()).toEqual([...hostMessages].sort());
    expect(Object.keys(valueWords['way'] ?? {}).sort()).toEqual([...soundWays].sort());
  });

  it('name no problem that the API has not', () => {
    const own = Object.keys(problemWords).filter((code) => !code.startsWith('page/'));
    expect(Object.keys(problems)).toEqual(expect.arrayContaining(own));
  });

  it.each(Object.entries(tables))('%s: in every language, with the same slots', (_name, table) => {
    for (const [key, text] of Object.entries(table))
      for (const language of languages) {
        expect(text[language], `${key} ${language}`).toMatch(/\S/);
        expect(slotsOf(text[language]), `${key} ${language}`).toEqual(slotsOf(text.en));
      }
  });

  it('are chosen by what the browser asks for first and we speak', () => {
    expect(preferredLanguage(['fi', 'sv-FI', 'en'])).toBe('sv');
    expect(preferredLanguage(['nb-NO'])).toBe('da');
    expect(preferredLanguage(['de'])).toBe('en');
    expect(preferredLanguage([])).toBe('en');
  });

  it('leave a slot empty that is not given', () => {
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and ');
  });
});
