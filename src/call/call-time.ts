/** What time does to a call: words that are over, limits, answers that do not come. */
import { earliestOf } from './named-timers.ts';
import { phrase } from '../ivr/phrase.ts';
import { toIvr, toWaiting } from './call-admission.ts';
import { toQuestion } from './call-question.ts';
import { onAsideAlone, onAsideJoined, toAside } from './call-aside.ts';
import type { CallContext, TimerName } from './call-context.ts';
import { answer } from './call-requests.ts';
import { endAfterWords, endNow, endWithWords } from './call-ending.ts';
import type { CallOutput } from './call-messages.ts';
import { onDeskAnswer, onDeskSaid } from './call-desk.ts';
import { listenToCaller, tellSound } from './call-test.ts';
import { giveUpMove, onMoveTold } from './call-move.ts';
import { join, onJoined, toMeeting } from './call-room.ts';

type Outputs = readonly CallOutput[];

/** The utterance is over: the parts that wait for that go on. */
export function onSaid(c: CallContext, now: number): Outputs {
  c.hostClaim.listen(now);
  switch (c.phase) {
    case 'ivr':
      return toIvr(c, now, { type: 'said' });
    case 'asking':
      return toQuestion(c, now, (question) => question.said(now));
    case 'desk':
      return onDeskSaid(c);
    case 'testing':
      return listenToCaller(c, now);
    case 'waiting':
      return toWaiting(c, now, { type: 'said' });
    case 'goodbye':
      return endAfterWords(c, now);
    case 'joining':
      // Told that the room is out of reach, and holding.
      return c.speaker.music();
    case 'aside':
      return toAside(c, now, (machine) => machine.said(now));
    default:
      return c.move?.step === 'told' ? onMoveTold(c, now) : toMeeting(c, now, { type: 'said' });
  }
}

/** On hold the menus wait; every other clock goes on. */
const ivrClockRuns = (c: CallContext): boolean => c.phase === 'ivr' && c.heldSince === undefined;

export function nextTimeoutAt(c: CallContext): number | undefined {
  if (c.phase === 'ended') return undefined;
  return earliestOf(
    c.timers.next(),
    c.speaker.nextTimeoutAt(),
    c.hostClaim.nextTimeoutAt(),
    ivrClockRuns(c) ? c.ivr.nextTimeoutAt() : undefined,
    c.phase === 'asking' ? c.asking?.question.nextTimeoutAt() : undefined,
    c.phase === 'waiting' ? c.waiting.nextTimeoutAt() : undefined,
    c.phase === 'meeting' ? c.inMeeting.nextTimeoutAt() : undefined,
    c.aside?.machine.nextTimeoutAt(),
  );
}

export function onTimeout(c: CallContext, now: number): Outputs {
  const outputs: CallOutput[] = [];
  c.hostClaim.timeout(now);
  if (c.speaker.outlasted(now)) outputs.push(...onSaid(c, now));
  if (ivrClockRuns(c)) outputs.push(...toIvr(c, now, { type: 'timeout' }));
  outputs.push(...toQuestion(c, now, (question) => question.timeout(now)));
  if (c.phase === 'waiting') outputs.push(...toWaiting(c, now, { type: 'timeout' }));
  outputs.push(...toMeeting(c, now, { type: 'timeout' }));
  outputs.push(...toAside(c, now, (machine) => machine.timeout(now)));
  for (let name = c.timers.takeDue(now); name !== undefined; name = c.timers.takeDue(now))
    outputs.push(...onTimer(c, now, name));
  return outputs;
}

function onTimer(c: CallContext, now: number, name: TimerName): Outputs {
  switch (name) {
    case 'limit':
      return endWithWords(c, now, 'call-limit', phrase('call-ended'));
    case 'ivr-limit':
      if (c.heldSince === undefined)
        return endWithWords(c, now, 'ivr-limit', phrase('silence-goodbye'));
      // Moved on when the hold is over.
      c.timers.set('ivr-limit', now + c.settings.ivrLimitMs);
      return [];
    case 'ring':
      return answer(c, now);
    case 'request':
      return onRequestTimeout(c, now);
    case 'join-retry':
      return join(c, now);
    case 'goodbye':
      return endAfterWords(c, now);
    case 'aside-alone':
      return onAsideAlone(c, now);
    case 'five-minutes':
      return toMeeting(c, now, {
        type: 'tell',
        key: c.meeting?.options.atEnd === 'end' ? 'five-minutes-to-end' : 'five-minutes-left',
      });
  }
}

/** An answer that comes after this is an old one. */
function onRequestTimeout(c: CallContext, now: number): Outputs {
  c.awaited = undefined;
  switch (c.phase) {
    case 'ringing':
      return endNow(c, now, c.journalBegun ? 'engine-lost' : 'journal-unwritable');
    case 'confirming':
      return endNow(c, now, 'no-ack');
    case 'joining':
      return onJoined(c, now, { joined: false, reason: 'unreachable' });
    case 'aside':
      return onAsideJoined(c, now, { joined: false, reason: 'unreachable' });
    case 'meeting':
      return giveUpMove(c, 'store-unreachable');
    case 'desk':
      return onDeskAnswer(c, now, false);
    case 'testing':
      return tellSound(c, now, undefined);
    default:
      return endWithWords(c, now, 'store-unreachable', phrase('try-later'));
  }
}
