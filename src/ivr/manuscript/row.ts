import type { Language } from '../language.ts';

/** One phrase: what is said, in each language. `{n}`, `{time}` and `{name}` are slots, see phrase-files.ts. */
export type Row = Readonly<Record<Language, string>>;
