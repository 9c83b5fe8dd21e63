/**
 * What the core asks of the world. Adapters (`sip`, `bridge`, `store`, `http`) implement or use
 * these types and never each other; `gateway.ts` puts them together.
 *
 * Units are in the names. Times named `…At` are epoch milliseconds.
 */
import type { CallId, LegId, RoomName, SipCallId } from './identifiers.ts';
import type { Language } from '../ivr/language.ts';
import type { PhraseKey } from '../ivr/manuscript.ts';

// ---------------------------------------------------------------- time and logs

/** Time as an input: the process clock in production, a manual one in tests. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once at or after `at`; returns the way to take that back. */
  at(at: number, callback: () => void): () => void;
}

/** The part of pino that the core uses: fields first, then a constant lower-case phrase. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

// ---------------------------------------------------------------- a SIP engine and its legs

/** What an INVITE said, reduced to what decides about the call. Never logged whole. */
export interface CallInvitation {
  readonly legId: LegId;
  readonly sipCallId: SipCallId;
  readonly source: {
    readonly address: string;
    readonly port: number;
    readonly transport: 'udp' | 'tcp' | 'tls';
  };
  /** User part of From (or P-Asserted-Identity), undefined where withheld or absent. */
  readonly callerNumber: string | undefined;
  /** User and host of the Request-URI, percent-decoded; the user may be empty. */
  readonly dialled: { readonly user: string; readonly host: string };
  /** Whether the signalling came over TLS. */
  readonly signallingEncrypted: boolean;
  /** The trunk it came by, as the trunk settings name it; undefined: by none. */
  readonly trunk?: string | undefined;
  /** Its source gave wrong credentials too often: it is refused, and counted so. */
  readonly unauthorised?: true;
}

/** Something a leg can play. Units of speech are prompt files, see `src/ivr/manuscript.ts`. */
export type Sound =
  | { readonly kind: 'silence'; readonly ms: number }
  | { readonly kind: 'tone'; readonly hz: number; readonly ms: number; readonly levelDbm0: number }
  | { readonly kind: 'prompt'; readonly language: Language; readonly file: string }
  /** The waiting music, softly and without end. */
  | { readonly kind: 'music' };

/** Sounds played in order; `utteranceId` comes back in the leg's `played` event. */
export interface Utterance {
  readonly utteranceId: number;
  /** For the record and the terminal caller's report: what is being said. */
  readonly phrases: readonly PhraseKey[];
  readonly sounds: readonly Sound[];
}

export type DigitSource = 'telephone-event' | 'info' | 'in-band';
/** One of 0-9, *, #, A-D. */
export type Digit = string;

/** Everything a leg tells its call, in order. After `ended` nothing more comes. */
export type LegEvent =
  /** The caller's ACK came: media flows. */
  | { readonly type: 'confirmed' }
  | { readonly type: 'digit'; readonly digit: Digit; readonly source: DigitSource }
  /** The utterance was heard to its end (not when it was stopped or replaced). */
  | { readonly type: 'played'; readonly utteranceId: number }
  | { readonly type: 'held' }
  | { readonly type: 'resumed' }
  /** The link to the meeting's room: lost and found again, or gone for good. */
  | { readonly type: 'room-lost' }
  | { readonly type: 'room-recovered' }
  | { readonly type: 'room-left'; readonly reason: RoomLeftReason }
  /** Nobody but this node's callers is in the room / somebody is. */
  | { readonly type: 'room-audience'; readonly others: number }
  /** The room's side closed the caller's microphone (it is closed), or would have it open again. */
  | { readonly type: 'muted-by-room' }
  | { readonly type: 'unmuted-by-room' }
  /** The caller is in a room, muted, and has spoken for two seconds. */
  | { readonly type: 'talking-muted' }
  /** No RTP from the caller for the configured time (not while held). */
  | { readonly type: 'media-timeout' }
  /** The SIP side is over, whoever began it. Exactly once. */
  | { readonly type: 'ended'; readonly cause: LegEndCause };

