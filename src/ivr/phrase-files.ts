/**
 * From phrases to sound files. One place names every file: the script that makes the prompts and
 * the check at start both read `promptTexts`, and what is played comes from the same rules.
 *
 * A phrase without a slot is one file, `{key}.wav`. A slot in mid-sentence (`{n} siffror`) is
 * a whole sentence per value, `{key}-{n}.wav`, because a spliced one sounds broken. A time, and
 * a number that ends the sentence, are spliced: `{key}-before.wav`, the words of the value,
 * `{key}-after.wav`. So is a name, whose sound is no file.
 */
import type { Sound } from '../call/ports/sip-engine.ts';
import type { Language } from './language.ts';
import { manuscript, type PhraseKey } from './manuscript.ts';

/** Wall-clock time, 24 hours, in the meeting's time zone. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
}

export interface PhraseSlots {
  readonly n?: number;
  readonly time?: ClockTime;
  /** The sound of a name. */
  readonly name?: Sound;
}

/** Phrases whose `{n}` stands inside the sentence: one file for each value from 2 (1 has its own row). */
const wholeSentenceLimit: ReadonlyMap<PhraseKey, number> = new Map([['digits-missing', 11]]);

/** Numbers up to this have a file; above it a phrase says "more than". */
const largestNumber = 59;

/** The waiting music, in `prompts/` itself: it has no language. */
export const musicFile = 'music.wav';

const pauseBetweenGroupsMs = 350;

const wordsOf: Readonly<
  Record<
    Language,
    {
      readonly one: string;
      readonly zero: string;
      readonly moreThan: string;
      readonly special: Readonly<Record<string, string>>;
    }
  >
> = {
  sv: {
    one: 'ett',
    zero: 'noll',
    moreThan: 'fler än 59',
    special: { 'hour-0': 'noll noll' },
  },
  en: {
    one: 'one',
    zero: 'oh',
    moreThan: 'more than 59',
    special: { am: 'a.m.', pm: 'p.m.', noon: 'noon', midnight: 'midnight' },
  },
  da: {
    one: 'et',
    zero: 'nul',
    moreThan: 'flere end 59',
    special: { 'hour-0': 'nul nul' },
  },
};

/** Every file of one language, relative to `prompts/{language}/`, with what is said in it. */
export function promptTexts(language: Language): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const keys = phraseKeys();
  for (const key of keys) addPhrase(texts, key, language);
  const words = wordsOf[language];
  const number = (n: number): string => (n === 1 ? words.one : String(n));
  for (let n = 0; n <= 9; n++) texts.set(`digit-${n}.wav`, number(n));
  for (let n = 0; n <= largestNumber; n++) texts.set(`number-${n}.wav`, number(n));
  texts.set('number-more.wav', words.moreThan);
  for (let n = 1; n <= 9; n++) texts.set(`minute-${n}.wav`, `${words.zero} ${number(n)}`);
  for (const [name, text] of Object.entries(words.special)) texts.set(`${name}.wav`, text);
  return texts;
}

/**
 * What to play for a phrase. Throws RangeError where a slot of the phrase is not given or has no
 * words: a bug of the caller, never something that came from outside.
 */
export function phraseSounds(
  key: PhraseKey,
  language: Language,
  slots: PhraseSlots = {},
): readonly Sound[] {
  const sounds = soundsOf(key, language, slots);
  return sounds.map((sound) =>
    typeof sound === 'string' ? { kind: 'prompt', language, file: sound } : sound,
  );
}

/** Digits one by one, with a pause after each three: call IDs and support codes. */
export function digitSounds(digits: string, language: Language): readonly Sound[] {
  const sounds: Sound[] = [];
  let spoken = 0;
  for (const digit of digits) {
    if (!/^[0-9]$/.test(digit)) continue;
    if (spoken > 0 && spoken % 3 === 0) sounds.push({ kind: 'silence', ms: pauseBetweenGroupsMs });
    sounds.push({ kind: 'prompt', language, file: `digit-${digit}.wav` });
    spoken++;
  }
  return sounds;
}

/** The wall clock of `timeZone` (IANA name) at an instant. */
export function clockTimeAt(epochMs: number, timeZone: string): ClockTime {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(epochMs);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return { hour: value('hour'), minute: value('minute') };
}

