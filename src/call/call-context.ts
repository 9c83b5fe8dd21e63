/** The whole state of one call's machine, see call-machine.ts. Its parts change it and each other's none. */
import { createIvrMachine, type IvrMachine } from '../ivr/ivr-machine.ts';
import type { Role } from '../meeting/admission.ts';
import type {
  CallInput,
  CallOutput,
  CallSettings,
  MeetingKey,
  Route,
  Surroundings,
} from './call-messages.ts';
import type { Asking } from './call-question.ts';
import { createHostKeys } from './host-keys.ts';
import { createMeetingMachine, type MeetingMachine } from './meeting-machine.ts';
import { createNamedTimers, type NamedTimers } from './named-timers.ts';
import type { CallState, Termination } from './ports/call-records.ts';
import type { Meeting } from './ports/meetings.ts';
import type { AnsweredMedia, Digit } from './ports/sip-engine.ts';
import { createSpeaker, type Speaker } from './speaker.ts';
import { createWaitingMachine, type WaitingMachine } from './waiting-machine.ts';

export type CallPhase =
  | 'new'
  | 'looking'
  | 'ringing'
  | 'confirming'
  | 'ivr'
  | 'asking'
  | 'finding'
  | 'waiting'
  | 'seating'
  | 'joining'
  | 'meeting'
  | 'goodbye'
  | 'ended';

export type TimerName = 'limit' | 'ivr-limit' | 'ring' | 'request' | 'join-retry' | 'goodbye';

/** The input that answers a request. */
export type AwaitedAnswer = Extract<CallInput['type'], 'meeting' | 'seat' | 'joined'>;

export interface CallContext {
  readonly route: Route;
  readonly settings: CallSettings;
  readonly surroundings: Surroundings;
  readonly timers: NamedTimers<TimerName>;
  readonly speaker: Speaker;
  readonly ivr: IvrMachine;
  readonly waiting: WaitingMachine;
  readonly inMeeting: MeetingMachine;
  /** Keys that came before the ACK. */
  readonly earlyDigits: Digit[];

  phase: CallPhase;
  /** What the record calls the phase; kept through `goodbye`. */
  state: CallState;
  journalBegun: boolean;
  acknowledged: boolean;
  legGone: boolean;
  /** The caller can hear: words make sense. */
  confirmed: boolean;
  languageChosen: boolean;
  heldSince: number | undefined;
  lastRequestId: number;
  /** The one request that is under way: any other answer is ignored. */
  awaited: { readonly requestId: number; readonly answer: AwaitedAnswer } | undefined;
  meeting: Meeting | undefined;
  media: AnsweredMedia | undefined;
  role: Role;
  pin: string | undefined;
  letIn: boolean;
  /** A host had this person called: no PIN is asked. */
  vouched: boolean;
  /** The question that a key answers, in phase 'asking'. */
  asking: Asking | undefined;
  mutedByHost: boolean;
  /** The last host left: whoever is no host waits for one. */
  hostLeft: boolean;
  /** Whether a refusal now answers something keyed in, and so may be a guess. */
  answersEntry: boolean;
  guesses: number;
  phoneNumber: number;
  joinAttempts: number;
  answeredAt: number | undefined;
  joinedAt: number | undefined;
  endedAt: number | undefined;
  termination: Termination | undefined;
}

const stateOf: Partial<Record<CallPhase, CallState>> = {
  confirming: 'ivr',
  ivr: 'ivr',
  waiting: 'waiting',
  meeting: 'joined',
};

/** The record's state follows the phases that people would name; in between it stays. */
export function enter(c: CallContext, phase: CallPhase): void {
  c.phase = phase;
  c.state = stateOf[phase] ?? c.state;
}

/** A new request: its answer must come within `timeoutMs`, and carry the id returned. */
export function beginRequest(
  c: CallContext,
  now: number,
  answer: AwaitedAnswer,
  timeoutMs: number,
): number {
  c.lastRequestId += 1;
  c.awaited = { requestId: c.lastRequestId, answer };
  c.timers.set('request', now + timeoutMs);
  return c.lastRequestId;
}

export function findMeeting(c: CallContext, now: number, by: MeetingKey): readonly CallOutput[] {
  const requestId = beginRequest(c, now, 'meeting', c.settings.requestTimeoutMs);
  return [{ do: 'find-meeting', requestId, by }];
}

/** 200 OK, which the engine may take only so long for. */
export function answer(c: CallContext, now: number): readonly CallOutput[] {
  // A call of ours is answered when somebody picks up.
  const ringsMs = c.route.kind === 'dial-out' ? c.route.ringLimitMs : 0;
  c.timers.set('request', now + ringsMs + c.settings.requestTimeoutMs);
  return [{ do: 'answer' }];
}

export function createCallContext(
  route: Route,
  settings: CallSettings,
  surroundings: Surroundings,
): CallContext {
  const language = 'language' in route ? route.language : undefined;
  const speaker = createSpeaker(language ?? settings.defaultLanguage, settings.utteranceGuardMs);
  const c: CallContext = {
    route,
    settings,
    surroundings,
    timers: createNamedTimers<TimerName>(),
    speaker,
    ivr: createIvrMachine(settings.ivr),
    waiting: createWaitingMachine(speaker, settings.waitLimitMs, settings.keys),
    inMeeting: createMeetingMachine({
      speaker,
      admissionWords: settings.admissionWords,
      aloneAfterMs: settings.aloneAfterMs,
      companions: () => (c.meeting === undefined ? 0 : surroundings.companions(c.meeting.callId)),
      isHost: () => c.role === 'host',
      keyTable: settings.keys,
      options: () => c.meeting?.options,
      hostKeys: createHostKeys({
        speaker,
        meeting: () => c.meeting,
        waiting: (callId) => surroundings.waitingCallers(callId),
        phonesMuted: (callId) => surroundings.phonesMuted(callId),
        phonesIn: (callId) => surroundings.phonesIn(callId),
        people: () => c.inMeeting.people(),
      }),
      somebodyWaits: () =>
        c.meeting !== undefined && surroundings.waitingCallers(c.meeting.callId).length > 0,
    }),
    earlyDigits: [],
    phase: 'new',
    state: 'ringing',
    journalBegun: false,
    acknowledged: false,
    legGone: false,
    confirmed: false,
    languageChosen: language !== undefined,
    heldSince: undefined,
    lastRequestId: 0,
    awaited: undefined,
    meeting: undefined,
    media: undefined,
    role: 'guest',
    pin: undefined,
    letIn: false,
    vouched: false,
    asking: undefined,
    mutedByHost: false,
    hostLeft: false,
    answersEntry: true,
    guesses: 0,
    phoneNumber: 0,
    joinAttempts: 0,
    answeredAt: undefined,
    joinedAt: undefined,
    endedAt: undefined,
    termination: undefined,
  };
  return c;
}
