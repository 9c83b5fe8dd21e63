/** What goes into a call's machine and what comes out of it. */
import type { CommandKeyTable } from './command-keys.ts';
import type { CompanyChange } from './company-signal.ts';
import type { HostAct, PhoneInMeeting, WaitingCaller } from './host-act.ts';
import type { HostMessage } from './host-message.ts';
import type { CallId, InviteeId, LegId, RoomName } from './identifiers.ts';
import type { CallDetails, Termination } from './ports/call-records.ts';
import type { Meeting, SeatClaim, SeatOutcome } from './ports/meetings.ts';
import type { CallAgain } from './ports/peers.ts';
import type { ShownPerson } from './person.ts';
import type {
  AnsweredMedia,
  Digit,
  JoinOutcome,
  LegEvent,
  PictureState,
  ShownFirst,
  SoundReport,
} from './ports/sip-engine.ts';
import type { Language } from '../ivr/language.ts';
import type { Phrase } from '../ivr/phrase.ts';
import type { IvrSettings } from '../ivr/ivr-machine.ts';
import type { TimelineEvent, TimelineFields } from './timeline.ts';

/** Where a call that passed the screening goes. */
export type Route =
  | { readonly kind: 'ivr'; readonly language: Language | undefined }
  /** A test of the caller's sound. */
  | { readonly kind: 'test'; readonly language: Language | undefined }
  | { readonly kind: 'call-id'; readonly callId: CallId }
  /** A call of ours: whoever answers is asked to join this meeting. */
  | {
      readonly kind: 'dial-out';
      readonly callId: CallId;
      readonly language: Language | undefined;
      /** How they show in the room. */
      readonly name: string | undefined;
      readonly ringLimitMs: number;
    }
  /** `otherwise`: what happens where no meeting has the address. */
  | {
      readonly kind: 'video-address';
      readonly address: string;
      readonly otherwise: 'ivr' | 'refuse';
    };

/** Durations in milliseconds; each one bounds a wait of the machine. */
export interface CallSettings {
  readonly ivr: IvrSettings;
  readonly defaultLanguage: Language;
  /** 'tone': the caller is heard after a tone alone, 'full': after the words of admission. */
  readonly admissionWords: 'full' | 'tone';
  /** How long it rings before the answer; 0: not at all. */
  readonly ringMs: number;
  readonly maxCallMs: number;
  readonly ivrLimitMs: number;
  readonly waitLimitMs: number;
  /** For the journal, the store and the answer. */
  readonly requestTimeoutMs: number;
  /** A little more than Timer H (64*T1 = 32 s), at which the engine gives up on the ACK. */
  readonly confirmTimeoutMs: number;
  readonly joinTimeoutMs: number;
  readonly joinRetryMs: number;
  readonly joinTries: number;
  /** The longest that an utterance is believed to be playing. */
  readonly utteranceGuardMs: number;
  readonly goodbyeGuardMs: number;
  readonly aloneAfterMs: number;
  /** There is somebody to call for help. */
  readonly hasServiceDesk: boolean;
  /** Whoever keys this in tests their sound; undefined: nobody does. */
  readonly testCallId?: CallId | undefined;
  /** Which key stands for which command; undefined: as in command-keys.ts. */
  readonly keys?: CommandKeyTable | undefined;
}

export const waitWordsFirstMs = 60_000;
export const waitWordsThenMs = 120_000;

export type CallInput =
  | Exclude<LegEvent, { type: 'quality' }>
  | { readonly type: 'start' }
  | { readonly type: 'journal-begun' }
  | { readonly type: 'journal-failed' }
  | { readonly type: 'answered'; readonly media: AnsweredMedia }
  /** The engine refused the offer itself. */
  | { readonly type: 'not-answered'; readonly sipStatus: number }
  | { readonly type: 'meeting'; readonly requestId: number; readonly meeting: Meeting | undefined }
  | { readonly type: 'seat'; readonly requestId: number; readonly seat: SeatOutcome }
  | { readonly type: 'store-failed'; readonly requestId: number }
  | { readonly type: 'joined'; readonly requestId: number; readonly outcome: JoinOutcome }
  | { readonly type: 'admit'; readonly by: 'host' | 'operator' }
  | { readonly type: 'refuse' }
  | { readonly type: 'hang-up'; readonly by: 'host' | 'operator' }
  | { readonly type: 'mute'; readonly muted: boolean }
  /** The meeting's booking changed: lock, admission, times. */
  | { readonly type: 'meeting-changed'; readonly meeting: Meeting }
  /** The meeting was ended for all, or deleted. */
  | { readonly type: 'meeting-over' }
  /** Somebody waits to be let in. For hosts. */
  | { readonly type: 'knock' }
  /** The picture of a video room went missing. For hosts. */
  | { readonly type: 'picture-missing' }
  /** What the host wanted done to others was not. */
  | { readonly type: 'host-act-failed' }
  /** The last host is gone, and the meeting has its guests wait for one. */
  | { readonly type: 'host-left' }
  /** Somebody else of this meeting came or went: hosts and callers are to be looked at anew. */
  | { readonly type: 'company-changed' }
  /** One of the fixed sentences, to one who waits. */
  | { readonly type: 'message'; readonly message: HostMessage }
  /** A private word in this side room, for the host and for one who waits; and the end of it. */
  | { readonly type: 'aside'; readonly room: RoomName }
  | { readonly type: 'end-aside' }
  /** To another meeting, as one who is let in. */
  | { readonly type: 'move'; readonly callId: CallId }
  | { readonly type: 'rename'; readonly name: string }
  /** The same person is in by a newer call, or waits with one. */
  | { readonly type: 'superseded' }
  /** As many people are at this phone. */
  | { readonly type: 'people'; readonly count: number }
  /** Whether the desk and the caller are together now. */
  | { readonly type: 'desk'; readonly requestId: number; readonly answered: boolean }
  /** Whether the meeting server says that the room is being recorded. Comes again and again. */
  | { readonly type: 'recording'; readonly on: boolean }
  /** The desk hung up, or its line broke. */
  | { readonly type: 'desk-over' }
  | {
      readonly type: 'sound-tested';
      readonly requestId: number;
      readonly report: SoundReport | undefined;
    }
  | { readonly type: 'drain' }
  | { readonly type: 'bug' }
  | { readonly type: 'timeout' };

