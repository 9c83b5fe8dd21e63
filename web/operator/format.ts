/** Times, spans and figures as people write them. */
import type { CallSummary } from '../../src/http/call-schemas.ts';
import { type Language, locales } from '../shared/language.ts';

/** `0:07`, `12:40`, `1:02:09`. */
export function clockSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

const timeFormats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs a millisecond, and a table has hundreds. */
function timeFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = timeFormats.get(key) ?? new Intl.DateTimeFormat(locales[language], options);
  timeFormats.set(key, known);
  return known;
}

const hms = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

export const timeOfDay = (time: string, language: Language): string =>
  timeFormat(language, hms).format(new Date(time));

export const dateAndTime = (time: string, language: Language): string =>
  timeFormat(language, { ...hms, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(time),
  );

export const figure = (value: number, language: Language, digits = 1): string =>
  new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(value);

/** From the start to the end, or to now. */
export const lengthMs = (
  { startedAt, endedAt }: Pick<CallSummary, 'startedAt' | 'endedAt'>,
  now: number,
): number => (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);

/** Six digits are read aloud in twos. */
export const spacedCode = (code: string): string => code.replaceAll(/(\d{2})(?=\d)/g, '$1 ');

/** Nine digits as they are printed in invitations. */
export const spacedCallId = (callId: string): string => callId.replaceAll(/(.{3})(?=.)/g, '$1 ');

export type Grade = 'good' | 'fair' | 'bad';

/** ITU-T G.107 Annex B: from 4.03 most are satisfied, under 3.6 many are not. */
export const gradeOf = (mos: number): Grade => (mos >= 4.03 ? 'good' : mos >= 3.6 ? 'fair' : 'bad');
