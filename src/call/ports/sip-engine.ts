/** A SIP engine and its legs: one face for every implementation. */
import type { Language } from '../../ivr/language.ts';
import type { PhraseKey } from '../../ivr/manuscript.ts';
import type { LegId, RoomName, SipCallId } from '../identifiers.ts';
import type { SrtpSuite } from './media.ts';

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
  /** The number stands in an identity header of a peer whose word counts (RFC 3325 §7). */
  readonly vouched?: boolean | undefined;
  /** User and host of the Request-URI, percent-decoded; the user may be empty. */
  readonly dialled: { readonly user: string; readonly host: string };
  /** Whether the signalling came over TLS. */
  readonly signallingEncrypted: boolean;
  /** The trunk it came by, as the trunk settings name it; undefined: by none. */
  readonly trunk?: string | undefined;
  /** Our own room system that calls, as it is registered: `user@domain`. */
  readonly roomSystem?: string | undefined;
  /** Its source gave wrong credentials too often: it is refused, and counted so. */
  readonly unauthorised?: true;
}

/** Something a leg can play. Units of speech are prompt files, see `src/ivr/manuscript.ts`. */
export type Sound =
  | { readonly kind: 'silence'; readonly ms: number }
  | { readonly kind: 'tone'; readonly hz: number; readonly ms: number; readonly levelDbm0: number }
  | { readonly kind: 'prompt'; readonly language: Language; readonly file: string }
  /** The waiting music, softly and without end. */
  | { readonly kind: 'music' }
  | MadeSound;

/** Speech made while the gateway runs, such as a name: 16-bit PCM, shared by all threads. */
export interface MadeSound {
  readonly kind: 'made';
  readonly pcm: SharedArrayBuffer;
  readonly rateHz: number;
}

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

/** How a caller's pictures are; `unusable`: see `LegEvent`. */
export type PictureState = 'coming' | 'gone' | 'unusable';

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
  /**
   * Pictures of the caller began to come, or came no more (camera off, held, lost). `unusable`: they
   * come without a whole one to begin with (gradual refresh), so that nobody sees them.
   */
  | { readonly type: 'picture'; readonly state: PictureState }
  /** The sound is SRTP, which was not known, or not by which suite, with the answer. */
  | { readonly type: 'srtp-settled'; readonly keys: SrtpKeys; readonly suite: SrtpSuite }
  /** Every few seconds: how the sound is, and what has changed about it. */
  | {
      readonly type: 'quality';
      readonly quality: LegQuality;
      readonly news: readonly SoundNews[];
    }
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
        | 'no-ack'
        | 'session-expired'
        | 'transport'
        /** A BYE that says so: nobody hung up (RFC 3326). */
        | 'line-dropped'
        | 'no-answer'
        | 'rejected'
        | 'engine-lost';
      readonly sipStatus?: number;
    };

/** How SRTP comes by its keys: in the SDP (RFC 4568), or by a handshake beside the sound (RFC 5764). */
export type SrtpKeys = 'sdes' | 'dtls';

/** How one leg is protected on its way to us. */
export interface LegSecurity {
  readonly signalling: 'udp' | 'tcp' | 'tls';
  readonly media: 'rtp' | 'srtp';
  readonly keys?: SrtpKeys | undefined;
  /** Of `dtls` only once the handshake is done. */
  readonly suite?: SrtpSuite | undefined;
}

export interface AnsweredMedia {
  readonly codec: string;
  /** The sound is encrypted, and its keys travelled encrypted. */
  readonly encrypted: boolean;
  readonly security?: LegSecurity | undefined;
  /** Pictures were agreed on too. */
  readonly video?: boolean | undefined;
}

/** Reception quality of one direction, as the record keeps it. */
export interface Quality {
  readonly packets: number;
  readonly lost: number;
  readonly lossPct: number;
  readonly jitterMs: number;
  /** E-model estimate, 1 to 4.5. */
  readonly mos: number;
  /** Packets that came when their time was over; where we play the stream. */
  readonly late?: number | undefined;
  /** Made up for what was missing; where we play the stream. */
  readonly concealedMs?: number | undefined;
}

/** The four ways that sound goes, in the order in which a word and its answer go. */
export const soundWays = ['up', 'toRoom', 'fromRoom', 'down'] as const;
export type SoundWay = (typeof soundWays)[number];

/** How sound went in a stretch of time; a way that carried nothing is not there. */
export interface QualityPoint extends Readonly<
  Partial<Record<SoundWay, Pick<Quality, 'lossPct' | 'jitterMs' | 'mos' | 'concealedMs'>>>
> {
  /** When it ended, epoch milliseconds. */
  readonly at: number;
}

export interface LegQuality {
  /** From the caller to us. */
  readonly up: Quality;
  /** From us to the caller, as the caller's RTCP reports it; undefined without reports. */
  readonly down: Quality | undefined;
  /** From us to the room, as its reports say; undefined where nothing went or nobody reported. */
  readonly toRoom?: Quality | undefined;
  /** From the room to us: all tracks of the meeting while the caller was in it. */
  readonly fromRoom?: Quality | undefined;
  /** Between the caller and us, and between us and the room, as measured last. */
  readonly roundTripMs?: number | undefined;
  readonly roomRoundTripMs?: number | undefined;
  /** How much faster the caller's clock runs than ours; known after a minute. */
  readonly clockDriftPpm?: number | undefined;
  /** Of the caller, 0 at full scale; in reports of live calls only. */
  readonly levelDbov?: number | undefined;
  /** A point a minute; in calls of hours, a point for more. Oldest first. */
  readonly series?: readonly QualityPoint[] | undefined;
  /** Packets dropped by SRTP: without the key, or a second time. Only where it is on. */
  readonly rejected?: { readonly forged: number; readonly replayed: number } | undefined;
}