/** Why a participant's room link is gone for good. `encrypted`: the room is end-to-end encrypted. */
export type RoomLeftReason =
  'removed' | 'room-deleted' | 'duplicate-identity' | 'encrypted' | 'rejected' | 'unreachable';

/** How the SIP side of a leg ended. */
export type LegEndCause =
  | { readonly by: 'caller'; readonly how: 'cancel' | 'bye' }
  | { readonly by: 'gateway'; readonly how: 'refused' | 'bye' }
  | {
      readonly by: 'network';
      readonly how:
        'no-ack' | 'session-expired' | 'transport' | 'no-answer' | 'rejected' | 'engine-lost';
      readonly sipStatus?: number;
    };

/** How one leg is protected on its way to us. */
export interface LegSecurity {
  readonly signalling: 'udp' | 'tcp' | 'tls';
  readonly media: 'rtp' | 'srtp';
  readonly suite?: SrtpSuite | undefined;
}

export interface AnsweredMedia {
  readonly codec: string;
  /** The sound is encrypted, and its keys travelled encrypted. */
  readonly encrypted: boolean;
  readonly security?: LegSecurity | undefined;
}

/** Reception quality of one direction, as the record keeps it. */
export interface Quality {
  readonly packets: number;
  readonly lost: number;
  readonly lossPct: number;
  readonly jitterMs: number;
  /** E-model estimate, 1 to 4.5. */
  readonly mos: number;
}
export interface LegQuality {
  /** From the caller to us. */
  readonly up: Quality;
  /** From us to the caller, as the caller's RTCP reports it; undefined without reports. */
  readonly down: Quality | undefined;
  /** Packets dropped by SRTP: without the key, or a second time. Only where it is on. */
  readonly rejected?: { readonly forged: number; readonly replayed: number } | undefined;
}

