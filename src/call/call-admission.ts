/** From the keys to the seat: what is entered, what the meeting answers, what follows from it. */
import { refusalPhrase, type IvrInput, type IvrOutput, type Refusal } from '../ivr/ivr-machine.ts';
import { phrase } from '../ivr/phrase.ts';
import { decideAdmission, type AdmissionOutcome } from '../meeting/admission.ts';
import { enter, type CallContext } from './call-context.ts';
import { beginRequest, findMeeting } from './call-requests.ts';
import { beginDesk } from './call-desk-begin.ts';
import { beginSoundTest } from './call-test.ts';
import { endNow, endWithWords } from './call-ending.ts';
import { beginClaim, recognisePin } from './call-identity.ts';
import { stopInterpreting } from './interpreting.ts';
import type { CallOutput } from './call-messages.ts';
import { seatClaim } from './call-terms.ts';
import { asCallId } from './identifiers.ts';
import type { WaitingFor, WaitingInput, WaitingOutput } from './waiting-machine.ts';

type Outputs = readonly CallOutput[];

// ---------------------------------------------------------------- IVR

function enterIvr(c: CallContext, now: number): void {
  if (c.timers.at('ivr-limit') === undefined)
    c.timers.set('ivr-limit', now + c.settings.ivrLimitMs);
  enter(c, 'ivr');
}

/** The greeting; keys that came before it count. */
export function startIvr(c: CallContext, now: number): Outputs {
  enterIvr(c, now);
  const early = c.earlyDigits.splice(0);
  return [
    ...toIvr(c, now, { type: 'start' }),
    ...early.flatMap((digit) => toIvr(c, now, { type: 'digit', digit })),
  ];
}

export const toIvr = (c: CallContext, now: number, input: IvrInput): Outputs =>
  c.ivr.handle(now, input).flatMap((output) => fromIvr(c, now, output));

function fromIvr(c: CallContext, now: number, output: IvrOutput): Outputs {
  switch (output.type) {
    case 'hush':
      return c.speaker.hush();
    case 'say':
      return c.speaker.say(now, output.phrases);
    case 'language':
      c.speaker.language = output.language;
      c.languageFrom = 'key';
      return [{ do: 'note', event: 'language-chosen', fields: { language: output.language } }];
    case 'desk':
      return beginDesk(c, now, 'ivr');
    case 'over':
      return endWithWords(c, now, output.reason, ...output.phrases);
    case 'entered':
      return onEntered(c, now, output.what, output.digits);
  }
}

function onEntered(c: CallContext, now: number, what: 'id' | 'pin', digits: string): Outputs {
  const note: CallOutput = { do: 'note', event: 'entered', fields: { what } };
  c.answersEntry = true;
  if (what === 'pin') {
    c.pin = digits;
    return [note, ...decide(c, now)];
  }
  const callId = asCallId(digits);
  if (callId === undefined) return [note, ...refuse(c, now, 'wrong-id')];
  if (callId === c.settings.testCallId) return [note, ...beginSoundTest(c, now)];
  enter(c, 'finding');
  return [note, ...findMeeting(c, now, { kind: 'call-id', callId })];
}

// ---------------------------------------------------------------- the meeting's answer

/**
 * Lets nobody in. Where it answers an entry it counts as a guess and the IVR says what may be said;
 * one who was already waiting is told as it is.
 */
export function refuse(c: CallContext, now: number, refusal: Refusal): Outputs {
  c.pin = undefined;
  if (!c.answersEntry && refusal !== 'wrong-id' && refusal !== 'wrong-pin')
    return endWithWords(c, now, refusal, refusalPhrase(refusal));
  c.guesses += 1;
  const general = c.surroundings.guessesExceeded(now);
  enterIvr(c, now);
  return [
    { do: 'count-guess' },
    { do: 'note', event: 'guess', fields: { why: refusal, count: c.guesses } },
    ...toIvr(c, now, { type: 'refused', refusal, general }),
  ];
}

/** Asks the meeting and does what it answers. */
export function decide(c: CallContext, now: number): Outputs {
  const known = c.joinedAt === undefined ? recognisePin(c, now) : [];
  return [...known, ...act(c, now, answerOf(c, now))];
}

