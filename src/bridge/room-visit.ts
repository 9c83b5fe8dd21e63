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
import type { MediaEvent } from '../call/ports/media.ts';
import type { Logger } from '../call/ports/process.ts';
import type { Digit, JoinOutcome, RoomLeftReason } from '../call/ports/sip-engine.ts';
import type { LegCodec } from './audio/codec-rates.ts';
import { createCallerUplink, roomCodecFor, type CallerUplink } from './caller-uplink.ts';
import { createCallerLink } from './room/caller-link.ts';
import type {
  CallerLink,
  CallerLinkEvent,
  CallerLinkOptions,
  CameraTrack,
  LinkThread,
  PictureEvent,
  PictureLink,
} from './room/link-types.ts';
import type { RoomReception } from './room/room-reports.ts';
import type { PacketKind } from './rtp/jitter-buffer.ts';
import type { RtpView } from './rtp/rtp-packet.ts';
import type { OpenTranscodeChannel } from './video/transcode-channel.ts';
import { createTranscodedPictures } from './video/transcoded-pictures.ts';
import type { WorkerMeeting } from './worker-meeting.ts';

export interface RoomVisit {
  readonly meeting: WorkerMeeting;
  /** Resolves when the participant is connected, or with why not. At once where the visit is over. */
  join(): Promise<JoinOutcome>;
  /** Whether the caller may be heard by the others. */
  isMicrophoneOpen(): boolean;
  /** Nothing of the caller goes into the room, since nobody would hear it. */
  isUnheard(): boolean;
  /** A packet of the caller's stream, of whatever kind, for the room. */
  pushRtp(packet: Uint8Array, view: RtpView, kind: PacketKind, nowMs: number): void;
  /** `frame`: the caller's 20 ms of this tick, decoded, where something sounds. */
  tick(nowMs: number, frame?: Int16Array): void;
  setMuted(muted: boolean): void;
  /** Nothing comes of a caller on hold: the room shows that as a muted microphone. */
  setHeld(held: boolean): void;
  sendKey(digit: Digit): void;
  setCodec(codec: LegCodec): void;
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
  readonly cameraTrack: () => CameraTrack;
  /** Where it may share a screen too. */
  readonly screenTrack?: (() => CameraTrack) | undefined;
  readonly hear: (event: PictureEvent) => void;
  readonly takeRoomPacket: (trackKey: number, packet: Buffer) => void;
}

export interface RoomVisitDeps {
  readonly meeting: WorkerMeeting;
  readonly url: string;
  readonly token: string;
  readonly codec: LegCodec;
  readonly muted: boolean;
  readonly sendsKeys?: boolean | undefined;
  /** The caller's sound goes into the room even where nobody listens there. */
  readonly sendsUnheard?: boolean | undefined;
  readonly camera?: VisitCamera | undefined;
  /** Where pictures that are not H.264 can be had transcoded. */
  readonly openTranscodes?: OpenTranscodeChannel | undefined;
  readonly log: Logger;
  readonly createLink?: ((options: CallerLinkOptions) => CallerLink) | undefined;
  readonly thread?: LinkThread | undefined;
  readonly emit: (event: MediaEvent) => void;
  readonly onTokenNeeded: () => void;
  /** The room's side muted the caller; `setMuted(false)` takes that back. */
  readonly onMutedByRoom: () => void;
}

/** LiveKit takes a track for published when sound of it has come. */
const introductionPackets = 25;

export const createRoomVisit = (deps: RoomVisitDeps): RoomVisit => {
  const { meeting, log } = deps;
  /** The room's track keeps the codec it was published with. */
  const roomCodec = roomCodecFor(deps.codec);
  let callerCodec = deps.codec;
  let muted = deps.muted;
  let held = false;
  let state: 'entered' | 'joining' | 'inside' | 'over' = 'entered';
  let token = deps.token;
  let link: CallerLink | undefined;
  const { camera, openTranscodes } = deps;
  const transcoded =
    camera &&
    openTranscodes &&
    createTranscodedPictures({
      openChannel: openTranscodes,
      onPictures: camera.hear,
      onPacket: camera.takeRoomPacket,
    });
  let pictures: PictureLink | undefined;
  let uplink: CallerUplink | undefined;
  let introduction = introductionPackets;
  let isResting = false;
  let settleJoin: ((outcome: JoinOutcome) => void) | undefined;

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

  const open = (): void => {
    const createLink = deps.createLink ?? createCallerLink;
    link = createLink({
      url: deps.url,
      token,
      codec: roomCodec,
      muted: muted || held,
      sendsKeys: deps.sendsKeys === true,
      thread: deps.thread,
      log,
      onEvent: hear,
      ...(camera && cameraOptions(camera, transcoded?.hear ?? camera.hear)),
    });
    pictures = link.pictures && transcoded ? transcoded.over(link.pictures) : link.pictures;
    uplink = createCallerUplink({
      ssrc: link.ssrc,
      codec: callerCodec,
      roomCodec,
      muted,
      emit: (packet, level, voice) => link?.writeRtp(packet, -level, voice),
      onFault: (error) => {
        log.error({ err: error }, 'caller not encodable');
      },
    });
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
    isUnheard: () => isResting,
    pushRtp: (packet, view, kind, nowMs) => {
      if (state === 'inside' && !rests()) uplink?.push(packet, view, kind, nowMs);
    },
    tick: (nowMs, frame) => {
      transcoded?.tick(nowMs);
      if (state !== 'inside' || isResting) return;
      uplink?.hear(frame, nowMs);
      uplink?.flush(nowMs);
    },
    setMuted: (next) => {
      muted = next;
      uplink?.setMuted(next);
      link?.setMuted(next || held);
    },
    setHeld: (next) => {
      held = next;
      link?.setMuted(muted || next);
    },
    sendKey: (digit) => {
      if (state === 'inside') link?.sendKey(digit);
    },
    setCodec: (codec) => {
      callerCodec = codec;
      uplink?.setCodec(codec);
    },
    anchorAnew: () => uplink?.anchorAnew(),
    setToken: (fresh) => {
      token = fresh;
      link?.setToken(fresh);
    },
    pictures: () => (state === 'over' ? undefined : pictures),
    reception: () => link?.reception?.(),
    close: async () => {
      over('unreachable');
      uplink?.close();
      transcoded?.close();
      await link?.close();
    },
  };
};

const cameraOptions = (
  camera: VisitCamera,
  hear: (event: PictureEvent) => void,
): Pick<CallerLinkOptions, 'camera' | 'screen' | 'onPicture' | 'onPicturePacket'> => ({
  camera: camera.cameraTrack(),
  screen: camera.screenTrack?.(),
  onPicture: hear,
  onPicturePacket: camera.takeRoomPacket,
});
