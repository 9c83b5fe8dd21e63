/**
 * One call, from the INVITE that passed the screening to its end.
 *
 *   looking ──address unknown──▶ ended                       (video address only, while ringing)
 *      ▼
 *   ringing ──journal unwritable, cancelled──▶ ended
 *      ▼ begun, answered (200 OK)
 *   confirming ──no ACK──▶ ended
 *      ▼ ACK
 *     ivr ◀──────wrong, PIN wanted──────┐
 *      │ ID or PIN complete             │
 *      ▼                                │
 *   finding ──▶ decide ─────────────────┘
 *                │  ▲ └──refused for good──▶ goodbye
 *                │  │ let in, unlocked, host came, meeting began
 *                │  └─ waiting ◀── wait
 *                ▼ admit
 *             seating ──full──▶ ivr or goodbye
 *                ▼
 *             joining ──unreachable: again, bounded──┐
 *                ▼        ◀──────────────────────────┘
 *             meeting (meeting-machine.ts)
 *                ▼ over, removed, limit, drain, left by key, fault with words
 *             goodbye ──words over──▶ ended
 *
 *   waiting or meeting ──a private word──▶ aside (call-aside.ts) ──▶ back; meeting ──move──▶ joining
 *   (call-move.ts)
 *
 * From every state: BYE or CANCEL, transport gone, bug ──▶ ended. The first reason wins; after
 * `finish` nothing more comes out. Every state has a timer that leaves it.
 */
import { phrase } from '../ivr/phrase.ts';
import type { Role } from '../meeting/admission.ts';
import { decide, decideAnew, refuse, startIvr, toIvr, toWaiting } from './call-admission.ts';
import { asideRoomNews, onAsideJoined, toAside } from './call-aside.ts';
import { onCommand } from './call-commands.ts';
import { claimKey, recogniseNumber, showChanges } from './call-identity.ts';
import { endDesk, onDeskAnswer, onDeskDigit } from './call-desk.ts';
import { beginSoundTest, tellSound } from './call-test.ts';
import { askToGoBack, askToJoin, toQuestion } from './call-question.ts';
import {
  answer,
  createCallContext,
  enter,
  findMeeting,
  type CallContext,
  type CallPhase,
} from './call-context.ts';
import { withSrtp } from './call-encryption.ts';
import { endNow, endWithWords, reasonOfLegEnd } from './call-ending.ts';
import type { EndReasonCode } from './end-reasons.ts';
import type { CallInput, CallOutput, CallSettings, Route, Surroundings } from './call-messages.ts';
import { giveUpMove, onMoveMeeting, onMoveSeat } from './call-move.ts';
import { fromRoom, join, muteByHost, onJoined, roomGone, toMeeting } from './call-room.ts';
import { nextTimeoutAt, onSaid, onTimeout } from './call-time.ts';
import type { RoomName } from './identifiers.ts';
import type { KnownCaller } from './person.ts';
import type { CallState, InterpretedTime, Termination } from './ports/call-records.ts';
import type { Meeting, SeatOutcome } from './ports/meetings.ts';
import type { AnsweredMedia, Digit, LegEndCause } from './ports/sip-engine.ts';
import type { WaitingFor } from './waiting-machine.ts';

/** What the record needs to know of the machine. */
export interface CallFacts extends KnownCaller {
  readonly phase: CallPhase;
  readonly state: CallState;
  readonly meeting: Meeting | undefined;
  readonly media: AnsweredMedia | undefined;
  readonly answeredAt: number | undefined;
  readonly joinedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly termination: Termination | undefined;
  readonly role: Role;
  readonly mutedByHost: boolean;
  readonly interpreting: readonly InterpretedTime[];
  readonly waiting: { readonly reason: WaitingFor | undefined };
  /** The side room of a private word, while one lasts. */
  readonly aside: { readonly room: RoomName } | undefined;
}

export interface CallMachine {
  handle(now: number, input: CallInput): readonly CallOutput[];
  nextTimeoutAt(): number | undefined;
  facts(): CallFacts;
}

type Outputs = readonly CallOutput[];
const maxEarlyDigits = 16;

