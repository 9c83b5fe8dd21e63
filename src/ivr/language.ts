/** The languages ringbro speaks. */
export const languages = ['sv', 'en', 'da'] as const;
export type Language = (typeof languages)[number];

export const isLanguage = (text: string): text is Language =>
  languages.some((language) => language === text);
