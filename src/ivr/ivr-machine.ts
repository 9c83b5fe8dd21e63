/**
 * The spoken way in: language, ID, PIN, tries.
 *
 *                    `*` on an empty entry
 *   entering ◀────────────────────────────────▶ menu (1 2 3: language, 0: help)
 *    │    ▲
 *    │    │ refused, tries left (wrong-id, then last-try)
 *    ▼    │
 *   checking ──refused, no tries left──▶ helpless (0: help) ──▶ over
 *    │
 *    └─ the meeting answered for good: `stop` (let in, waiting), or over with its sentence
 *
 * Any key that counts stops what is being said. Keys pressed while an ID is looked up are kept for
 * the PIN that may be asked for, and dropped otherwise. Nothing said or logged here holds digits.
 */
import type { Digit } from '../call/ports/sip-engine.ts';
import { languages, type Language } from './language.ts';
import { phrase, type Phrase } from './phrase.ts';
import type { PhraseKey } from './manuscript.ts';
import { createDigitEntry, type DigitEntryOutput, type DigitEntrySettings } from './digit-entry.ts';

/** Why an entry let nobody in. `wrong-…` may be tried again; the others are for good. */
export type Refusal =
  | 'wrong-id'
  | 'wrong-pin'
  | 'too-early'
  | 'meeting-ended'
  | 'full'
  | 'phones-not-allowed'
  | 'encryption-required'
  | 'room-encrypted';

export type IvrInput =
  | { readonly type: 'start' }
  | { readonly type: 'digit'; readonly digit: Digit }
  /** The last `say` was heard to its end. */
  | { readonly type: 'said' }
  /** `slow`: somebody who may be calling asked for time between the keys. */
  | { readonly type: 'ask-pin'; readonly length: number; readonly slow?: boolean }
  /** `general`: the system is being guessed at, so every refusal sounds alike. */
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly general: boolean }
  /** Back from hold: the question is asked again, silence counts anew. */
  | { readonly type: 'resumed' }
  | { readonly type: 'timeout' };

export type IvrOutput =
  | { readonly type: 'hush' }
  | { readonly type: 'say'; readonly phrases: readonly Phrase[] }
  | { readonly type: 'language'; readonly language: Language }
  /** Never logged. */
  | { readonly type: 'entered'; readonly what: 'id' | 'pin'; readonly digits: string }
  /** The caller asks for a person. */
  | { readonly type: 'desk' }
  /** The caller gets no further: say `phrases`, then end for `reason`. */
  | {
      readonly type: 'over';
      readonly reason: Exclude<Refusal, 'wrong-pin'> | 'no-input';
      readonly phrases: readonly Phrase[];
    };

export interface IvrSettings extends DigitEntrySettings {
  readonly helpWaitMs: number;
  /** Entries that may let nobody in before the call is over. */
  readonly tries: number;
}

export interface IvrMachine {
  handle(now: number, input: IvrInput): readonly IvrOutput[];
  nextTimeoutAt(): number | undefined;
  /** Forgets all digits; nothing is due any more. */
  stop(): void;
}

export const callIdLength = 9;
const maxTypedAhead = 12;

const refusalPhrases: Record<Refusal, PhraseKey> = {
  'wrong-id': 'wrong-id',
  'wrong-pin': 'wrong-pin',
  'too-early': 'too-early',
  'meeting-ended': 'ended',
  full: 'full',
  'phones-not-allowed': 'phones-not-allowed',
  'encryption-required': 'encryption-required',
  'room-encrypted': 'encrypted',
};
/** What is said for a refusal when nothing speaks against telling. */
export const refusalPhrase = (refusal: Refusal): Phrase => phrase(refusalPhrases[refusal]);

type State = 'idle' | 'entering' | 'menu' | 'checking' | 'helpless';