/** One call's machine. Pure but for the questions it asks of `surroundings`. */
export function createCallMachine(deps: {
  readonly route: Route;
  readonly settings: CallSettings;
  readonly surroundings: Surroundings;
}): CallMachine {
  const c = createCallContext(deps.route, deps.settings, deps.surroundings);
  return {
    handle: (now, input) =>
      c.phase === 'ended' ? [] : [...handle(c, now, input), ...showChanges(c)],
    nextTimeoutAt: () => nextTimeoutAt(c),
    facts: () => c,
  };
}

function handle(c: CallContext, now: number, input: CallInput): Outputs {
  switch (input.type) {
    case 'start':
      return c.phase === 'new' ? onStart(c, now) : [];
    case 'journal-begun':
      if (c.phase !== 'ringing') return [];
      c.journalBegun = true;
      return ring(c, now);
    case 'journal-failed':
      return c.phase === 'ringing' ? endNow(c, now, 'journal-unwritable') : [];
    case 'answered':
      if (c.phase !== 'ringing') return [];
      enter(c, 'confirming');
      c.media = input.media;
      c.answeredAt = now;
      c.timers.set('request', now + c.settings.confirmTimeoutMs);
      return [{ do: 'note', event: 'answered' }, ...(c.acknowledged ? onConfirmed(c, now) : [])];
    case 'not-answered':
      if (c.phase !== 'ringing') return [];
      return endNow(c, now, whyNotAnswered(c, input.sipStatus), c.legGone);
    case 'confirmed':
      // An engine may learn of the ACK before it reports the answer.
      c.acknowledged = true;
      return c.phase === 'confirming' ? onConfirmed(c, now) : [];
    case 'srtp-settled':
      c.media = c.media && withSrtp(c.media, input);
      return [];
    case 'digit':
      return onDigit(c, now, input.digit);
    case 'played':
      return c.speaker.played(input.utteranceId) ? onSaid(c, now) : [];
    case 'held':
      c.heldSince ??= now;
      return [{ do: 'note', event: 'held' }];
    case 'resumed':
      return onResumed(c, now);
    case 'meeting':
    case 'seat':
    case 'store-failed':
    case 'joined':
    case 'desk':
    case 'sound-tested':
      return onAnswer(c, now, input);
    case 'recording':
      return tellRecording(c, now, input.on);
    case 'desk-over':
      return endDesk(c, now);
    case 'room-lost':
    case 'room-recovered':
      // Whoever comes back to a room shows as their token said.
      c.shown = undefined;
      return [{ do: 'note', event: input.type }, ...fromRoom(c, now, { type: input.type })];
    case 'room-left':
      if (c.phase === 'aside') return asideRoomNews(c, now, input);
      if (c.phase === 'desk') return endDesk(c, now);
      return c.phase === 'meeting' ? roomGone(c, now, input.reason) : [];
    case 'room-audience':
      if (c.phase === 'aside') return asideRoomNews(c, now, input);
      return fromRoom(c, now, { type: 'audience', others: input.others });
    case 'muted-by-room':
    case 'unmuted-by-room':
      return muteByHost(c, now, input.type === 'muted-by-room');
    case 'talking-muted':
      return toMeeting(c, now, { type: 'talking-muted' });
    case 'media-timeout':
      return endNow(c, now, 'media-timeout');
    case 'ended':
      return onLegEnded(c, now, input.cause);
    case 'bug':
      return endNow(c, now, 'bug');
    case 'timeout':
      return onTimeout(c, now);
    default:
      return onCommand(c, now, input);
  }
}

type Answer = Extract<
  CallInput,
  { type: 'meeting' | 'seat' | 'store-failed' | 'joined' | 'desk' | 'sound-tested' }
>;

