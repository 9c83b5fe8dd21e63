/** How a call ends: the first reason wins, last words where they can be heard, `finish` once. */
import { createKeyQuestion } from '../ivr/key-question.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import type { CallContext } from './call-context.ts';
import type { CallOutput } from './call-messages.ts';
import { endReason, isEndReasonCode, terminationOf, type EndReasonCode } from './end-reasons.ts';
import { stopInterpreting } from './interpreting.ts';
import type { CallState, Termination } from './ports/call-records.ts';
import type { LegEndCause } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];

/** The side room of a private word is nobody's any more. */
export function closeAside(c: CallContext): Outputs {
  if (c.aside === undefined) return [];
  const { room } = c.aside;
  c.aside = undefined;
  c.awaited = undefined;
  c.timers.clear('request');
  c.timers.clear('aside-alone');
  return [
    { do: 'note', event: 'aside-over' },
    { do: 'close-room', room },
  ];
}

function forget(c: CallContext, now: number): void {
  stopInterpreting(c, now);
  c.hostClaim.stop();
  c.timers.clearAll();
  c.awaited = undefined;
  c.ivr.stop();
  c.waiting.stop();
  c.pin = undefined;
  c.asking = undefined;
  c.desk = undefined;
  c.move = undefined;
  c.earlyDigits.length = 0;
}

/** The end at once. `code` counts where no reason came first; `legGone`: there is nobody to hang up on. */
export function endNow(c: CallContext, now: number, code: EndReasonCode, legGone = false): Outputs {
  c.termination ??= terminationOf(code);
  return conclude(c, now, c.termination, legGone);
}

/** The last words are over. */
export const endAfterWords = (c: CallContext, now: number): Outputs =>
  c.termination === undefined ? endNow(c, now, 'bug') : conclude(c, now, c.termination, false);

function conclude(
  c: CallContext,
  now: number,
  termination: Termination,
  legGone: boolean,
): Outputs {
  if (c.phase === 'ended') return [];
  const sipStatus = sipStatusOf(termination.reason);
  c.phase = 'ended';
  c.state = 'ended';
  c.endedAt = now;
  const side = closeAside(c);
  forget(c, now);
  const hangUp: CallOutput =
    c.answeredAt === undefined && sipStatus !== undefined
      ? { do: 'refuse', sipStatus }
      : { do: 'hang-up' };
  return [
    ...side,
    { do: 'note', event: 'ended', fields: { reason: termination.reason } },
    ...(legGone ? [] : [hangUp]),
    { do: 'finish', termination },
  ];
}

const sipStatusOf = (reason: string): number | undefined =>
  isEndReasonCode(reason) ? endReason(reason).sipStatus : undefined;

/** The end after `words`, which are this caller's alone: the room is left first. */
export function endWithWords(
  c: CallContext,
  now: number,
  code: EndReasonCode,
  ...words: readonly Phrase[]
): Outputs {
  if (c.phase === 'goodbye' || c.phase === 'ended') return [];
  // A meeting's end comes twice: its room goes, and the word of it follows.
  if (c.termination?.reason === code) return [];
  // A second end waits for no words: the question afterwards is left out.
  if (!c.confirmed || words.length === 0 || c.termination !== undefined)
    return endNow(c, now, code);
  c.termination = terminationOf(code);
  const inRoom =
    c.phase === 'meeting' || c.phase === 'joining' || c.phase === 'aside' || c.phase === 'desk';
  const side = closeAside(c);
  forget(c, now);
  const leave: Outputs = [{ do: 'set-muted', muted: true }, { do: 'leave-room' }];
  return [
    { do: 'note', event: 'ending', fields: { reason: code } },
    ...(inRoom ? leave : []),
    ...side,
    ...(asksAfter(c, code) ? askAfter(c, now, words) : sayLastWords(c, now, words)),
  ];
}

export function sayLastWords(c: CallContext, now: number, words: readonly Phrase[]): Outputs {
  c.phase = 'goodbye';
  c.timers.set('goodbye', now + c.settings.goodbyeGuardMs);
  return c.speaker.say(now, words);
}

/** Ends after which somebody who was in the meeting is still there to be asked, and would answer. */
const endsThatAsk: ReadonlySet<EndReasonCode> = new Set(['meeting-over', 'left-by-key']);
const afterWaitMs = 8_000;

const asksAfter = (c: CallContext, code: EndReasonCode): boolean =>
  endsThatAsk.has(code) && c.joinedAt !== undefined && c.meeting?.options.askAfter === true;

/** One question, once; `lastWords` follow. What becomes of the answer: call-question.ts. */
function askAfter(c: CallContext, now: number, lastWords: readonly Phrase[]): Outputs {
  const words = [phrase('ask-after')];
  const keys = ['1', '2'];
  const question = createKeyQuestion({ words, again: [], keys, rounds: 1, waitMs: afterWaitMs });
  c.phase = 'asking';
  c.asking = { about: 'after', lastWords, question };
  c.timers.set('goodbye', now + 2 * c.settings.goodbyeGuardMs);
  question.begin();
  return c.speaker.say(now, words);
}

/** The reason for an end that began on the SIP side, by where the call was. By the gateway, but not by us: the engine's. */
export function reasonOfLegEnd(cause: LegEndCause, state: CallState): EndReasonCode {
  switch (cause.by) {
    case 'caller':
      if (state === 'ringing') return 'cancelled';
      if (state === 'joined') return 'hung-up';
      return state === 'waiting' ? 'hung-up-waiting' : 'hung-up-in-ivr';
    case 'gateway':
      return 'engine-lost';
    case 'network':
      return cause.how === 'transport' ? 'transport-lost' : cause.how;
  }
}