/** One call's IVR. Pure: time comes in, what to say and what was entered goes out. */
export function createIvrMachine(settings: IvrSettings): IvrMachine {
  const entry = createDigitEntry(settings);
  let state: State = 'idle';
  let asked: { readonly what: 'id' | 'pin'; readonly length: number; readonly slow: boolean } = {
    what: 'id',
    length: callIdLength,
    slow: false,
  };
  let refusals = 0;
  let typedAhead = '';
  let menuSilences = 0;
  /** Of the menu and of the offer of help; the entry keeps its own. */
  let deadline: number | undefined;

  const say = (...phrases: readonly Phrase[]): IvrOutput => ({ type: 'say', phrases });
  const question = (): Phrase => phrase(asked.what === 'id' ? 'enter-id' : 'enter-pin');
  const shortQuestion = (): Phrase => phrase(asked.what === 'id' ? 'silence-prompt' : 'enter-pin');

  const stop = (): void => {
    state = 'idle';
    entry.stop();
    typedAhead = '';
    deadline = undefined;
  };

  const over = (
    reason: Exclude<Refusal, 'wrong-pin'> | 'no-input',
    ...phrases: readonly Phrase[]
  ): IvrOutput => {
    stop();
    return { type: 'over', reason, phrases };
  };

  const beginEntry = (): void => {
    state = 'entering';
    deadline = undefined;
    entry.begin(asked.length, asked.slow);
  };

  const openMenu = (): IvrOutput => {
    state = 'menu';
    deadline = undefined;
    return say(phrase('language-menu'));
  };

  const fromEntry = (output: DigitEntryOutput): IvrOutput => {
    switch (output.type) {
      case 'barge-in':
        return { type: 'hush' };
      case 'complete':
        state = 'checking';
        return { type: 'entered', what: asked.what, digits: output.digits };
      case 'language-menu':
        return openMenu();
      case 'no-input':
        return over('no-input', phrase('silence-goodbye'));
      case 'ask':
        if (output.have > 0) return say({ key: 'digits-missing', n: output.have });
        return say(output.why === 'hash' ? question() : shortQuestion());
    }
  };

  const menuKey = (now: number, key: string): readonly IvrOutput[] => {
    if (key === '#' && entry.swallowsHash(now)) return [];
    menuSilences = 0;
    const hush: IvrOutput = { type: 'hush' };
    if (key === '0') {
      beginEntry();
      return [hush, say(phrase('help'), shortQuestion())];
    }
    const language = /^[1-9]$/.test(key) ? languages[Number(key) - 1] : undefined;
    if (language === undefined) return [hush, openMenu()];
    beginEntry();
    return [
      hush,
      { type: 'language', language },
      say(phrase('language-name'), asked.what === 'id' ? question() : shortQuestion()),
    ];
  };

  const digit = (now: number, key: string): readonly IvrOutput[] => {
    switch (state) {
      case 'entering':
        return entry.handle(now, { type: 'digit', digit: key }).map(fromEntry);
      case 'menu':
        return menuKey(now, key);
      case 'checking':
        if (key === '*') typedAhead = '';
        else if (/^[0-9]$/.test(key) && typedAhead.length < maxTypedAhead) typedAhead += key;
        return [];
      case 'helpless':
        if (key !== '0') return [];
        stop();
        return [{ type: 'hush' }, { type: 'desk' }];
      case 'idle':
        return [];
    }
  };

  const refused = (refusal: Refusal, general: boolean): readonly IvrOutput[] => {
    refusals += 1;
    typedAhead = '';
    // The last try sounds the same whatever was wrong: it tells a guesser nothing.
    if (refusals >= settings.tries) {
      entry.stop();
      state = 'helpless';
      deadline = undefined;
      return [say(phrase('no-more-tries'))];
    }
    const canRetry = refusal === 'wrong-id' || refusal === 'wrong-pin';
    if (!canRetry && !general) return [over(refusal, refusalPhrase(refusal))];
    beginEntry();
    if (general) return [say(phrase('general-refusal'), shortQuestion())];
    return [say(refusals === 1 ? refusalPhrase(refusal) : phrase('last-try'))];
  };

  const askPin = (now: number, length: number, slow: boolean): readonly IvrOutput[] => {
    const ahead = typedAhead;
    typedAhead = '';
    asked = { what: 'pin', length, slow };
    beginEntry();
    const early = Array.from(ahead).flatMap((key) => digit(now, key));
    const complete = early.filter((output) => output.type === 'entered');
    if (complete.length > 0) return complete;
    return ahead === '' ? [say(question())] : [];
  };

  const said = (now: number): readonly IvrOutput[] => {
    if (state === 'entering') entry.handle(now, { type: 'listen' });
    if (state === 'menu') deadline = now + settings.firstDigitTimeoutMs;
    if (state === 'helpless') deadline = now + settings.helpWaitMs;
    return [];
  };

  const timeout = (now: number): readonly IvrOutput[] => {
    if (state === 'entering') return entry.handle(now, { type: 'timeout' }).map(fromEntry);
    if (deadline === undefined || now < deadline) return [];
    if (state === 'helpless') return [over('wrong-id')];
    menuSilences += 1;
    if (menuSilences >= settings.maxSilentRounds)
      return [over('no-input', phrase('silence-goodbye'))];
    beginEntry();
    return [say(shortQuestion())];
  };

  const resumed = (now: number): readonly IvrOutput[] => {
    if (state === 'menu') return [openMenu()];
    if (state === 'entering') return [say(shortQuestion())];
    return said(now);
  };

  return {
    handle(now, input) {
      switch (input.type) {
        case 'start':
          asked = { what: 'id', length: callIdLength, slow: false };
          beginEntry();
          return [say(question())];
        case 'digit':
          return digit(now, input.digit);
        case 'said':
          return said(now);
        case 'ask-pin':
          return askPin(now, input.length, input.slow === true);
        case 'refused':
          return refused(input.refusal, input.general);
        case 'resumed':
          return resumed(now);
        case 'timeout':
          return timeout(now);
      }
    },
    nextTimeoutAt: () => (state === 'entering' ? entry.nextTimeoutAt() : deadline),
    stop,
  };
}
