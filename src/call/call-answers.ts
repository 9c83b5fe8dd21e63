/** What came of a request: the meeting that was looked for, the seat, the join. */
import { phrase } from '../ivr/phrase.ts';
import { decide, refuse } from './call-admission.ts';
import { onAsideJoined } from './call-aside.ts';
import { beginJournal } from './call-beginning.ts';
import type { CallContext } from './call-context.ts';
import { onDeskAnswer } from './call-desk.ts';
import { endNow, endWithWords } from './call-ending.ts';
import { recogniseNumber } from './call-identity.ts';
import type { CallInput, CallOutput } from './call-messages.ts';
import { giveUpMove, onMoveMeeting, onMoveSeat } from './call-move.ts';
import { join, onJoined } from './call-room.ts';
import { tellSound } from './call-test.ts';
import type { Meeting, SeatOutcome } from './ports/meetings.ts';

type Outputs = readonly CallOutput[];
export type Answer = Extract<
  CallInput,
  { type: 'meeting' | 'seat' | 'store-failed' | 'joined' | 'desk' | 'sound-tested' }
>;

/** An answer to anything but the one request that is under way is an old one. */
export function onAnswer(c: CallContext, now: number, input: Answer): Outputs {
  const { awaited } = c;
  if (awaited?.requestId !== input.requestId) return [];
  const fits =
    input.type === 'store-failed'
      ? awaited.answer === 'meeting' || awaited.answer === 'seat'
      : input.type === awaited.answer;
  if (!fits) return [];
  c.awaited = undefined;
  c.timers.clear('request');
  switch (input.type) {
    case 'meeting':
      return onMeeting(c, now, input.meeting);
    case 'seat':
      return onSeat(c, now, input.seat);
    case 'joined':
      return c.aside === undefined
        ? onJoined(c, now, input.outcome)
        : onAsideJoined(c, now, input.outcome);
    case 'desk':
      return onDeskAnswer(c, now, input.answered);
    case 'sound-tested':
      return tellSound(c, now, input.report);
    case 'store-failed':
      if (c.move !== undefined) return giveUpMove(c, 'store-unreachable');
      return endWithWords(c, now, 'store-unreachable', phrase('try-later'));
  }
}

function onMeeting(c: CallContext, now: number, meeting: Meeting | undefined): Outputs {
  if (c.move !== undefined) return onMoveMeeting(c, now, meeting);
  c.meeting = meeting;
  recogniseNumber(c);
  if (meeting?.language !== undefined && c.languageFrom === 'nowhere')
    c.speaker.language = meeting.language;
  limitCall(c, now);
  const found: Outputs = [{ do: 'note', event: 'meeting-found' }];
  if (c.phase === 'looking') {
    if (meeting !== undefined) return [...found, ...beginJournal(c, now)];
    const elsewhere = c.route.kind === 'video-address' && c.route.otherwise === 'ivr';
    return elsewhere ? beginJournal(c, now) : endNow(c, now, 'unknown-number');
  }
  return [...(meeting !== undefined && c.answersEntry ? found : []), ...decide(c, now)];
}

/** The meeting may allow less than the gateway does. */
function limitCall(c: CallContext, now: number): void {
  if (c.meeting === undefined) return;
  const meetingMs = c.meeting.options.callLimitMinutes * 60_000;
  c.timers.set('limit', Math.max(now, c.startedAt + Math.min(c.settings.maxCallMs, meetingMs)));
}

function onSeat(c: CallContext, now: number, seat: SeatOutcome): Outputs {
  if (c.move !== undefined) return onMoveSeat(c, now, seat);
  if (!seat.seated) return refuse(c, now, seat.reason === 'full' ? 'full' : 'meeting-ended');
  c.phoneNumber = seat.number;
  c.replaces = seat.replaces;
  return [{ do: 'note', event: 'seated' }, ...join(c, now)];
}
