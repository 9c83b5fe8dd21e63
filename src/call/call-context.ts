/** The whole state of one call's machine, see call-machine.ts. Its parts change it and each other's none. */
import type { Phrase } from '../ivr/phrase.ts';
import { createIvrMachine, type IvrMachine } from '../ivr/ivr-machine.ts';
import type { Identification } from '../meeting/identify.ts';
import type { Invitee, Role } from '../meeting/invitee.ts';
import type { Aside } from './call-aside.ts';
import type { Move } from './call-move.ts';
import type { CallInput, CallSettings, Route, Surroundings } from './call-messages.ts';
import type { Desk } from './call-desk-begin.ts';
import { createInMeeting, createWaiting } from './call-parts.ts';
import type { Asking } from './call-question.ts';
import { createHostClaim, type HostClaim } from './host-claim.ts';
import type { MissingPicture } from './host-act.ts';
import type { LegId } from './identifiers.ts';
import type { MeetingMachine } from './meeting-machine.ts';
import { createNamedTimers, type NamedTimers } from './named-timers.ts';
import type { CallId } from './identifiers.ts';
import type { ShownPerson } from './person.ts';
import type { CallState, InterpretedTime, Termination } from './ports/call-records.ts';
import type { Meeting } from './ports/meetings.ts';
import type { AnsweredMedia, Digit } from './ports/sip-engine.ts';
import { createSpeaker, type Speaker } from './speaker.ts';
import type { WaitingMachine } from './waiting-machine.ts';

export type CallPhase =
  | 'new'
  | 'looking'
  | 'ringing'
  | 'confirming'
  | 'ivr'
  | 'asking'
  | 'testing'
  | 'desk'
  | 'finding'
  | 'waiting'
  | 'seating'
  | 'joining'
  | 'meeting'
  /** In a private word, out of the meeting. */
  | 'aside'
  | 'goodbye'
  | 'ended';

export type TimerName =
  | 'limit'
  | 'ivr-limit'
  | 'ring'
  | 'request'
  | 'join-retry'
  | 'goodbye'
  | 'aside-alone'
  | 'five-minutes';

/** The input that answers a request. */
export type AwaitedAnswer = Extract<
  CallInput['type'],
  'meeting' | 'seat' | 'joined' | 'desk' | 'sound-tested'
>;

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
  /** The caller's own key goes before the invitee's, that before the number's and the meeting's. */
  languageFrom: 'nowhere' | 'number' | 'invitee' | 'key';
  heldSince: number | undefined;
  lastRequestId: number;
  /** The one request that is under way: any other answer is ignored. */
  awaited: { readonly requestId: number; readonly answer: AwaitedAnswer } | undefined;
  meeting: Meeting | undefined;
  media: AnsweredMedia | undefined;
  role: Role;
  /** Who it is, where a PIN or a number shows it. */
  invitee: Invitee | undefined;
  identification: Identification;
  /** At this phone, as a host counted them. */
  people: number;
  /** As the room shows the caller; undefined: not shown, or not any more as it should be. */
  shown: ShownPerson | undefined;
  /** When an interpreter was in the meeting. */
  interpreting: readonly InterpretedTime[];
  /** The earlier call of the same person, which ends when this one is in. */
  replaces: LegId | undefined;
  readonly hostClaim: HostClaim;
  /** How often a host PIN was keyed in vain. */
  wrongClaims: number;
  pin: string | undefined;
  letIn: boolean;
  /** A host had this person called: no PIN is asked. */
  vouched: boolean;
  /** The question that a key answers, in phase 'asking'. */
  asking: Asking | undefined;
  /** The service desk that is being talked to. */
  desk: Desk | undefined;
  /** What the hosts were told of missing pictures. */
  pictureTold: MissingPicture | undefined;
  mutedByHost: boolean;
  /** The last host left: whoever is no host waits for one. */
  hostLeft: boolean;
  /** The caller was told that the meeting is being recorded. */
  recordingTold: boolean;
  /** Whether a refusal now answers something keyed in, and so may be a guess. */
  answersEntry: boolean;
  guesses: number;
  phoneNumber: number;
  joinAttempts: number;
  /** The private word the caller is in. */
  aside: Aside | undefined;
  /** The move to another meeting that is under way. */
  move: Move | undefined;
  /** What the next join says in place of the words of admission. */
  welcome: readonly Phrase[] | undefined;
  /** What the caller was in meetings they were moved out of. */
  readonly roles: Map<CallId, Role>;
  /** As the host renamed them. */
  name: string | undefined;
  startedAt: number;
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

export function createCallContext(
  route: Route,
  settings: CallSettings,
  surroundings: Surroundings,
): CallContext {
  const language = 'language' in route ? route.language : undefined;
  const speaker = createSpeaker(
    language ?? settings.defaultLanguage,
    settings.utteranceGuardMs,
    surroundings.supportCode,
  );
  const c: CallContext = {
    route,
    settings,
    surroundings,
    timers: createNamedTimers<TimerName>(),
    speaker,
    ivr: createIvrMachine(settings.ivr),
    waiting: createWaiting(() => c, settings, speaker),
    inMeeting: createInMeeting(() => c, settings, speaker, surroundings),
    earlyDigits: [],
    phase: 'new',
    state: 'ringing',
    journalBegun: false,
    acknowledged: false,
    legGone: false,
    confirmed: false,
    languageFrom: language === undefined ? 'nowhere' : 'number',
    heldSince: undefined,
    lastRequestId: 0,
    awaited: undefined,
    meeting: undefined,
    media: undefined,
    role: 'guest',
    invitee: undefined,
    identification: 'unknown phone',
    people: 1,
    shown: undefined,
    interpreting: [],
    replaces: undefined,
    hostClaim: createHostClaim(settings.ivr),
    wrongClaims: 0,
    pin: undefined,
    letIn: false,
    vouched: false,
    asking: undefined,
    desk: undefined,
    pictureTold: undefined,
    mutedByHost: false,
    hostLeft: false,
    recordingTold: false,
    answersEntry: true,
    guesses: 0,
    phoneNumber: 0,
    joinAttempts: 0,
    aside: undefined,
    move: undefined,
    welcome: undefined,
    roles: new Map(),
    name: undefined,
    startedAt: 0,
    answeredAt: undefined,
    joinedAt: undefined,
    endedAt: undefined,
    termination: undefined,
  };
  return c;
}