/** Where and as whom a caller joins. */
export interface RoomTarget {
  readonly room: RoomName;
  readonly identity: string;
  /** Shown to the others: "Phone 1" or the invitee's name. */
  readonly name: string;
  /** `sip.*` attributes; the number in them is masked. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly muted: boolean;
}

export type JoinOutcome =
  { readonly joined: true } | { readonly joined: false; readonly reason: RoomLeftReason };

/**
 * One call on a SIP engine, with its sound. All methods are idempotent and never throw for what a
 * peer did; calls on an ended leg do nothing.
 */
export interface CallLeg {
  readonly invitation: CallInvitation;
  /** 180 Ringing. */
  ring(): void;
  /**
   * 200 OK with our SDP. `refused`: no common codec or unusable SDP (488 was sent);
   * `gone`: the call ended first. Resolves when the 200 is sent; `confirmed` follows with the ACK.
   */
  answer(): Promise<
    | { readonly outcome: 'answered'; readonly media: AnsweredMedia }
    | { readonly outcome: 'refused'; readonly sipStatus: number }
    | { readonly outcome: 'gone' }
  >;
  /** A final refusal before answer. */
  refuse(
    sipStatus: number,
    options?: { readonly reason?: string; readonly retryAfterS?: number },
  ): void;
  /** Plays from now on, in place of whatever was playing. In the room it is heard over the ducked room. */
  play(utterance: Utterance): void;
  stopPlaying(): void;
  /** Joins the room: the room is heard as soon as it can be; `muted` says whether the caller is. */
  join(target: RoomTarget): Promise<JoinOutcome>;
  leaveRoom(): Promise<void>;
  /** Whether the caller's sound goes into the room (and to this node's other callers). */
  setMuted(muted: boolean): void;
  /** Loudness of the room at the caller's ear. */
  setVolumeDb(volumeDb: number): void;
  quality(): Promise<LegQuality>;
  /** BYE (or CANCEL, or a final refusal: what the state asks for), then media is freed. */
  hangUp(): void;
  /** One listener, set when the leg is handed over; a listener's throw never reaches the engine. */
  onEvent(listener: (event: LegEvent) => void): void;
}

/** A SIP engine: sockets, dialogs and the legs' sound, behind one face for every implementation. */
export interface SipEngine {
  readonly kind: 'embedded' | 'drachtio';
  /** Where calls reach this engine, as SIP URIs; known after `start`. */
  readonly addresses: readonly string[];
  /** Begins listening; each INVITE that begins a call is handed to `onCall`, 100 Trying already sent. */
  start(onCall: (leg: CallLeg) => void): Promise<void>;
  /** How the trunks are doing, where there are any. */
  trunks?(): readonly TrunkStatus[];
  /** Gauges that return to zero when all calls are over. */
  gauges(): Readonly<Record<string, number>>;
  /** Idempotent; never rejects. Live legs are ended by the core before this. */
  close(): Promise<void>;
}

/** One trunk as the engine sees it; undefined: the trunk is not registered with, or not watched. */
export interface TrunkStatus {
  readonly name: string;
  readonly registered: boolean | undefined;
  /** Whether it answers OPTIONS; `unknown` before the first answer is due. */
  readonly peer: 'unknown' | 'up' | 'down' | undefined;
}

// ---------------------------------------------------------------- media

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Crypto suites of SRTP, by their names in SDP: RFC 4568 §6.2, RFC 6188, RFC 7714. */
export type SrtpSuite =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

/** What one side encrypts with. Never logged. */
export interface SrtpKey {
  /** 16 or 32 bytes, as the suite says. */
  readonly masterKey: Uint8Array;
  /** 14 bytes, 12 for the AEAD suites. */
  readonly masterSalt: Uint8Array;
}

/** `local`: for what we send; `remote`: for what we receive. */
export interface MediaCrypto {
  readonly suite: SrtpSuite;
  readonly local: SrtpKey;
  readonly remote: SrtpKey;
}

/** The sound of one leg as offer and answer settled it (RFC 3264), seen from our side. */
export interface MediaSession {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteRtcpPort: number;
  readonly rtcpMux: boolean;
  readonly codec: 'PCMU' | 'PCMA';
  readonly payloadType: number;
  /** Payload types of telephone-event/8000 (RFC 4733) each way; undefined: keys may come in-band. */
  readonly telephoneEventPayloadType: number | undefined;
  /** Comfort noise, RFC 3389; undefined where not negotiated. */
  readonly comfortNoisePayloadType: number | undefined;
  readonly direction: MediaDirection;
  /** SRTP; without it sound goes in the clear. */
  readonly crypto?: MediaCrypto | undefined;
}

export type MediaEvent =
  | Extract<
      LegEvent,
      {
        type:
          | 'digit'
          | 'played'
          | 'room-lost'
          | 'room-recovered'
          | 'room-left'
          | 'room-audience'
          | 'muted-by-room'
          | 'unmuted-by-room'
          | 'talking-muted'
          | 'media-timeout';
      }
    >
  /** The first RTP packet from the caller. */
  | { readonly type: 'first-rtp' };

/** One RTP port on a media worker and all that is done with it. Methods as in `CallLeg`. */
export interface MediaLeg {
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** After each offer/answer exchange. RTP to the caller starts with `start`. */
  configure(session: MediaSession): void;
  /** The ACK came: silence flows within 40 ms. */
  start(): void;
  play(utterance: Utterance): void;
  stopPlaying(): void;
  join(target: RoomTarget): Promise<JoinOutcome>;
  leaveRoom(): Promise<void>;
  setMuted(muted: boolean): void;
  setVolumeDb(volumeDb: number): void;
  quality(): Promise<LegQuality>;
  onEvent(listener: (event: MediaEvent) => void): void;
  /** Idempotent, never rejects; the port is free again when it resolves. */
  close(): Promise<void>;
}

/** The media workers, seen from the main thread. */
export interface MediaBridge {
  /** Binds an RTP/RTCP port pair on `localAddress`. Rejects with `media/no-port` when none is free. */
  openLeg(legId: LegId, localAddress: string): Promise<MediaLeg>;
  gauges(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- LiveKit rooms, seen from the core

export interface RoomState {
  readonly exists: boolean;
  /** Participants who are not hidden and not of this gateway's nodes. */
  readonly others: number;
  readonly endToEndEncrypted: boolean;
}

/** The meeting server's own API. Rejects with `room/unreachable` when it does not answer in time. */
export interface RoomAdmin {
  ensureRoom(room: RoomName): Promise<void>;
  roomState(room: RoomName): Promise<RoomState>;
  removeParticipant(room: RoomName, identity: string): Promise<void>;
  /** Sets the attributes named, others stay; '' takes one away. Nothing where the participant is not there. */
  setAttributes(
    room: RoomName,
    identity: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Removes every participant this node left behind in a former life (identities `ringbro:{nodeId}:…`). */
  removeStale(identityPrefix: string, keep: (identity: string) => boolean): Promise<number>;
  deleteRoom(room: RoomName): Promise<void>;
}

// ---------------------------------------------------------------- meetings and records

export type Admission = 'open' | 'host' | 'lobby';
export type AfterHostLeaves = 'lobby' | 'end' | 'continue';

export interface Meeting {
  readonly callId: CallId;
  readonly title: string | undefined;
  readonly videoAddress: string | undefined;
  readonly room: RoomName;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
  readonly timeZone: string;
  readonly guestPin: string | undefined;
  readonly hostPin: string | undefined;
  readonly admission: Admission;
  readonly afterHostLeaves: AfterHostLeaves;
  readonly maxParticipants: number | undefined;
  readonly phonesAllowed: boolean;
  readonly locked: boolean;
  readonly language: Language | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type SeatOutcome =
  /** `number`: the lowest free number among the phones of this meeting, for "Phone 1". */
  | { readonly seated: true; readonly number: number }
  | { readonly seated: false; readonly reason: 'full' | 'gone' };

export interface MeetingDirectory {
  byCallId(callId: CallId): Promise<Meeting | undefined>;
  byVideoAddress(address: string): Promise<Meeting | undefined>;
  /** One transaction over all nodes of the store. A seat taken twice by one leg is the same seat. */
  takeSeat(callId: CallId, legId: LegId): Promise<SeatOutcome>;
  releaseSeat(legId: LegId): Promise<void>;
}

/** What a meeting is made from. Without `callId` or `room` the store makes random ones. */
export interface MeetingDraft extends Omit<
  Meeting,
  'callId' | 'room' | 'locked' | 'createdAt' | 'updatedAt'
> {
  readonly callId: CallId | undefined;
  readonly room: RoomName | undefined;
}
/** A key that is there is set, `undefined` included; a key that is not there stays. */
export type MeetingChanges = Partial<Omit<Meeting, 'callId' | 'room' | 'createdAt' | 'updatedAt'>>;

export type MeetingOutcome =
  | { readonly done: true; readonly meeting: Meeting }
  /** Somebody else has this value. */
  | { readonly done: false; readonly reason: 'callId' | 'room' | 'videoAddress' }
  | { readonly done: false; readonly reason: 'not-found' };

/** The booked meetings, as the API writes and reads them. */
export interface MeetingBook extends MeetingDirectory {
  create(draft: MeetingDraft): Promise<MeetingOutcome>;
  change(callId: CallId, changes: MeetingChanges): Promise<MeetingOutcome>;
  /** Newest first; `after` is the last one of the page before. */
  list(page: {
    readonly limit: number;
    readonly after: { readonly createdAt: number; readonly callId: CallId } | undefined;
  }): Promise<readonly Meeting[]>;
  /** False where there was none. */
  remove(callId: CallId): Promise<boolean>;
  /** A new random room name, so that old tokens lead nowhere; a room chosen by the API keeps its own. */
  renewRoom(callId: CallId): Promise<MeetingOutcome>;
}

/** What a host does to a meeting as a whole, for the callers of all nodes. Rejects where it was not done. */
export interface MeetingActions {
  setLocked(callId: CallId, locked: boolean): Promise<void>;
  /** Ends it for all: the room is closed and gets a new name. */
  end(callId: CallId): Promise<void>;
}

export type CallState = 'ringing' | 'ivr' | 'waiting' | 'joined' | 'ended';

/** One line of a call's story. `event` is from the list in `src/call/timeline.ts`; fields hold no secrets. */
export interface TimelineEntry {
  readonly at: number;
  readonly event: string;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
}

export type TerminationResult = 'completed' | 'abandoned' | 'refused' | 'failed' | 'server-error';
export type TerminationParty = 'caller' | 'host' | 'meeting' | 'gateway' | 'network' | 'operator';

/** How a call ended; `reason` is one of the documented list, `docs/errors.md`. */
export interface Termination {
  readonly result: TerminationResult;
  readonly reason: string;
  readonly by: TerminationParty;
}

export interface CallRecord {
  readonly legId: LegId;
  readonly sipCallId: SipCallId;
  readonly nodeId: string;
  readonly engine: 'embedded' | 'drachtio';
  readonly direction: 'inbound' | 'outbound';
  /** Masked caller number, or undefined where withheld. */
  readonly from: string | undefined;
  readonly to: string;
  readonly callId: CallId | undefined;
  readonly room: RoomName | undefined;
  readonly state: CallState;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly joinedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly termination: Termination | undefined;
  readonly codec: string | undefined;
  readonly encrypted: boolean;
  readonly security?: LegSecurity | undefined;
  readonly quality: LegQuality | undefined;
  readonly timeline: readonly TimelineEntry[];
}

/** Which calls to find: every key that is there has to match. */
export interface CallQuery {
  readonly state?: 'live' | 'waiting' | 'ended';
  readonly callId?: CallId;
  /** `startedAt` at or after. */
  readonly from?: number;
  /** `startedAt` before. */
  readonly to?: number;
  readonly result?: TerminationResult;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after?: { readonly startedAt: number; readonly legId: LegId };
}

/** The stored calls of all nodes, newest first. */
export interface CallLog {
  list(query: CallQuery): Promise<readonly CallRecord[]>;
  get(legId: LegId): Promise<CallRecord | undefined>;
}

/**
 * Where calls are written. `begin` must be durable before 200 OK is sent; the others are ordered
 * after it and never lost while the disk holds, whatever the store does.
 */
export interface CallJournal {
  /** Resolves when durable; rejects with `journal/unwritable`: then the call is refused with 503. */
  begin(record: CallRecord): Promise<void>;
  /** The whole record as it is now; the latest wins. */
  update(record: CallRecord): void;
  /** Exactly once a call. Resolves when durable. */
  end(record: CallRecord): Promise<void>;
}

// ---------------------------------------------------------------- several nodes

/**
 * Short messages between the gateway nodes that share a store. Each goes to every node that listens
 * just then, the sender included, in the order of the sender.
 */
export interface NodeBus {
  /** Rejects with a `StoreError` when it was not sent. */
  send(message: string): Promise<void>;
  onMessage(listener: (message: string) => void): void;
  /** Messages may have been missed. */
  onResumed(listener: () => void): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** An answer that let nobody in; `source` as `GuessLog.hide` made it. */
export interface Guess {
  readonly at: number;
  readonly source: string | undefined;
}

/** The guesses of all nodes, for those that start later. */
export interface GuessLog {
  /** A source in a form that may leave the process: the same on all nodes, and no number. */
  hide(source: string): string;
  add(guess: Guess): Promise<void>;
  /** Those at or after `from`, oldest first. */
  since(from: number): Promise<readonly Guess[]>;
}