/** Files of the language by name, and sounds that are none. */
function soundsOf(
  key: PhraseKey,
  language: Language,
  slots: PhraseSlots,
): readonly (string | Sound)[] {
  const text: string = manuscript[key][language];
  const limit = wholeSentenceLimit.get(key);
  if (limit !== undefined) {
    const n = given(slots.n, key);
    if (!Number.isInteger(n) || n < 1 || n > limit) throw new RangeError(`${key}: no words for n`);
    return [`${key}-${n}.wav`];
  }
  const slot = slotIn(text);
  if (slot === undefined) return [`${key}.wav`];
  return [
    ...(slot.before === '' ? [] : [`${key}-before.wav`]),
    ...valueOf(slot.name, key, language, slots),
    ...(slot.after === '' ? [] : [`${key}-after.wav`]),
  ];
}

function valueOf(
  slot: SlotName,
  key: PhraseKey,
  language: Language,
  slots: PhraseSlots,
): readonly (string | Sound)[] {
  switch (slot) {
    case 'n':
      return [numberFile(given(slots.n, key))];
    case 'time':
      return timeFiles(given(slots.time, key), language);
    case 'name':
      return [given(slots.name, key)];
  }
}

function addPhrase(texts: Map<string, string>, key: PhraseKey, language: Language): void {
  const text: string = manuscript[key][language];
  const limit = wholeSentenceLimit.get(key);
  if (limit !== undefined) {
    for (let n = 2; n <= limit; n++) texts.set(`${key}-${n}.wav`, text.replace('{n}', String(n)));
    return;
  }
  const slot = slotIn(text);
  if (slot === undefined) {
    texts.set(`${key}.wav`, text);
    return;
  }
  if (slot.before !== '') texts.set(`${key}-before.wav`, slot.before);
  if (slot.after !== '') texts.set(`${key}-after.wav`, slot.after);
}

const slotNames = ['n', 'time', 'name'] as const;
type SlotName = (typeof slotNames)[number];

function slotIn(
  text: string,
): { readonly name: SlotName; readonly before: string; readonly after: string } | undefined {
  const match = /^(.*?)\{([a-z]+)\}[.,]?(.*)$/.exec(text);
  const [, before = '', written, after = ''] = match ?? [];
  const name = slotNames.find((each) => each === written);
  return name === undefined ? undefined : { name, before: before.trim(), after: after.trim() };
}

function numberFile(n: number): string {
  return n > largestNumber ? 'number-more.wav' : `number-${clockPart(n, largestNumber)}.wav`;
}

/** 24 hours in Swedish and Danish ("fjorton noll fem"), twelve in English ("two oh five p.m."). */
function timeFiles(time: ClockTime, language: Language): readonly string[] {
  const hour = clockPart(time.hour, 23);
  const minute = clockPart(time.minute, 59);
  const minutes =
    minute === 0 ? [] : minute < 10 ? [`minute-${minute}.wav`] : [`number-${minute}.wav`];
  if (language === 'en') {
    if (minute === 0 && hour === 0) return ['midnight.wav'];
    if (minute === 0 && hour === 12) return ['noon.wav'];
    return [`number-${hour % 12 || 12}.wav`, ...minutes, hour < 12 ? 'am.wav' : 'pm.wav'];
  }
  // "Klockan tjugofyra" at midnight, "klockan noll noll femton" after it.
  if (hour === 0) return minute === 0 ? ['number-24.wav'] : ['hour-0.wav', ...minutes];
  return [`number-${hour}.wav`, ...minutes];
}

function clockPart(value: number, largest: number): number {
  if (!Number.isInteger(value) || value < 0 || value > largest)
    throw new RangeError('no words for a number outside its range');
  return value;
}

function given<T>(value: T | undefined, key: PhraseKey): T {
  if (value === undefined) throw new RangeError(`${key}: a slot is not filled`);
  return value;
}

const isPhraseKey = (text: string): text is PhraseKey => Object.hasOwn(manuscript, text);

/** All rows of the manuscript. */
export function phraseKeys(): readonly PhraseKey[] {
  return Object.keys(manuscript).filter(isPhraseKey);
}
