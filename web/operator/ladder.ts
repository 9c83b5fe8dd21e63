/** The SIP messages of a call as lines of a ladder: who to whom, when, and what it means. */
import type { Ladder } from '../shared/api.ts';
import type { Language } from '../shared/language.ts';
import { sipWords, type SipWord, statusWords } from './words/sip-words.ts';

export interface LadderLine {
  readonly at: string;
  /** After the message before, in milliseconds. */
  readonly afterMs: number;
  readonly direction: 'in' | 'out';
  readonly what: string;
  readonly exchange: string;
  /** In plain words; empty where there are none. */
  readonly meaning: string;
  readonly tone: 'plain' | 'good' | 'trouble';
  readonly message: readonly string[];
}

/** 401 and 407 ask for a password, 487 follows a CANCEL: the ordinary way of things. RFC 3261 §21 */
const harmless = new Set(['401', '407', '487']);

function toneOf(what: string): LadderLine['tone'] {
  if (/^2\d\d/.test(what)) return 'good';
  return /^[3-6]\d\d/.test(what) && !harmless.has(what.slice(0, 3)) ? 'trouble' : 'plain';
}

const isKnown = (what: string): what is SipWord => Object.hasOwn(sipWords, what);

function meaningOf(what: string, isAnswered: boolean, language: Language): string {
  const asked = what === 'INVITE' && isAnswered ? 're-INVITE' : what;
  const word = /^\d{3}/.exec(what)?.[0] ?? asked;
  if (isKnown(word)) return sipWords[word][language];
  return statusWords[word.charAt(0)]?.[language] ?? '';
}

/** Of the call itself: an INVITE after it is one within the call. RFC 3261 §14 */
const isAnswer = ({ what, exchange }: Ladder['items'][number]): boolean =>
  what.startsWith('2') && exchange.endsWith('INVITE');

export function tellLadder(items: Ladder['items'], language: Language): readonly LadderLine[] {
  return items.map(({ at, direction, what, exchange, message }, index) => {
    const before = items[index - 1];
    return {
      at,
      afterMs: before === undefined ? 0 : Date.parse(at) - Date.parse(before.at),
      direction,
      what,
      exchange,
      meaning: meaningOf(what, items.slice(0, index).some(isAnswer), language),
      tone: toneOf(what),
      message,
    };
  });
}
