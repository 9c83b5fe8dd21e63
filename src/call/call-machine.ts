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
import { decideAnew, toIvr, toWaiting } from './call-admission.ts';
import { asideRoomNews, toAside } from './call-aside.ts';
import { onCommand } from './call-commands.ts';
import { onAnswer } from './call-answers.ts';
import { onConfirmed, onStart, ring } from './call-beginning.ts';
import { claimKey, showChanges } from './call-identity.ts';
import { endDesk, onDeskDigit } from './call-desk.ts';
import { toQuestion } from './call-question.ts';
import { createCallContext, enter, type CallContext, type CallPhase } from './call-context.ts';
import { withSrtp } from './call-encryption.ts';
import { endNow, reasonOfLegEnd } from './call-ending.ts';
import type { EndReasonCode } from './end-reasons.ts';
import type { CallInput, CallOutput, CallSettings, Route, Surroundings } from './call-messages.ts';
import { fromRoom, muteByHost, roomGone, toMeeting } from './call-room.ts';
import { onPicture, showMissingPicture } from './call-pictures.ts';
import { nextTimeoutAt, onSaid, onTimeout } from './call-time.ts';
import type { MissingPicture } from './host-act.ts';
import type { RoomName } from './identifiers.ts';
import type { KnownCaller } from './person.ts';
import type { CallState, InterpretedTime, Termination } from './ports/call-records.ts';
import type { Meeting } from './ports/meetings.ts';
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
  readonly pictureTold: MissingPicture | undefined;
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
    case 'picture':
      return onPicture(c, input.state);
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
      return [
        { do: 'note', event: input.type },
        ...fromRoom(c, now, { type: input.type }),
        ...(input.type === 'room-recovered' ? showMissingPicture(c) : []),
      ];
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

/** Every phone in a meeting is told, once, that somebody records it, and when that ends. */
function tellRecording(c: CallContext, now: number, on: boolean): Outputs {
  if (c.recordingTold === on) return [];
  const words = toMeeting(c, now, { type: 'tell', key: on ? 'recording-on' : 'recording-off' });
  // Words of admission are not talked over: the next report comes soon.
  if (words.length === 0) return [];
  c.recordingTold = on;
  return [{ do: 'note', event: 'recording', fields: { on } }, ...words];
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
