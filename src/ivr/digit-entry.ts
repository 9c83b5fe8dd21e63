/**
 * Entering an ID or a PIN of a known length.
 *
 *            digit                      last digit
 *   empty ──────────▶ partial ──────────────────────▶ complete ──begin──▶ empty
 *     │  ◀────────────── │  `*`: starts over
 *     │ `*`: language    │ `#`: how many are missing
 *     │ silence: asked again; the digits are kept; after `maxSilentRounds` in a row: no-input
 *
 * `#` within `hashGraceMs` of the last digit is the habit of closing an entry that closes itself:
 * it does nothing at all, not even stop a prompt, also when the entry is complete.
 *
 * The digits live in this closure alone and are forgotten when they are handed over. Nothing but
 * `complete` carries them: it goes to the look-up and to no log.
 */
import type { Digit } from '../call/ports/sip-engine.ts';

export interface DigitEntrySettings {
  readonly firstDigitTimeoutMs: number;
  readonly interDigitTimeoutMs: number;
  readonly hashGraceMs: number;
  /** Silent rounds in a row before the entry is given up. */
  readonly maxSilentRounds: number;
}

/** Between two keys of one who asked for time. */
export const slowKeysMs = 20_000;

export const defaultDigitEntrySettings: DigitEntrySettings = {
  firstDigitTimeoutMs: 15_000,
  interDigitTimeoutMs: 10_000,
  hashGraceMs: 5_000,
  maxSilentRounds: 4,
};

export type DigitEntryInput =
  | { readonly type: 'digit'; readonly digit: Digit }
  /** Nothing is being said (any more): silence counts from now. */
  | { readonly type: 'listen' }
  | { readonly type: 'timeout' };

export type DigitEntryOutput =
  /** A key that counts: whatever is being said stops. */
  | { readonly type: 'barge-in' }
  | { readonly type: 'complete'; readonly digits: string }
  | { readonly type: 'language-menu' }
  /** Say what is wanted; `have` digits are kept. */
  | { readonly type: 'ask'; readonly have: number; readonly why: 'star' | 'hash' | 'silence' }
  | { readonly type: 'no-input' };

export interface DigitEntry {
  /** Forgets what was entered and takes `length` digits; `slow`: with more time between them. */
  begin(length: number, slow?: boolean): void;
  handle(now: number, input: DigitEntryInput): readonly DigitEntryOutput[];
  /** Whether a `#` now is swallowed. */
  swallowsHash(now: number): boolean;
  nextTimeoutAt(): number | undefined;
  /** Forgets the digits and stops the clock. */
  stop(): void;
}

/** One entry after another of one call. Pure: time comes in, what to do goes out. */
export function createDigitEntry(settings: DigitEntrySettings): DigitEntry {
  let length = 0;
  let digits = '';
  let lastDigitAt = Number.NEGATIVE_INFINITY;
  let silentRounds = 0;
  let { interDigitTimeoutMs } = settings;
  let deadline: number | undefined;

  const swallowsHash = (now: number): boolean =>
    now - lastDigitAt <= settings.hashGraceMs && (digits === '' || length === 0);

  const stop = (): void => {
    length = 0;
    digits = '';
    deadline = undefined;
  };

  const ask = (why: 'star' | 'hash' | 'silence'): DigitEntryOutput => {
    // The clock starts when the words are over, by `listen`.
    deadline = undefined;
    return { type: 'ask', have: digits.length, why };
  };

  const digit = (now: number, key: string): readonly DigitEntryOutput[] => {
    lastDigitAt = now;
    silentRounds = 0;
    digits += key;
    deadline = now + interDigitTimeoutMs;
    if (digits.length < length) return [{ type: 'barge-in' }];
    const complete = digits;
    stop();
    return [{ type: 'barge-in' }, { type: 'complete', digits: complete }];
  };

  const key = (now: number, pressed: string): readonly DigitEntryOutput[] => {
    if (length === 0) return [];
    if (/^[0-9]$/.test(pressed)) return digit(now, pressed);
    if (pressed === '*') {
      silentRounds = 0;
      if (digits === '') {
        deadline = undefined;
        return [{ type: 'barge-in' }, { type: 'language-menu' }];
      }
      digits = '';
      return [{ type: 'barge-in' }, ask('star')];
    }
    if (pressed === '#' && !swallowsHash(now)) return [{ type: 'barge-in' }, ask('hash')];
    return [];
  };

  const silence = (now: number): readonly DigitEntryOutput[] => {
    if (deadline === undefined || now < deadline) return [];
    silentRounds += 1;
    if (silentRounds < settings.maxSilentRounds) return [ask('silence')];
    stop();
    return [{ type: 'no-input' }];
  };

  return {
    begin(newLength, slow = false) {
      stop();
      const usualMs = settings.interDigitTimeoutMs;
      interDigitTimeoutMs = slow ? Math.max(slowKeysMs, usualMs) : usualMs;
      length = newLength;
      silentRounds = 0;
    },
    handle(now, input) {
      if (input.type === 'digit') return key(now, input.digit);
      if (input.type === 'timeout') return silence(now);
      if (length > 0) {
        const firstMs = Math.max(settings.firstDigitTimeoutMs, interDigitTimeoutMs);
        deadline = now + (digits === '' ? firstMs : interDigitTimeoutMs);
      }
      return [];
    },
    swallowsHash,
    nextTimeoutAt: () => deadline,
    stop,
  };
}
