/**
 * The pictures of one leg: a port pair of their own, the camera of the device into the room, and
 * what the device is shown. Made beside the sound's half, and like it without a timer.
 */
import type { Card, MediaEvent, VideoSession } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { ShownFirst } from '../../call/ports/sip-engine.ts';
import type { CameraTrack, PictureEvent, PictureLink } from '../room/link-types.ts';
import type { DtlsIdentity } from '../rtp/dtls-identity.ts';
import type { PacketListener, RtpSocket } from '../rtp/rtp-socket.ts';
import { createCameraWatch } from './camera-watch.ts';
import type { CardMaker } from './card-maker.ts';
import { createDevicePictures } from './device-pictures.ts';
import { createDeviceScreen } from './device-screen.ts';

export interface PictureLeg {
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** After each offer/answer; undefined: no pictures either way. */
  configure(session: VideoSession | undefined): void;
  /** The call stands: from now on the device is shown something. */
  start(): void;
  /** What the participant publishes as its camera. */
  readonly cameraTrack: () => CameraTrack;
  /** `speakers`: keys of who speaks as we hear it, the loudest first. */
  enterRoom(link: () => PictureLink | undefined, speakers: () => readonly number[]): void;
  leaveRoom(): void;
  /** Of the room's link. */
  readonly hear: (event: PictureEvent) => void;
  readonly takeRoomPacket: (trackKey: number, packet: Buffer) => void;
  /** The device asks by SIP. */
  requestKeyFrame(): void;
  showCard(card: Card | undefined): void;
  showFirst(what: ShownFirst): void;
  /** Every 20 ms. */
  tick(nowMs: number): void;
  /** Idempotent, never rejects; the ports are free when it resolves. */
  close(): Promise<void>;
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
}

export interface PictureLegDeps {
  readonly socket: RtpSocket;
  readonly identity: DtlsIdentity | undefined;
  readonly nowMs: () => number;
  readonly cards: CardMaker;
  readonly log: Logger;
  readonly emit: (event: MediaEvent) => void;
}

/** A device that does not heed RTCP is asked by SIP too, after so many tries, and each so many. */
const asksBeforeSip = 3;

export const createPictureLeg = (deps: PictureLegDeps): PictureLeg => {
  const { log, emit } = deps;
  let isInRoom = false;
  let isCameraOn: boolean | undefined;
  const watch = createCameraWatch();

  const pictures = createDevicePictures({
    socket: deps.socket,
    identity: deps.identity,
    nowMs: deps.nowMs,
    onHandshakeFailed: (problem) => {
      // There will be no pictures; the sound has its own handshake. RFC 5763 §5
      log.warn({ problem }, 'dtls handshake of pictures failed');
    },
    onReceived: (nowMs) => {
      watch.heard(nowMs);
    },
    onBandwidth: () => {
      screen.setWant(pictures.bandwidth());
    },
    writeRtp: (packet) => screen.link()?.writeRtp(packet),
    link: () => screen.link(),
    askKeyFrame: (byRtcp, accepts, asked) => {
      const by = accepts?.pli === true ? 'pli' : accepts?.fir === true ? 'fir' : undefined;
      if (by !== undefined) byRtcp(by);
      if (by === undefined || asked % asksBeforeSip === 0) emit({ type: 'key-frame-wanted' });
    },
    onShown: (trackKey) => {
      screen.onShown(trackKey);
    },
    onTooBig: (trackKey) => {
      log.info({}, 'picture does not fit packets of the device');
      screen.onTooBig(trackKey);
    },
    onExcess: (trackKey, excess) => {
      log.debug({ excess }, 'picture beyond what the device shows');
      screen.onExcess(trackKey, excess);
    },
  });
  const { uplink, downlink, receives } = pictures;
  const screen = createDeviceScreen(downlink, deps.cards);

  const openWays = (): void => {
    downlink.setOpen(pictures.isStarted() && pictures.sends());
    uplink.setOpen(isInRoom && receives() && pictures.isWantedByRoom());
  };

  /** The others see whether the camera is on; anew for each link. */
  const showCameraState = (): void => {
    const link = screen.link();
    const isOn = watch.state() === 'coming';
    if (link === undefined || isCameraOn === isOn) return;
    isCameraOn = isOn;
    link.setCameraOn(isCameraOn);
  };

  return {
    localPort: pictures.localPort,
    localRtcpPort: pictures.localRtcpPort,
    configure: (session) => {
      pictures.configure(session);
      openWays();
    },
    start: () => {
      pictures.start();
      openWays();
    },
    cameraTrack: pictures.track,
    enterRoom: (link, speakers) => {
      isInRoom = true;
      isCameraOn = undefined;
      pictures.forgetRoom();
      screen.enter(link, speakers);
      openWays();
    },
    leaveRoom: () => {
      isInRoom = false;
      screen.leave();
      openWays();
    },
    hear: (event) => {
      if (event.type === 'key-frame-wanted') uplink.wantKeyFrame();
      else if (event.type === 'packets-missed') uplink.resend(event.sequences);
      else if (event.type === 'camera-bitrate') {
        pictures.setRoomKbps(event.kbps);
        openWays();
      } else screen.hear(event);
    },
    takeRoomPacket: (trackKey, packet) => {
      downlink.push(trackKey, packet, deps.nowMs());
    },
    requestKeyFrame: downlink.wantKeyFrame,
    showCard: screen.setCard,
    showFirst: screen.showFirst,
    tick: (now) => {
      if (!pictures.isStarted()) return;
      const change = watch.poll(now, receives(), uplink.lacksKeyFrame());
      if (change !== undefined) emit({ type: 'picture', state: change });
      showCameraState();
      if (!pictures.isConfigured()) return;
      screen.tick(now);
      pictures.tick(now);
    },
    close: pictures.close,
    onRtp: pictures.onRtp,
    onRtcp: pictures.onRtcp,
  };
};
