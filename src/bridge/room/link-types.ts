/**
 * The two kinds of link to a LiveKit room, seen from the media worker: a caller's (publishes one
 * track) and the node's ear (listens). Both keep themselves connected until they are closed or the
 * room has ended them for good.
 */
import type { Logger } from '../../call/ports/process.ts';
import type { RoomLeftReason } from '../../call/ports/sip-engine.ts';
import type { AdoptSocket } from '../udp/udp-socket.ts';
import type { ForeignCodec } from '../../transcode/picture-format.ts';
import type { WatchWant } from './picture-layers.ts';
import type { RoomReception } from './room-reports.ts';

/** Which codecs pass between us and a room, and the RTP payload types we give them. */
export const roomPayloadTypes = { PCMU: 0, PCMA: 8, opus: 111 } as const;
export type RoomCodec = keyof typeof roomPayloadTypes;

/** Events of both kinds of link. After `left` nothing more comes and nothing is tried. */
export type LinkEvent =
  /** The first time sound can pass; `ms` since the link was made. */
  | { readonly type: 'connected'; readonly ms: number }
  /** Sound no longer passes; the link is already trying again. `cause` is for the log. */
  | { readonly type: 'lost'; readonly cause: string }
  | { readonly type: 'recovered'; readonly outageMs: number }
  /** The token has run out: nothing is tried until `setToken`. */
  | { readonly type: 'token-needed' }
  /** `code` tells more where we know it, see `link-error.ts`. */
  | { readonly type: 'left'; readonly reason: RoomLeftReason; readonly code?: string };

interface LinkOptions {
  /** `ws:`, `wss:`, `http:` or `https:` address of the LiveKit server. */
  readonly url: string;
  readonly token: string;
  readonly log: Logger;
  /** How long the first connection may take before the link is `left` as `unreachable` [5000]. */
  readonly joinTimeoutMs?: number;
  /** Our address for media; by default the one from which the server is reached. */
  readonly localAddress?: string;
  readonly thread?: LinkThread | undefined;
}

/** How a link gets on with the ticks of the thread that it runs on. */
export interface LinkThread {
  /** Given, sound comes when the adopted sockets are read, and no sooner. Pictures come as events all the same. */
  readonly adopt?: AdoptSocket | undefined;
  /** To be called when something came by itself and is about to be handled: what waits behind it may be much. */
  readonly onArrival: () => void;
}

/** The camera track that a link publishes beside the sound: H.264, packetization mode 1. */
export interface CameraTrack {
  readonly width: number;
  readonly height: number;
  readonly maxBitrateKbps: number;
}

/** Somebody's camera or screen in the room. */
export interface RoomPicture {
  /** Small whole number, unique for the life of the link. */
  readonly trackKey: number;
  readonly identity: string;
  readonly name: string;
  readonly kind: ParticipantKind;
  readonly source: 'camera' | 'screen';
  /** Whether the publisher can give us H.264; false: VP8, VP9 or AV1 alone. */
  readonly isH264: boolean;
  /** Where it is not, and could be transcoded. */
  readonly foreign?: ForeignTrack;
  /** Why it can't be had although it could be transcoded. */
  readonly refused?: TranscodeRefusal;
  readonly muted: boolean;
}

export interface ForeignTrack {
  readonly trackSid: string;
  readonly codec: ForeignCodec;
}

/** `limit`: the node transcodes as many as it may. */
export type TranscodeRefusal = 'limit' | 'failed';

/** What the room says of what we send: a camera, or a screen. */
export type SentPictureEvent =
  /** It wants a key frame (PLI, FIR). */
  | { readonly type: 'key-frame-wanted' }
  /** It misses these packets, by the sequence numbers of `writeRtp`. */
  | { readonly type: 'packets-missed'; readonly sequences: readonly number[] }
  /** What it can take, kilobits a second; 0: nobody watches, or the room's side muted it. */
  | { readonly type: 'camera-bitrate'; readonly kbps: number };

export type PictureEvent =
  /** Who is there with a picture, in full, at the first connection and on each change. */
  | { readonly type: 'pictures'; readonly pictures: readonly RoomPicture[] }
  /** Who is in the room, without hidden ones and ourselves. */
  | { readonly type: 'people'; readonly names: readonly string[] }
  /** Identities of those who speak, the loudest first; empty: nobody. Without ourselves. */
  | { readonly type: 'speakers'; readonly identities: readonly string[] }
  /** Of our camera. */
  | SentPictureEvent
  /** Of our screen. */
  | { readonly type: 'own-screen'; readonly about: SentPictureEvent };

