import { expect, test } from 'vitest';
import { manuscriptOf } from '../../prompts/print-manuscript.ts';
import { languages } from '../../src/ivr/language.ts';
import { promptTexts } from '../../src/ivr/phrase-files.ts';

test.each(languages)(
  'the manuscript in %s has a line for every file that is spoken',
  (language) => {
    const lines = manuscriptOf(language).trimEnd().split('\n').slice(2);
    expect(lines).toHaveLength(promptTexts(language).size);
    for (const file of promptTexts(language).keys())
      expect(lines.some((line) => line.startsWith(`| ${language}/${file} | `))).toBe(true);
  },
);

test('words of another language are marked as such, without the markup', () => {
  expect(manuscriptOf('sv')).toContain('[en: For English, press star.]');
  expect(manuscriptOf('sv')).not.toMatch(/\[\/?en\]/);
});
