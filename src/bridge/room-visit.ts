/**
 * One leg's stay in one meeting, on its worker: the mix it hears, the participant it is in the
 * room, and the uplink that takes the caller's sound there.
 *
 *   entered ──join()──▶ joining ──connected──▶ inside ◀──lost / recovered──▶ cut off
 *      │                   │ left, close()        │ left: `room-left` once
 *      └──close()──▶ over ◀┴──────────────────────┘
 *
 * The mix is heard from `entered` on; the microphone opens with the first `connected` and stays
 * open while cut off, so that the node's callers of this meeting go on hearing each other.
 */
import { randomInt } from 'node:crypto';
import type { MediaEvent } from '../call/ports/media.ts';
import type { Logger } from '../call/ports/process.ts';
import type { Digit, JoinOutcome, RoomLeftReason } from '../call/ports/sip-engine.ts';
import { decodeG711, encodeG711, g711RateHz, type G711Law } from './audio/g711.ts';
import { levelOfG711 } from './audio/level.ts';
import { createCallerLink } from './room/caller-link.ts';
import {
  roomPayloadTypes,
  type CallerLink,
  type CallerLinkEvent,
  type CallerLinkOptions,
  type CameraTrack,
  type PictureEvent,
  type PictureLink,
} from './room/link-types.ts';
import type { RoomReception } from './room/room-reports.ts';
import type { PacketKind } from './rtp/jitter-buffer.ts';
import { rtpHeaderBytes, type RtpView } from './rtp/rtp-packet.ts';
import { createUplink, type Uplink } from './rtp/uplink.ts';
import type { WorkerMeeting } from './worker-meeting.ts';

