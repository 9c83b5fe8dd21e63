/**
 * The manuscript for somebody who records the prompts: every file of a language with what is said
 * in it, as a table that a printer or a spreadsheet takes: `npm run prompts -- --manuscript sv`.
 */
import { promptTexts } from '../src/ivr/phrase-files.ts';
import { languages, type Language } from '../src/ivr/language.ts';

const titles: Readonly<Record<Language, readonly [string, string]>> = {
  sv: ['Fil', 'Text'],
  en: ['File', 'Text'],
  da: ['Fil', 'Tekst'],
};

/** Other languages' words stand in brackets: those are read by whoever speaks that language. */
const readable = (text: string): string =>
  text.replaceAll(
    /\[([a-z]{2})\](.*?)\[\/\1\]/g,
    (_, language: string, words: string) => `[${language}: ${words}]`,
  );

export function manuscriptOf(language: Language): string {
  const [file, text] = titles[language];
  const rows = Array.from(
    promptTexts(language),
    ([name, words]) => `| ${language}/${name} | ${readable(words)} |`,
  );
  return [`| ${file} | ${text} |`, '| --- | --- |', ...rows, ''].join('\n');
}

/** All languages, or those that are named. */
export const printManuscript = (named: readonly string[]): void => {
  for (const language of languages)
    if (named.length === 0 || named.includes(language)) console.log(manuscriptOf(language));
};