export type CallOutput =
  | { readonly do: 'ring' }
  | { readonly do: 'begin-journal' }
  | { readonly do: 'answer' }
  | { readonly do: 'refuse'; readonly sipStatus: number }
  | {
      readonly do: 'play';
      readonly utteranceId: number;
      readonly language: Language;
      readonly phrases: readonly Phrase[];
      /** Time since the ACK where these are the call's first sounds, else undefined. */
      readonly openingElapsedMs: number | undefined;
      /** A tone after the words: the microphone opens. */
      readonly tone: boolean;
      /** Two tones: somebody came or left. */
      readonly signal?: CompanyChange;
    }
  /** Until something else is played. */
  | { readonly do: 'play-music'; readonly utteranceId: number }
  | { readonly do: 'stop-playing' }
  | { readonly do: 'find-meeting'; readonly requestId: number; readonly by: MeetingKey }
  | {
      readonly do: 'take-seat';
      readonly requestId: number;
      readonly meeting: Meeting;
      readonly claim: Omit<SeatClaim, 'others'>;
    }
  /** In the room, with the name where that changed. */
  | { readonly do: 'show-person'; readonly person: ShownPerson; readonly renamed: boolean }
  /** It is known who calls: their earlier calls that wait give way. */
  | ({ readonly do: 'called-again' } & Omit<CallAgain, 'legId'>)
  /** The earlier call of the same person is over. */
  | { readonly do: 'supersede'; readonly legId: LegId }
  | {
      readonly do: 'join';
      readonly requestId: number;
      readonly meeting: Meeting;
      /** The caller is "Phone {number}". */
      readonly number: number;
    }
  /** The side room of a private word; the answer is `joined`. */
  | { readonly do: 'join-aside'; readonly requestId: number; readonly room: RoomName }
  /** A side room that nobody needs any more. */
  | { readonly do: 'close-room'; readonly room: RoomName }
  | { readonly do: 'leave-room' }
  | { readonly do: 'set-muted'; readonly muted: boolean }
  | { readonly do: 'set-volume'; readonly volumeDb: number }
  /** What comes first on the device's screen while somebody shares theirs. */
  | { readonly do: 'show-first'; readonly what: ShownFirst }
  /** Shows in the room, since `at` (epoch milliseconds). */
  | { readonly do: 'show-hand'; readonly raised: boolean; readonly at: number }
  /** In the room, and to its hosts: how the caller's pictures are. */
  | { readonly do: 'show-picture-state'; readonly state: PictureState }
  /** Into the room as LiveKit's SIP DTMF message. Never logged. */
  | { readonly do: 'send-key'; readonly digit: Digit }
  | { readonly do: 'host-act'; readonly act: HostAct }
  | { readonly do: 'call-desk'; readonly requestId: number; readonly language: Language }
  | { readonly do: 'end-desk' }
  | { readonly do: 'test-sound'; readonly requestId: number }
  | { readonly do: 'count-guess' }
  /** Into the record. */
  | { readonly do: 'keep'; readonly details: CallDetails }
  | { readonly do: 'note'; readonly event: TimelineEvent; readonly fields?: TimelineFields }
  | { readonly do: 'hang-up' }
  /** Always last, exactly once. */
  | { readonly do: 'finish'; readonly termination: Termination };

/** Never logged. */
export type MeetingKey =
  | { readonly kind: 'call-id'; readonly callId: CallId }
  | { readonly kind: 'video-address'; readonly address: string };

/** What a machine asks about the world at the moment it decides. Answers at once, changes nothing. */
export interface Surroundings {
  /** Whether refusals must sound alike now, see guess-limiter.ts. */
  guessesExceeded(now: number): boolean;
  hostPresent(callId: CallId): boolean;
  /** This node's other callers in the meeting. */
  companions(callId: CallId): number;
  /** Beside the other callers themselves, those who share their phones, on this node. */
  extraPeople(callId: CallId): number;
  /** Whom a host on the phone can let in, in the order in which they called. */
  waitingCallers(callId: CallId): readonly WaitingCaller[];
  /** The other phones in the meeting, of all nodes. */
  phonesIn(callId: CallId): readonly PhoneInMeeting[];
  /** Those of them, but the caller, whose pictures are missing. */
  roomsWithoutPicture?(callId: CallId): readonly PhoneInMeeting[];
  /** Whether this name can be said in this meeting now. */
  canSay?(callId: CallId, name: string): boolean;
  /** This node's other callers in the side room of a private word. */
  asideCompanions(room: RoomName): number;
  /** Whether every phone in the meeting but the hosts' was muted by a host. */
  phonesMuted(callId: CallId): boolean;
  /** The meeting in which this number's line broke just now; once. */
  brokenLine?(number: string): CallId | undefined;
  /** Whether this caller was removed from the meeting before. */
  mustKnock(callId: CallId, invitee: InviteeId | undefined): boolean;
  /** What the caller hears by star zero, and help finds the call by. */
  readonly supportCode?: string | undefined;
  /** The caller's number, where the trunk vouches for it. */
  readonly vouchedNumber?: string | undefined;
}