function onAnswer(c: CallContext, now: number, input: Answer): Outputs {
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

function onStart(c: CallContext, now: number): Outputs {
  c.startedAt = now;
  c.timers.set('limit', now + c.settings.maxCallMs);
  const arrived: Outputs = [{ do: 'note', event: 'arrived' }, { do: 'ring' }];
  if (c.route.kind !== 'video-address') return [...arrived, ...beginJournal(c, now)];
  enter(c, 'looking');
  const { address } = c.route;
  return [...arrived, ...findMeeting(c, now, { kind: 'video-address', address })];
}

function beginJournal(c: CallContext, now: number): Outputs {
  enter(c, 'ringing');
  c.timers.set('request', now + c.settings.requestTimeoutMs);
  return [{ do: 'begin-journal' }];
}

function ring(c: CallContext, now: number): Outputs {
  if (c.settings.ringMs === 0) return answer(c, now);
  c.timers.clear('request');
  c.timers.set('ring', now + c.settings.ringMs);
  return [];
}

function onConfirmed(c: CallContext, now: number): Outputs {
  c.timers.clear('request');
  c.confirmed = true;
  c.speaker.confirmed(now);
  const note: CallOutput = { do: 'note', event: 'confirmed' };
  if (c.route.kind === 'test') return [note, ...beginSoundTest(c, now)];
  if (c.route.kind === 'dial-out') return [note, ...askToJoin(c, now, c.route.callId)];
  if (c.route.kind === 'call-id') {
    enter(c, 'finding');
    const { callId } = c.route;
    // The opening tone alone; what the meeting answers takes its place.
    const tone = c.speaker.say(now, []);
    return [note, ...tone, ...findMeeting(c, now, { kind: 'call-id', callId })];
  }
  if (c.meeting === undefined) return [note, ...greet(c, now)];
  return [note, ...decideAnew(c, now)];
}

/** Whose line broke just now is offered the way back; everybody else is asked for an ID. */
function greet(c: CallContext, now: number): Outputs {
  const { vouchedNumber } = c.surroundings;
  const isNumbered = c.route.kind === 'ivr' && vouchedNumber !== undefined;
  const callId = isNumbered ? c.surroundings.brokenLine?.(vouchedNumber) : undefined;
  return callId === undefined ? startIvr(c, now) : askToGoBack(c, now, callId);
}

/** Every phone in a meeting is told, once, that somebody records it, and when that ends. */
function tellRecording(c: CallContext, now: number, on: boolean): Outputs {
  if (c.recordingTold === on) return [];
  const words = toMeeting(c, now, { type: 'tell', key: on ? 'recording-on' : 'recording-off' });
  // Words of admission are not talked over: the next report comes soon.
  if (words.length === 0) return [];
  c.recordingTold = on;
  return [{ do: 'note', event: 'recording', fields: { on } }, ...words];
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

function onDigit(c: CallContext, now: number, digit: Digit): Outputs {
  switch (c.phase) {
    case 'confirming':
      if (c.earlyDigits.length < maxEarlyDigits) c.earlyDigits.push(digit);
      return [];
    case 'ivr':
    case 'finding':
      return toIvr(c, now, { type: 'digit', digit });
    case 'asking':
      return toQuestion(c, now, (question) => question.press(digit));
    case 'desk':
      return onDeskDigit(c, now, digit);
    case 'waiting':
      return (
        claimKey(c, now, digit, () => decideAnew(c, now)) ??
        toWaiting(c, now, { type: 'digit', digit })
      );
    case 'aside':
      return toAside(c, now, (machine) => machine.digit(now, digit));
    default:
      return (
        claimKey(c, now, digit, () => c.speaker.say(now, [phrase('you-are-host')])) ??
        toMeeting(c, now, { type: 'digit', digit })
      );
  }
}

/** A call of ours was not answered; or the engine refused what a caller offered. */
function whyNotAnswered(c: CallContext, sipStatus: number): EndReasonCode {
  if (c.route.kind !== 'dial-out') return sipStatus >= 500 ? 'no-media' : 'no-common-codec';
  if (sipStatus === 486) return 'busy';
  if (sipStatus === 480) return 'no-answer';
  return sipStatus === 503 ? 'not-reached' : 'rejected';
}

function onLegEnded(c: CallContext, now: number, cause: LegEndCause): Outputs {
  c.legGone = true;
  // The engine's own refusal: why is in the outcome of `answer`, on its way.
  if (c.phase === 'ringing' && c.journalBegun && cause.by === 'gateway') return [];
  return endNow(c, now, reasonOfLegEnd(cause, c.state), true);
}

function onResumed(c: CallContext, now: number): Outputs {
  if (c.heldSince === undefined) return [];
  const limit = c.timers.at('ivr-limit');
  // Time on hold is nobody's silence.
  if (limit !== undefined) c.timers.set('ivr-limit', limit + now - c.heldSince);
  c.heldSince = undefined;
  const again = c.phase === 'ivr' && !c.speaker.speaking;
  return [{ do: 'note', event: 'resumed' }, ...(again ? toIvr(c, now, { type: 'resumed' }) : [])];
}
