/** The way from FreeSWITCH into a meeting: a port of the media worker, and a channel that sends to it. */
import { randomBytes } from 'node:crypto';
import type { LegId } from '../../call/identifiers.ts';
import type {
  MediaBridge,
  MediaDirection,
  MediaLeg,
  MediaSession,
} from '../../call/ports/media.ts';
import type { JoinOutcome, RoomTarget } from '../../call/ports/sip-engine.ts';
import { ownPayloadTypes } from '../message/sdp-audio-codecs.ts';
import { applyAnswer, createOffer } from '../message/sdp-offer.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { isSoundEvent, type SoundEvent } from './leg-sound.ts';
import type { MediaEndpoint } from './media-endpoint.ts';

export interface RoomSide {
  readonly mediaLeg: MediaLeg;
  readonly endpoint: MediaEndpoint;
  readonly outcome: JoinOutcome;
  readonly isJoined: boolean;
  /** The caller's: while held, what it sends is not for the meeting. */
  setDirection(direction: MediaDirection): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface RoomSideDeps {
  readonly legId: LegId;
  readonly media: MediaBridge;
  readonly mediaAddress: string;
  /** The caller's, alone: nothing is transcoded. */
  readonly codec: AudioCodec;
  readonly direction: MediaDirection;
  /** Undefined: the port alone, no room. */
  readonly target: RoomTarget | undefined;
  /** SRTP between FreeSWITCH and the worker: the keys are in the SDP that goes by drachtio-server. */
  readonly isEncrypted: boolean;
  readonly createEndpoint: (
    offer: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<MediaEndpoint>;
  readonly onEvent: (event: SoundEvent) => void;
}

/** Rejects where there is no port or FreeSWITCH takes no channel; nothing is left behind then. */
export const openRoomSide = async (deps: RoomSideDeps): Promise<RoomSide> => {
  const { mediaAddress, codec, isEncrypted } = deps;
  const mediaLeg = await deps.media.openLeg(deps.legId, mediaAddress);
  const { offer } = createOffer({
    address: mediaAddress,
    rtpPort: mediaLeg.localPort,
    rtcpPort: mediaLeg.localRtcpPort,
    codecs: [codec],
    sessionId: '1',
    sessionVersion: 1,
    srtp: { policy: isEncrypted ? 'require' : 'off', random: randomBytes },
  });
  let endpoint: MediaEndpoint | undefined;
  try {
    // The room and the channel are made at the same time: neither needs the other.
    mediaLeg.configure(sessionToCome(codec, mediaAddress));
    // Before the room is joined: it may tell who is there while FreeSWITCH still thinks.
    mediaLeg.onEvent((event) => {
      if (isSoundEvent(event)) deps.onEvent(event);
    });
    const joining: Promise<JoinOutcome> =
      deps.target === undefined ? Promise.resolve({ joined: true }) : mediaLeg.join(deps.target);
    joining.catch(() => undefined);
    endpoint = await deps.createEndpoint(offer, {
      'X-ringbro-srtp': isEncrypted ? 'mandatory' : 'forbidden',
    });
    const answered = applyAnswer(offer, endpoint.localSdp, { needsCrypto: isEncrypted });
    if (!answered.ok) throw new Error(answered.code);
    const { session } = answered;
    mediaLeg.configure({ ...session, direction: deps.direction });
    mediaLeg.start();
    return roomSide(mediaLeg, endpoint, session, await joining);
  } catch (error) {
    await Promise.all([mediaLeg.close(), endpoint?.release()]);
    throw error;
  }
};

/** Nothing is sent before `start`: of this only the codec counts. */
const sessionToCome = (codec: AudioCodec, remoteAddress: string): MediaSession => ({
  remoteAddress,
  remotePort: 9,
  remoteRtcpPort: 9,
  rtcpMux: false,
  codec,
  payloadType: ownPayloadTypes[codec],
  telephoneEventPayloadType: 101,
  comfortNoisePayloadType: undefined,
  direction: 'sendrecv',
});

const roomSide = (
  mediaLeg: MediaLeg,
  endpoint: MediaEndpoint,
  session: MediaSession,
  outcome: JoinOutcome,
): RoomSide => ({
  mediaLeg,
  endpoint,
  outcome,
  isJoined: outcome.joined,
  setDirection: (direction) => {
    mediaLeg.configure({ ...session, direction });
  },
  close: async () => {
    await Promise.all([mediaLeg.close(), endpoint.release()]);
  },
});
