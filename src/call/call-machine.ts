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
 * From every state: BYE or CANCEL, transport gone, bug ──▶ ended. The first reason wins; after
 * `finish` nothing more comes out. Every state has a timer that leaves it.
 */
import { phrase } from '../ivr/phrase.ts';
import type { Role } from '../meeting/admission.ts';
import { decide, decideAnew, refuse, startIvr, toIvr, toWaiting } from './call-admission.ts';
import {
  createCallContext,
  enter,
  findMeeting,
  type CallContext,
  type CallPhase,
  type TimerName,
} from './call-context.ts';
import { endAfterWords, endNow, endWithWords, reasonOfLegEnd } from './call-ending.ts';
import type { CallInput, CallOutput, CallSettings, Route, Surroundings } from './call-messages.ts';
import { fromRoom, join, onJoined, roomGone, toMeeting } from './call-room.ts';
import type {
  AnsweredMedia,
  CallState,
  Digit,
  LegEndCause,
  Meeting,
  SeatOutcome,
  Termination,
} from './ports.ts';

/** What the record needs to know of the machine. */
export interface CallFacts {
  readonly phase: CallPhase;
  readonly state: CallState;
  readonly meeting: Meeting | undefined;
  readonly media: AnsweredMedia | undefined;
  readonly answeredAt: number | undefined;
  readonly joinedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly termination: Termination | undefined;
  readonly role: Role;
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
    handle: (now, input) => (c.phase === 'ended' ? [] : handle(c, now, input)),
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
      return endNow(c, now, input.sipStatus >= 500 ? 'no-media' : 'no-common-codec', c.legGone);
    case 'confirmed':
      // An engine may learn of the ACK before it reports the answer.
      c.acknowledged = true;
      return c.phase === 'confirming' ? onConfirmed(c, now) : [];
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
      return onAnswer(c, now, input);
    case 'room-lost':
    case 'room-recovered':
      return [{ do: 'note', event: input.type }, ...fromRoom(c, now, { type: input.type })];
    case 'room-left':
      return c.phase === 'meeting' ? roomGone(c, now, input.reason) : [];
    case 'room-audience':
      return fromRoom(c, now, { type: 'audience', others: input.others });
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

type Answer = Extract<CallInput, { type: 'meeting' | 'seat' | 'store-failed' | 'joined' }>;

function onAnswer(c: CallContext, now: number, input: Answer): Outputs {
  const { awaited } = c;
  if (awaited?.requestId !== input.requestId) return [];
  const fits =
    input.type === 'store-failed' ? awaited.answer !== 'joined' : input.type === awaited.answer;
  if (!fits) return [];
  c.awaited = undefined;
  c.timers.clear('request');
  switch (input.type) {
    case 'meeting':
      return onMeeting(c, now, input.meeting);
    case 'seat':
      return onSeat(c, now, input.seat);
    case 'joined':
      return onJoined(c, now, input.outcome);
    case 'store-failed':
      return endWithWords(c, now, 'store-unreachable', phrase('try-later'));
  }
}

type Command = Extract<
  CallInput,
  {
    type:
      | 'admit'
      | 'refuse'
      | 'hang-up'
      | 'mute'
      | 'meeting-changed'
      | 'meeting-over'
      | 'company-changed'
      | 'drain';
  }
>;

/** What people and the rest of the gateway want of the call. */
function onCommand(c: CallContext, now: number, input: Command): Outputs {
  switch (input.type) {
    case 'admit':
      if (c.phase !== 'waiting') return [];
      c.letIn = true;
      return [{ do: 'note', event: 'admitted', fields: { by: input.by } }, ...decideAnew(c, now)];
    case 'refuse':
      return c.phase === 'waiting'
        ? endWithWords(c, now, 'not-admitted', phrase('not-admitted'))
        : [];
    case 'hang-up':
      return input.by === 'host'
        ? endWithWords(c, now, 'removed', phrase('removed'))
        : endWithWords(c, now, 'operator-hung-up', phrase('call-ended'));
    case 'mute':
      c.mutedByHost = input.muted;
      return toMeeting(c, now, { type: 'mute', muted: input.muted, by: 'host' });
    case 'meeting-changed':
      c.meeting = input.meeting;
      return c.phase === 'waiting' ? decideAnew(c, now) : [];
    case 'meeting-over':
      if (c.meeting === undefined) return [];
      return c.joinedAt === undefined
        ? endWithWords(c, now, 'meeting-ended', phrase('ended'))
        : endWithWords(c, now, 'meeting-over', phrase('goodbye'));
    case 'company-changed':
      return c.phase === 'waiting'
        ? decideAnew(c, now)
        : toMeeting(c, now, { type: 'company-changed' });
    case 'drain':
      return endWithWords(c, now, 'drained', phrase('call-ended'));
  }
}

function onStart(c: CallContext, now: number): Outputs {
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

function answer(c: CallContext, now: number): Outputs {
  c.timers.set('request', now + c.settings.requestTimeoutMs);
  return [{ do: 'answer' }];
}

function onConfirmed(c: CallContext, now: number): Outputs {
  c.timers.clear('request');
  c.confirmed = true;
  c.speaker.confirmed(now);
  const note: CallOutput = { do: 'note', event: 'confirmed' };
  if (c.route.kind === 'call-id') {
    enter(c, 'finding');
    const { callId } = c.route;
    // The opening tone alone; what the meeting answers takes its place.
    const tone = c.speaker.say(now, []);
    return [note, ...tone, ...findMeeting(c, now, { kind: 'call-id', callId })];
  }
  if (c.meeting === undefined) return [note, ...startIvr(c, now)];
  return [note, ...decideAnew(c, now)];
}

function onMeeting(c: CallContext, now: number, meeting: Meeting | undefined): Outputs {
  c.meeting = meeting;
  if (meeting?.language !== undefined && !c.languageChosen) {
    c.speaker.language = meeting.language;
    c.languageChosen = true;
  }
  const found: Outputs = [{ do: 'note', event: 'meeting-found' }];
  if (c.phase === 'looking') {
    if (meeting !== undefined) return [...found, ...beginJournal(c, now)];
    const elsewhere = c.route.kind === 'video-address' && c.route.otherwise === 'ivr';
    return elsewhere ? beginJournal(c, now) : endNow(c, now, 'unknown-number');
  }
  return [...(meeting !== undefined && c.answersEntry ? found : []), ...decide(c, now)];
}

function onSeat(c: CallContext, now: number, seat: SeatOutcome): Outputs {
  if (!seat.seated) return refuse(c, now, seat.reason === 'full' ? 'full' : 'meeting-ended');
  c.phoneNumber = seat.number;
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
    case 'waiting':
      return toWaiting(c, now, { type: 'digit', digit });
    default:
      return toMeeting(c, now, { type: 'digit', digit });
  }
}

/** The utterance is over: the parts that wait for that go on. */
function onSaid(c: CallContext, now: number): Outputs {
  switch (c.phase) {
    case 'ivr':
      return toIvr(c, now, { type: 'said' });
    case 'waiting':
      return toWaiting(c, now, { type: 'said' });
    case 'goodbye':
      return endAfterWords(c, now);
    default:
      return toMeeting(c, now, { type: 'said' });
  }
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

// ---------------------------------------------------------------- time

/** On hold the menus wait; every other clock goes on. */
const ivrClockRuns = (c: CallContext): boolean => c.phase === 'ivr' && c.heldSince === undefined;

function nextTimeoutAt(c: CallContext): number | undefined {
  if (c.phase === 'ended') return undefined;
  const times = [
    c.timers.next(),
    c.speaker.nextTimeoutAt(),
    ivrClockRuns(c) ? c.ivr.nextTimeoutAt() : undefined,
    c.phase === 'waiting' ? c.waiting.nextTimeoutAt() : undefined,
    c.phase === 'meeting' ? c.inMeeting.nextTimeoutAt() : undefined,
  ].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

function onTimeout(c: CallContext, now: number): Outputs {
  const outputs: CallOutput[] = [];
  if (c.speaker.outlasted(now)) outputs.push(...onSaid(c, now));
  if (ivrClockRuns(c)) outputs.push(...toIvr(c, now, { type: 'timeout' }));
  if (c.phase === 'waiting') outputs.push(...toWaiting(c, now, { type: 'timeout' }));
  outputs.push(...toMeeting(c, now, { type: 'timeout' }));
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
    default:
      return endWithWords(c, now, 'store-unreachable', phrase('try-later'));
  }
}
