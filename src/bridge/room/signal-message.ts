import {
  Encryption_Type,
  LeaveRequest_Action,
  ParticipantInfo_Kind,
  ParticipantInfo_State,
  SignalResponse,
  TrackType,
  type LeaveRequest,
  type ParticipantInfo,
  type TrackInfo,
} from '@livekit/protocol';
import type { RoomLeftReason } from '../../call/ports/sip-engine.ts';
import { meaningOfDisconnect } from './disconnect-reason.ts';
import type { ParticipantKind, RoomCodec } from './link-types.ts';

/** LiveKit's SignalResponse, reduced to what a link acts upon. */
export type SignalEvent =
  | {
      readonly type: 'joined';
      readonly serverVersion: string;
      /** Zero: the server wants no pings. */
      readonly pingIntervalMs: number;
      readonly pingTimeoutMs: number;
      readonly participants: readonly Participant[];
      readonly isRecorded: boolean;
    }
  | {
      readonly type: 'answer';
      readonly offerId: number;
      readonly sdp: string;
      readonly trackSidByMid: ReadonlyMap<string, string>;
    }
  | { readonly type: 'candidate'; readonly candidate: RemoteCandidate }
  | { readonly type: 'participants'; readonly participants: readonly Participant[] }
  /** The room as it is now. */
  | { readonly type: 'room'; readonly isRecorded: boolean }
  | { readonly type: 'published'; readonly cid: string; readonly trackSid: string }
  | { readonly type: 'unpublished'; readonly trackSid: string }
  | { readonly type: 'mute'; readonly trackSid: string; readonly muted: boolean }
  /** The next offer must bring this many more receiving m-lines. */
  | { readonly type: 'sections-required'; readonly audios: number; readonly videos: number }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'pong' }
  | { readonly type: 'leave'; readonly meaning: RoomLeftReason | 'reconnect' }
  /** A message that does not concern a link, or that a newer server knows. */
  | { readonly type: 'other' }
  | { readonly type: 'malformed' };

export interface RemoteCandidate {
  readonly candidate: string;
  readonly sdpMid?: string;
  readonly sdpMLineIndex?: number;
}

export interface Participant {
  readonly sid: string;
  readonly identity: string;
  readonly kind: ParticipantKind;
  readonly hidden: boolean;
  readonly gone: boolean;
  readonly tracks: readonly Track[];
}

export interface Track {
  readonly sid: string;
  readonly muted: boolean;
  readonly encrypted: boolean;
  /** Undefined for a track that is no sound we can decode. */
  readonly codec: RoomCodec | undefined;
}

const kinds: Readonly<Record<ParticipantInfo_Kind, ParticipantKind>> = {
  [ParticipantInfo_Kind.STANDARD]: 'standard',
  [ParticipantInfo_Kind.INGRESS]: 'ingress',
  [ParticipantInfo_Kind.EGRESS]: 'egress',
  [ParticipantInfo_Kind.SIP]: 'sip',
  [ParticipantInfo_Kind.AGENT]: 'agent',
  [ParticipantInfo_Kind.CONNECTOR]: 'connector',
  [ParticipantInfo_Kind.BRIDGE]: 'bridge',
};
const kindByNumber: ReadonlyMap<number, ParticipantKind> = new Map(
  Object.entries(kinds).map(([number, kind]) => [Number(number), kind]),
);

const codecByMimeType: ReadonlyMap<string, RoomCodec> = new Map([
  ['audio/opus', 'opus'],
  // RED (RFC 2198) carries Opus; to a subscriber that did not offer RED the server sends it bare.
  ['audio/red', 'opus'],
  ['audio/pcmu', 'PCMU'],
  ['audio/pcma', 'PCMA'],
  // A track that was announced but not yet published has no type; sound is Opus until it says more.
  ['', 'opus'],
]);

const track = (info: TrackInfo): Track => ({
  sid: info.sid,
  muted: info.muted,
  encrypted: info.encryption !== Encryption_Type.NONE,
  codec:
    info.type === TrackType.AUDIO ? codecByMimeType.get(info.mimeType.toLowerCase()) : undefined,
});

export const participant = (info: ParticipantInfo): Participant => ({
  sid: info.sid,
  identity: info.identity,
  kind: kindByNumber.get(info.kind) ?? 'standard',
  hidden: info.permission?.hidden === true,
  gone: info.state === ParticipantInfo_State.DISCONNECTED,
  tracks: info.tracks.map(track),
});

