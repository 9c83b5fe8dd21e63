import { z } from 'zod';
import type { CommandKeyTable } from '../call/command-keys.ts';
import { parseKeyTable } from '../call/key-table.ts';
import { optional, wholeNumber, type SettingsOf } from './values.ts';

/**
 * How many calls, how long each part of a call may take, and how long is remembered of it. In the
 * environment `_MS` is milliseconds, `_S` seconds, `_MINUTES` and `_DAYS` what they say; in the settings
 * all times are `Ms`.
 */

export interface CallConfig {
  readonly maxCalls: number;
  readonly maxCallMs: number;
  /** How long live calls may go on after the first signal to stop. */
  readonly drainMs: number;
  /** How long it rings before the answer. */
  readonly ringMs: number;
  /** How long a host whose line broke has to come back. */
  readonly hostGraceMs: number;
  readonly firstDigitTimeoutMs: number;
  readonly interDigitTimeoutMs: number;
  readonly admissionWords: 'full' | 'tone';
  /** How long somebody whose line broke is offered the way back; 0: not at all. */
  readonly goBackMs: number;
  /** Which key stands for which command; undefined: as in docs/phone-guide.md. */
  readonly keys: CommandKeyTable | undefined;
  readonly timeZone: string;
  readonly retentionDays: number;
  /** A JSON file with ages of kinds and of organisation units; undefined: `retentionDays` for all. */
  readonly retentionFile: string | undefined;
}

const timeZone = z.string().refine(
  (name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return true;
    } catch {
      return false;
    }
  },
  { error: 'must be a time zone name such as Europe/Stockholm' },
);

const keyTable = z.string().transform((text, context) => {
  const outcome = parseKeyTable(text);
  if (outcome.problems === undefined) return outcome.table;
  for (const problem of outcome.problems) context.addIssue(problem);
  return z.NEVER;
});

export const callShape = {
  RINGBRO_MAX_CALLS: optional(wholeNumber(1, 100_000)),
  RINGBRO_MAX_CALL_MINUTES: optional(wholeNumber(1, 10_080)),
  RINGBRO_DRAIN_S: optional(wholeNumber(0, 86_400)),
  RINGBRO_RING_MS: optional(wholeNumber(0, 60_000)),
  RINGBRO_HOST_GRACE_S: optional(wholeNumber(0, 3600)),
  RINGBRO_FIRST_DIGIT_MS: optional(wholeNumber(1000, 120_000)),
  RINGBRO_INTER_DIGIT_MS: optional(wholeNumber(1000, 120_000)),
  RINGBRO_ADMISSION_WORDS: optional(z.enum(['full', 'tone'])),
  RINGBRO_GO_BACK_MINUTES: optional(wholeNumber(0, 60)),
  RINGBRO_KEYS: optional(keyTable),
  RINGBRO_TIMEZONE: optional(timeZone),
  RINGBRO_RETENTION_DAYS: optional(wholeNumber(1, 3650)),
  RINGBRO_RETENTION: optional(z.string()),
};

export const callsFrom = (e: SettingsOf<typeof callShape>): CallConfig => ({
  maxCalls: e.RINGBRO_MAX_CALLS ?? 1000,
  maxCallMs: (e.RINGBRO_MAX_CALL_MINUTES ?? 720) * 60_000,
  drainMs: (e.RINGBRO_DRAIN_S ?? 20) * 1000,
  ringMs: e.RINGBRO_RING_MS ?? 0,
  hostGraceMs: (e.RINGBRO_HOST_GRACE_S ?? 30) * 1000,
  firstDigitTimeoutMs: e.RINGBRO_FIRST_DIGIT_MS ?? 15_000,
  interDigitTimeoutMs: e.RINGBRO_INTER_DIGIT_MS ?? 10_000,
  admissionWords: e.RINGBRO_ADMISSION_WORDS ?? 'full',
  goBackMs: (e.RINGBRO_GO_BACK_MINUTES ?? 0) * 60_000,
  keys: e.RINGBRO_KEYS,
  timeZone: e.RINGBRO_TIMEZONE ?? 'Europe/Stockholm',
  retentionDays: e.RINGBRO_RETENTION_DAYS ?? 90,
  retentionFile: e.RINGBRO_RETENTION,
});