export interface RoomVisit {
  readonly meeting: WorkerMeeting;
  /** Resolves when the participant is connected, or with why not. At once where the visit is over. */
  join(): Promise<JoinOutcome>;
  /** Whether the caller may be heard by the others. */
  isMicrophoneOpen(): boolean;
  /** A packet of the caller's stream, of whatever kind, for the room. */
  pushRtp(packet: Uint8Array, view: RtpView, kind: PacketKind, nowMs: number): void;
  tick(nowMs: number): void;
  setMuted(muted: boolean): void;
  sendKey(digit: Digit): void;
  setCodec(codec: G711Law): void;
  /** The caller's stream begins a new time line (hold, re-INVITE). */
  anchorAnew(): void;
  setToken(token: string): void;
  /** Of the link, once there is one. */
  readonly pictures: () => PictureLink | undefined;
  /** What the room's server says of our track. */
  reception(): RoomReception | undefined;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Who gives the room a camera and takes its pictures. */
export interface VisitCamera {
  cameraTrack(): CameraTrack;
  hear(event: PictureEvent): void;
  takeRoomPacket(trackKey: number, packet: Buffer): void;
}

export interface RoomVisitDeps {
  readonly meeting: WorkerMeeting;
  readonly url: string;
  readonly token: string;
  readonly codec: G711Law;
  readonly muted: boolean;
  readonly sendsKeys?: boolean | undefined;
  /** The caller's sound goes into the room even where nobody listens there. */
  readonly sendsUnheard?: boolean | undefined;
  readonly camera?: VisitCamera | undefined;
  readonly log: Logger;
  readonly createLink?: ((options: CallerLinkOptions) => CallerLink) | undefined;
  readonly emit: (event: MediaEvent) => void;
  readonly onTokenNeeded: () => void;
  /** The room's side muted the caller; `setMuted(false)` takes that back. */
  readonly onMutedByRoom: () => void;
}

const frameSamples = g711RateHz / 50;
/** LiveKit takes a track for published when sound of it has come. */
const introductionPackets = 25;

export const createRoomVisit = (deps: RoomVisitDeps): RoomVisit => {
  const { meeting, log } = deps;
  /** The room's track keeps the codec it was published with. */
  const roomCodec = deps.codec;
  let callerCodec = deps.codec;
  let muted = deps.muted;
  let state: 'entered' | 'joining' | 'inside' | 'over' = 'entered';
  let token = deps.token;
  let link: CallerLink | undefined;
  let uplink: Uplink | undefined;
  let introduction = introductionPackets;
  let isResting = false;
  let settleJoin: ((outcome: JoinOutcome) => void) | undefined;
  const pcm = new Int16Array(frameSamples);

  const over = (reason: RoomLeftReason): void => {
    state = 'over';
    settleJoin?.({ joined: false, reason });
    settleJoin = undefined;
  };

  const hear = (event: CallerLinkEvent): void => {
    if (state === 'over') return;
    switch (event.type) {
      case 'connected':
        introduction = introductionPackets;
        log.debug({ ms: event.ms }, 'caller in room');
        state = 'inside';
        settleJoin?.({ joined: true });
        settleJoin = undefined;
        return;
      case 'lost':
        log.warn({ cause: event.cause }, 'room link lost');
        deps.emit({ type: 'room-lost' });
        return;
      case 'recovered':
        introduction = introductionPackets;
        log.warn({ outageMs: event.outageMs }, 'room link recovered');
        deps.emit({ type: 'room-recovered' });
        return;
      case 'token-needed':
        deps.onTokenNeeded();
        return;
      case 'muted-by-server':
        deps.onMutedByRoom();
        return;
      case 'unmuted-by-server':
        deps.emit({ type: 'unmuted-by-room' });
        return;
      case 'left':
        log.info({ reason: event.reason, code: event.code }, 'room left');
        if (state === 'inside') deps.emit({ type: 'room-left', reason: event.reason });
        over(event.reason);
    }
  };

  /** What nobody would hear does not go into the room, once the room knows the track. */
  const rests = (): boolean => {
    const wasResting = isResting;
    isResting = deps.sendsUnheard !== true && introduction === 0 && meeting.isDeserted();
    if (introduction > 0) introduction -= 1;
    if (wasResting && !isResting) uplink?.anchorAnew();
    return isResting;
  };

  const toRoom = (packet: Buffer, level: number, voice: boolean): void => {
    if (callerCodec !== roomCodec) {
      const payload = packet.subarray(rtpHeaderBytes);
      decodeG711(callerCodec, payload, pcm);
      encodeG711(roomCodec, pcm, payload);
    }
    link?.writeRtp(packet, -level, voice);
  };

  const open = (): void => {
    const createLink = deps.createLink ?? createCallerLink;
    link = createLink({
      url: deps.url,
      token,
      codec: roomCodec,
      muted,
      sendsKeys: deps.sendsKeys === true,
      log,
      onEvent: hear,
      ...(deps.camera && cameraOptions(deps.camera)),
    });
    uplink = createUplink({
      ssrc: link.ssrc,
      initialSequence: randomInt(2 ** 15),
      initialTimestamp: randomInt(2 ** 32),
      outPayloadType: roomPayloadTypes[roomCodec],
      codec: callerCodec,
      levelOf: (payload, offset, length) => levelOfG711(callerCodec, payload, offset, length),
      emit: toRoom,
    });
    uplink.setMuted(muted);
  };

  return {
    meeting,
    join: () => {
      if (state !== 'entered') return Promise.resolve({ joined: false, reason: 'unreachable' });
      state = 'joining';
      return new Promise((resolve) => {
        settleJoin = resolve;
        open();
      });
    },
    isMicrophoneOpen: () => state === 'inside',
    pushRtp: (packet, view, kind, nowMs) => {
      if (state === 'inside' && !rests()) uplink?.push(packet, view, kind, nowMs);
    },
    tick: (nowMs) => {
      if (!isResting) uplink?.flush(nowMs);
    },
    setMuted: (next) => {
      muted = next;
      uplink?.setMuted(next);
      link?.setMuted(next);
    },
    sendKey: (digit) => {
      if (state === 'inside') link?.sendKey(digit);
    },
    setCodec: (codec) => {
      if (codec === callerCodec) return;
      callerCodec = codec;
      uplink?.setCodec(codec, roomPayloadTypes[roomCodec]);
    },
    anchorAnew: () => uplink?.anchorAnew(),
    setToken: (fresh) => {
      token = fresh;
      link?.setToken(fresh);
    },
    pictures: () => (state === 'over' ? undefined : link?.pictures),
    reception: () => link?.reception?.(),
    close: async () => {
      over('unreachable');
      await link?.close();
    },
  };
};

const cameraOptions = (
  camera: VisitCamera,
): Pick<CallerLinkOptions, 'camera' | 'onPicture' | 'onPicturePacket'> => ({
  camera: camera.cameraTrack(),
  onPicture: (event) => {
    camera.hear(event);
  },
  onPicturePacket: (trackKey, packet) => {
    camera.takeRoomPacket(trackKey, packet);
  },
});