/** What is worth a line in the call's story. */
export type SoundNews =
  | {
      readonly event: 'quality-poor';
      readonly way: SoundWay;
      readonly mos: number;
      readonly lossPct: number;
    }
  | { readonly event: 'quality-good'; readonly way: SoundWay }
  /** The caller is not heard: no packets come, or packets with nothing but silence. */
  | { readonly event: 'not-heard'; readonly why: 'no-packets' | 'silence' }
  | { readonly event: 'heard-again' };

/** What a test of the caller's sound heard. */
export interface SoundReport {
  /** Of the caller's speech, dB under full scale; undefined: none was heard. */
  readonly levelDbfs: number | undefined;
  /** Samples at the limit. */
  readonly clippedPct: number;
  /** How much of what we played came back, 0 to 1. */
  readonly echo: number;
  readonly lossPct: number;
  readonly jitterMs: number;
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
  /** Whether `sendKey` may be asked for: the participant may then send data. */
  readonly sendsKeys?: boolean;
  /** Whether the participant publishes a camera and watches the pictures of others. */
  readonly hasCamera?: boolean;
  /** Whether it may share a screen too. */
  readonly hasScreen?: boolean;
}

/** What a device sees while somebody shares a screen: that screen [default], or who speaks. */
export type ShownFirst = 'screen' | 'speaker';

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
  /** Of a leg with pictures; nothing where it has none. */
  showFirst?(what: ShownFirst): void;
  /** A key into the room, as LiveKit's SIP DTMF message; nothing where the target had no `sendsKeys`. */
  sendKey(digit: Digit): void;
  quality(): Promise<LegQuality>;
  /**
   * Listens for `listenMs`, plays that back once and says how it was, when it has been heard to its
   * end. Nothing of it is kept. Undefined where it could not be done, or the call ended first.
   */
  testSound?(listenMs: number): Promise<SoundReport | undefined>;
  /** BYE (or CANCEL, or a final refusal: what the state asks for), then media is freed. */
  hangUp(): void;
  /** One listener, set when the leg is handed over; a listener's throw never reaches the engine. */
  onEvent(listener: (event: LegEvent) => void): void;
}

/**
 * A call that we make: to the service desk, or to somebody who is to join by telephone.
 *
 * Through a trunk, the INVITE goes to its peer or registrar, answers its challenge with what we
 * register with, offers the trunk's codecs and its public address, and says who calls in From and
 * P-Asserted-Identity; withheld is an anonymous From with `Privacy: id` (RFC 3323, RFC 3325).
 */
export interface DialRequest {
  readonly legId: LegId;
  /** Through which trunk; undefined: to the address itself. */
  readonly trunk: string | undefined;
  /** A number (with a trunk) or a SIP URI (without one). Never logged whole. */
  readonly to: string;
  /** Shown to the one called: a number of ours; undefined: withheld. */
  readonly callerNumber: string | undefined;
  /** How long it may ring. */
  readonly ringLimitMs: number;
}

export type DialOutcome =
  /** The leg is answered, `confirmed` and in the hands of the caller of `dial`. */
  | { readonly outcome: 'answered'; readonly leg: CallLeg; readonly media: AnsweredMedia }
  /**
   * `busy`: 486, 600; `no-answer`: the ring limit, 408, 480, 487; `rejected`: every other answer,
   * a redirection among them (3xx is not followed: it could lead anywhere), and an answer whose SDP
   * does not fit our offer (that call is ended, 488); `unreachable`: no such trunk, nothing that
   * answers, 5xx, no media port; `cancelled`: by `signal`.
   */
  | {
      readonly outcome: 'failed';
      readonly how: 'busy' | 'no-answer' | 'rejected' | 'unreachable' | 'cancelled';
      readonly sipStatus?: number;
    };

/** A SIP engine: sockets, dialogs and the legs' sound, behind one face for every implementation. */
export interface SipEngine {
  readonly kind: 'embedded' | 'drachtio';
  /** Where calls reach this engine, as SIP URIs; known after `start`. */
  readonly addresses: readonly string[];
  /** Begins listening; each INVITE that begins a call is handed to `onCall`, 100 Trying already sent. */
  start(onCall: (leg: CallLeg) => void): Promise<void>;
  /**
   * Calls out and waits for the answer; `signal` takes the call back (CANCEL, or BYE where the
   * answer was quicker). Never rejects, and is over at the latest soon after the ring limit.
   *
   * The leg of an answered call is as an incoming one after its ACK: its first event, kept until
   * somebody listens, is `confirmed`; `answer` says again what is in the outcome; `ring` and `refuse`
   * do nothing; `hangUp` is BYE; a BYE of the other side is `ended` by `caller`. Nothing is played to
   * us or by us before the answer. Where the call forked, the first 2xx wins and every other one gets
   * ACK and BYE. SRTP is offered as the settings say: where it is required always, where it is allowed
   * only over TLS. After a failure no dialog and no media port is left.
   */
  dial?(request: DialRequest, signal: AbortSignal): Promise<DialOutcome>;
  /** The servers that it stands on, where it does, and whether they are up; one down: no calls. */
  parts?(): Readonly<Record<string, boolean>>;
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