const candidateOf = (json: string): RemoteCandidate | undefined => {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if (!('candidate' in parsed) || typeof parsed.candidate !== 'string') return undefined;
  return {
    candidate: parsed.candidate,
    ...('sdpMid' in parsed && typeof parsed.sdpMid === 'string' && { sdpMid: parsed.sdpMid }),
    ...('sdpMLineIndex' in parsed &&
      typeof parsed.sdpMLineIndex === 'number' && { sdpMLineIndex: parsed.sdpMLineIndex }),
  };
};

/**
 * RESUME and RECONNECT ask us to come back whatever the reason. DISCONNECT is final in LiveKit's own
 * clients, but is also how a server says that it shuts down: there the reason decides.
 */
const meaningOfLeave = (leave: LeaveRequest): RoomLeftReason | 'reconnect' =>
  leave.action === LeaveRequest_Action.DISCONNECT ? meaningOfDisconnect(leave.reason) : 'reconnect';

const reduce = ({ message }: SignalResponse): SignalEvent => {
  switch (message.case) {
    case 'join':
      return {
        type: 'joined',
        serverVersion: message.value.serverInfo?.version ?? message.value.serverVersion,
        pingIntervalMs: Math.max(0, message.value.pingInterval) * 1000,
        pingTimeoutMs: Math.max(0, message.value.pingTimeout) * 1000,
        participants: message.value.otherParticipants.map(participant),
        isRecorded: message.value.room?.activeRecording === true,
      };
    case 'answer':
      return {
        type: 'answer',
        offerId: message.value.id,
        sdp: message.value.sdp,
        trackSidByMid: new Map(Object.entries(message.value.midToTrackId)),
      };
    case 'trickle': {
      const candidate = candidateOf(message.value.candidateInit);
      return candidate === undefined ? { type: 'malformed' } : { type: 'candidate', candidate };
    }
    case 'update':
      return { type: 'participants', participants: message.value.participants.map(participant) };
    case 'roomUpdate':
      return { type: 'room', isRecorded: message.value.room?.activeRecording === true };
    case 'trackPublished':
      return {
        type: 'published',
        cid: message.value.cid,
        trackSid: message.value.track?.sid ?? '',
      };
    case 'trackUnpublished':
      return { type: 'unpublished', trackSid: message.value.trackSid };
    case 'mute':
      return { type: 'mute', trackSid: message.value.sid, muted: message.value.muted };
    case 'mediaSectionsRequirement':
      return {
        type: 'sections-required',
        audios: message.value.numAudios,
        videos: message.value.numVideos,
      };
    case 'refreshToken':
      return { type: 'token', token: message.value };
    case 'pong':
    case 'pongResp':
      return { type: 'pong' };
    case 'leave':
      return { type: 'leave', meaning: meaningOfLeave(message.value) };
    default:
      return { type: 'other' };
  }
};

/**
 * What no link acts upon, by the field's number in SignalResponse: it is not decoded. In a large room
 * these are most of what comes, to every participant.
 */
const unheeded: ReadonlySet<number> = new Set([
  10, // speakersChanged
  12, // connectionQuality
  13, // streamStateUpdate
  14, // subscribedQualityUpdate
  15, // subscriptionPermissionUpdate
  23, // trackSubscribed
  26, // subscribedAudioCodecUpdate
]);
/** What matters only to who listens to the room. */
const ofTheRoom: ReadonlySet<number> = new Set([
  5, // update
  11, // roomUpdate
]);

/** The number of the first field, by its tag, a varint. A SignalResponse has one field: its message. */
const fieldNumberOf = (bytes: Uint8Array): number => {
  const [first = 0, second = 0] = bytes;
  return first < 0x80 ? first >> 3 : ((first & 0x7f) | ((second & 0x7f) << 7)) >> 3;
};

/**
 * One binary frame of the signalling socket. Never throws: what can't be read is `malformed`.
 * `followsRoom`: whether it matters who else is in the room; else `participants` and `room` never come.
 */
export const parseSignal = (bytes: Uint8Array, followsRoom = true): SignalEvent => {
  const field = fieldNumberOf(bytes);
  if (unheeded.has(field) || (ofTheRoom.has(field) && !followsRoom)) {
    return { type: 'other' };
  }
  try {
    return reduce(SignalResponse.fromBinary(bytes));
  } catch {
    return { type: 'malformed' };
  }
};