function answerOf(c: CallContext, now: number): AdmissionOutcome {
  const { meeting, pin, letIn } = c;
  const hostPresent = meeting !== undefined && c.surroundings.hostPresent(meeting.callId);
  const context = {
    now,
    pin,
    letIn,
    hostPresent,
    lineEncrypted: c.media?.encrypted === true,
    roomEncrypted: false,
    role: c.joinedAt === undefined && !c.vouched ? undefined : c.role,
    mustKnock:
      meeting !== undefined && c.surroundings.mustKnock(meeting.callId, c.invitee?.inviteeId),
    hostLeft: c.hostLeft,
  };
  return decideAdmission(meeting, context);
}

/** The same for one who waits: a refusal now is no guess. */
export function decideAnew(c: CallContext, now: number): Outputs {
  c.answersEntry = false;
  return decide(c, now);
}

function act(c: CallContext, now: number, answer: AdmissionOutcome): Outputs {
  switch (answer.outcome) {
    case 'unknown':
      // Gone while the caller waited for it.
      return refuse(c, now, c.answersEntry ? 'wrong-id' : 'meeting-ended');
    case 'ended':
      return refuse(c, now, 'meeting-ended');
    case 'phones-not-allowed':
      return refuse(c, now, 'phones-not-allowed');
    case 'encrypted':
      return refuse(c, now, 'room-encrypted');
    case 'encryption-required':
      return refuse(c, now, 'encryption-required');
    case 'too-early':
      return answer.mayWait ? wait(c, now, 'start', answer.startsAt) : refuse(c, now, 'too-early');
    case 'pin-wanted':
      c.waiting.stop();
      enterIvr(c, now);
      return toIvr(c, now, {
        type: 'ask-pin',
        length: answer.length,
        // It is not known yet who calls: whoever may need time has it.
        slow: c.meeting?.invitees.some(({ slowKeys }) => slowKeys) === true,
      });
    case 'wrong-pin':
      return refuse(c, now, 'wrong-pin');
    case 'wait':
      return wait(c, now, answer.for);
    case 'admit':
      c.role = answer.role;
      c.hostLeft = false;
      return takeSeat(c, now);
  }
}

export function takeSeat(c: CallContext, now: number): Outputs {
  if (c.meeting === undefined) return endNow(c, now, 'bug');
  c.ivr.stop();
  c.waiting.stop();
  c.hostClaim.stop();
  c.timers.clear('ivr-limit');
  enter(c, 'seating');
  const requestId = beginRequest(c, now, 'seat', c.settings.requestTimeoutMs);
  return [{ do: 'take-seat', requestId, meeting: c.meeting, claim: seatClaim(c) }];
}

// ---------------------------------------------------------------- waiting

function wait(c: CallContext, now: number, reason: WaitingFor, startsAt?: number): Outputs {
  c.ivr.stop();
  c.timers.clear('ivr-limit');
  enter(c, 'waiting');
  return fromWaiting(c, now, c.waiting.begin(now, reason, startsAt));
}

/** Out of the room, which is neither heard nor hears from here on, and in front of the door again. */
export function backToWaiting(c: CallContext, now: number): Outputs {
  c.joinAttempts = 0;
  c.shown = undefined;
  c.hostClaim.stop();
  stopInterpreting(c, now);
  return [
    { do: 'set-muted', muted: true },
    { do: 'leave-room' },
    ...c.inMeeting.leave(now),
    ...decideAnew(c, now),
  ];
}

export const toWaiting = (c: CallContext, now: number, input: WaitingInput): Outputs =>
  fromWaiting(c, now, c.waiting.handle(now, input));

const fromWaiting = (c: CallContext, now: number, outputs: readonly WaitingOutput[]): Outputs =>
  outputs.flatMap((output): Outputs => {
    switch (output.do) {
      case 'look-again':
        return lookAgain(c, now);
      case 'waited-out':
        return output.reason === 'host'
          ? endWithWords(c, now, 'host-never-came', phrase('host-did-not-come'))
          : endWithWords(c, now, 'wait-limit', phrase('nobody-let-you-in'));
      case 'service-desk':
        return beginDesk(c, now, 'waiting');
      case 'claim-host':
        return beginClaim(c, now);
      case 'leave':
        return endWithWords(c, now, 'left-by-key', phrase('left'));
      default:
        return [output];
    }
  });

/** The booking may have changed while the caller waited for the start. */
function lookAgain(c: CallContext, now: number): Outputs {
  if (c.meeting === undefined) return endNow(c, now, 'bug');
  c.answersEntry = false;
  c.waiting.stop();
  enter(c, 'finding');
  return findMeeting(c, now, { kind: 'call-id', callId: c.meeting.callId });
}
