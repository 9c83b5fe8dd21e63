import { defaultDigitEntrySettings } from '../ivr/digit-entry.ts';
import type { CallSettings } from './call-messages.ts';

const minute = 60_000;

/** Every duration of a call with its default; configuration replaces some (docs/call-flow.md). */
export const defaultCallSettings: CallSettings = {
  ivr: { ...defaultDigitEntrySettings, helpWaitMs: 10_000, tries: 3 },
  defaultLanguage: 'sv',
  admissionWords: 'full',
  ringMs: 0,
  maxCallMs: 8 * 60 * minute,
  ivrLimitMs: 10 * minute,
  waitLimitMs: 60 * minute,
  requestTimeoutMs: 5_000,
  confirmTimeoutMs: 40_000,
  joinTimeoutMs: 15_000,
  joinRetryMs: 5_000,
  joinTries: 12,
  utteranceGuardMs: 60_000,
  goodbyeGuardMs: 20_000,
  aloneAfterMs: 20_000,
  hasServiceDesk: false,
};