/** The pictures of a link that publishes a camera: its own up, and those of others down. */
export interface PictureLink {
  /**
   * Sends one H.264 RTP packet with a plain 12-byte header; payload type and SSRC are stamped,
   * sequence number and timestamp are the caller's. As `CallerLink.writeRtp` otherwise.
   */
  writeRtp(packet: Buffer): void;
  /** Shows the others whether the camera is on (TrackMuted). */
  setCameraOn(on: boolean): void;
  /** Of a link that may publish a screen too: as the camera's, and off until it is switched on. */
  readonly screen?: { writeRtp(packet: Buffer): void; setOn(on: boolean): void } | undefined;
  /**
   * Subscribes to just these; pictures of all others cease. Best quality within `want`, by
   * LiveKit's layers.
   */
  watch(trackKeys: readonly number[], want: WatchWant): void;
  /** PLI to the publisher, by way of the room; the caller limits the rate. */
  requestKeyFrame(trackKey: number): void;
  /** NACK for packets of a watched track. */
  requestPackets(trackKey: number, sequences: readonly number[]): void;
}

export interface CallerLinkOptions extends LinkOptions {
  readonly codec: RoomCodec;
  readonly muted: boolean;
  /** Whether there is a way for `sendKey`. */
  readonly sendsKeys?: boolean;
  readonly onEvent: (event: CallerLinkEvent) => void;
  /** Undefined: sound alone. */
  readonly camera?: CameraTrack | undefined;
  /** Published beside a camera when it is switched on. */
  readonly screen?: CameraTrack | undefined;
  readonly onPicture?: (event: PictureEvent) => void;
  /**
   * A decrypted H.264 RTP packet of a watched track, mode 1, with a plain 12-byte header; the listener's to
   * keep. One without payload only fills its place in the sequence. Those sent again come late, as they were.
   */
  readonly onPicturePacket?: (trackKey: number, packet: Buffer) => void;
}

export type CallerLinkEvent =
  | LinkEvent
  /** The room's side muted our track; nothing is sent until `setMuted(false)`. */
  | { readonly type: 'muted-by-server' }
  /** The room's side takes its mute back; nothing is sent until `setMuted(false)`. */
  | { readonly type: 'unmuted-by-server' };

/** One LiveKit participant that publishes one microphone track. */
export interface CallerLink {
  /** Kept across reconnects; packets leave with it whatever they carry. */
  readonly ssrc: number;
  /**
   * Sends one RTP packet, version 2 with a plain 12-byte header, as it is but for payload type, SSRC and
   * the audio level (RFC 6464; dBov, -127 to 0). Dropped while muted or not connected. The buffer is
   * the caller's again when this returns.
   */
  writeRtp(packet: Buffer, audioLevelDbov: number, voice: boolean): void;
  /** Shows the others (TrackMuted) and stops or resumes sending. */
  setMuted(muted: boolean): void;
  /** One key as LiveKit's SIP DTMF message, reliably; dropped while not connected. */
  sendKey(digit: string): void;
  /** Where the link has a camera. */
  readonly pictures?: PictureLink | undefined;
  /** What the server says of our track on this connection; undefined before it did. */
  reception?(): RoomReception | undefined;
  setToken(token: string): void;
  /** Leaves the room. Idempotent, never rejects; sockets and timers are gone when it resolves. */
  close(): Promise<void>;
}

export type ParticipantKind =
  'standard' | 'ingress' | 'egress' | 'sip' | 'agent' | 'connector' | 'bridge';

export type RoomEarEvent =
  | LinkEvent
  | {
      readonly type: 'track-added';
      /** Small whole number, unique for the life of the ear. */
      readonly trackKey: number;
      readonly identity: string;
      readonly kind: ParticipantKind;
      readonly codec: RoomCodec;
      readonly muted: boolean;
    }
  | { readonly type: 'track-removed'; readonly trackKey: number }
  | { readonly type: 'track-muted'; readonly trackKey: number; readonly muted: boolean }
  /** Participants who are not hidden and not ours; comes at the first connection and on change. */
  | { readonly type: 'audience'; readonly others: number }
  /** Whether the room is recorded; comes at the first connection and on change. */
  | { readonly type: 'recorded'; readonly isRecorded: boolean }
  /** A participant publishes end-to-end encrypted media: the room can't be heard. Once. */
  | { readonly type: 'encrypted' };

export interface RoomEarOptions extends LinkOptions {
  /** Participants whose identity begins so are ours: not heard, not counted. */
  readonly ownIdentityPrefixes: readonly string[];
  readonly onEvent: (event: RoomEarEvent) => void;
  /**
   * A decrypted RTP packet; payload types as in `roomPayloadTypes`. The buffer is good until this returns. `arrivalMs`: when
   * the kernel had it, on the monotonic clock; undefined: now.
   */
  readonly onPacket: (trackKey: number, packet: Buffer, arrivalMs?: number) => void;
}

/** The node's one listener in a room: hidden, hears every track that is not ours. */
export interface RoomEar {
  /** Whether to subscribe [true]: false while nobody of ours could hear it. */
  setListening(listening: boolean): void;
  /** Tracks of participants whose identity begins so are not subscribed [none]. */
  setUnneeded(identityPrefixes: readonly string[]): void;
  /** Participants who are not hidden, not ours, and whose identity does not begin so. */
  othersThan(identityPrefixes: readonly string[]): number;
  /** m-lines of the present session description: a gauge, which follows the most tracks at one time. */
  mediaSections(): number;
  setToken(token: string): void;
  /** As `CallerLink.close`. */
  close(): Promise<void>;
}
