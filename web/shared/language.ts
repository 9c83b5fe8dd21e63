/** The pages' own languages, and words with slots. */
import { type Language, languages } from '../../src/ivr/language.ts';

export { type Language, languages };

/** One thing to say, in every language. `{name}` is a slot. */
export type Text = Readonly<Record<Language, string>>;
export type Slots = Readonly<Record<string, string | number>>;

/** A slot that is not given stays empty. */
export const fill = (text: string, slots: Slots = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(slots[name] ?? ''));

/** By what the browser asks for; English where we have none of it. */
export function preferredLanguage(wanted: readonly string[]): Language {
  // Norwegians read Danish more easily than English.
  const known: Readonly<Record<string, Language>> = { nb: 'da', nn: 'da', no: 'da' };
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0] ?? '';
    const language = languages.find((each) => each === primary) ?? known[primary];
    if (language !== undefined) return language;
  }
  return 'en';
}

export const languageNames: Readonly<Record<Language, string>> = {
  sv: 'Svenska',
  en: 'English',
  da: 'Dansk',
};

/** For Intl: the ways of writing times and figures. */
export const locales: Readonly<Record<Language, string>> = {
  sv: 'sv-SE',
  en: 'en-GB',
  da: 'da-DK',
};
