/**
 * The pictures of one leg: a port pair of their own, the camera of the device into the room, and
 * what the device is shown. Made beside the sound's half, and like it without a timer.
 */
import { randomInt } from 'node:crypto';
import type { Card, MediaEvent, VideoSession } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { ShownFirst } from '../../call/ports/sip-engine.ts';
import { createMediaPath } from '../media-path.ts';
import type { CameraTrack, PictureEvent, PictureLink } from '../room/link-types.ts';
import type { DtlsIdentity } from '../rtp/dtls-identity.ts';
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts';
import type { RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import type { PacketListener, RtpSocket } from '../rtp/rtp-socket.ts';
import { createCameraUplink } from './camera-uplink.ts';
import { createCameraWatch } from './camera-watch.ts';
import type { CardMaker } from './card-maker.ts';
import { createPictureDownlink } from './picture-downlink.ts';
import { createPictureReports } from './picture-feedback.ts';
import { sizeOfLevel } from './picture-size.ts';
import { createDeviceBandwidth, leastBitrateKbps, usualKbpsOf } from './device-bandwidth.ts';
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

const randomStart = () => ({
  initialSequence: randomInt(2 ** 15),
  initialTimestamp: randomInt(2 ** 32),
});

export const createPictureLeg = (deps: PictureLegDeps): PictureLeg => {
  const { log, emit, nowMs } = deps;
  const ssrc = randomInt(1, 2 ** 32);
  const dayOffsetMs = Date.now() - nowMs();
  let session: VideoSession | undefined;
  let isStarted = false;
  let isInRoom = false;
  /** What the room takes of the camera. */
  let roomKbps = Number.POSITIVE_INFINITY;
  let cameraSsrc = 0;
  let isCameraOn: boolean | undefined;
  const watch = createCameraWatch();
  const bandwidth = createDeviceBandwidth();

  const path = createMediaPath({
    socket: deps.socket,
    identity: deps.identity,
    nowMs,
    onPacket: (packet, view) => {
      if (!receives()) return;
      const now = nowMs();
      reports.onRtpReceived(view, now);
      watch.heard(now);
      cameraSsrc = view.ssrc;
      uplink.push(packet, view, now);
    },
    onCompound: (compound) => {
      reports.onRtcp(compound);
    },
    onKeys: () => undefined,
    onFailed: (problem) => {
      // There will be no pictures; the sound has its own handshake. RFC 5763 §5
      log.warn({ problem }, 'dtls handshake of pictures failed');
    },
  });

  const reports = createPictureReports({
    ssrc,
    dayMs: () => nowMs() + dayOffsetMs,
    send: path.sendRtcp,
    device: () =>
      session === undefined || cameraSsrc === 0
        ? undefined
        : { ssrc: cameraSsrc, accepts: session.feedback },
    onFeedback: (feedback) => {
      heed(feedback);
    },
    onLimit: (bitsPerSecond) => {
      bandwidth.limit(bitsPerSecond);
      setWant();
    },
    onLoss: (fractionLost) => {
      bandwidth.lose(fractionLost);
      setWant();
    },
  });

  const uplink = createCameraUplink({
    ...randomStart(),
    send: (packet) => screen.link()?.writeRtp(packet),
    askKeyFrame: (mediaSsrc, asked) => {
      const accepts = session?.feedback;
      const byRtcp = accepts?.pli === true ? 'pli' : accepts?.fir === true ? 'fir' : undefined;
      if (byRtcp !== undefined) reports.askKeyFrame(mediaSsrc, byRtcp);
      if (byRtcp === undefined || asked % asksBeforeSip === 0) emit({ type: 'key-frame-wanted' });
    },
    askPackets: reports.askPackets,
  });

  const downlink = createPictureDownlink({
    ...randomStart(),
    ssrc,
    send: (packet, timestamp) => {
      if (path.sendRtp(packet)) reports.onRtpSent(packet.length - rtpHeaderBytes, timestamp);
    },
    askKeyFrame: (trackKey) => screen.link()?.requestKeyFrame(trackKey),
    askPackets: (trackKey, sequences) => screen.link()?.requestPackets(trackKey, sequences),
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
  const screen = createDeviceScreen(downlink, deps.cards);

  const heed = (feedback: RtcpFeedback): void => {
    switch (feedback.type) {
      case 'picture-loss':
        downlink.wantKeyFrame();
        return;
      case 'full-intra':
        if (feedback.mediaSsrc === ssrc) downlink.wantKeyFrame();
        return;
      case 'nack':
        if (feedback.mediaSsrc === ssrc) downlink.resend(feedback.sequences);
        return;
      case 'max-bitrate':
        bandwidth.limit(feedback.bitsPerSecond);
        setWant();
    }
  };

  const sends = (): boolean =>
    session !== undefined && (session.direction === 'sendrecv' || session.direction === 'sendonly');
  const receives = (): boolean =>
    session !== undefined && (session.direction === 'sendrecv' || session.direction === 'recvonly');

  const setWant = (): void => {
    screen.setWant(bandwidth.want());
  };
  const openWays = (): void => {
    downlink.setOpen(isStarted && sends());
    uplink.setOpen(isInRoom && receives() && roomKbps > 0);
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
    localPort: deps.socket.localPort,
    localRtcpPort: deps.socket.localRtcpPort,
    configure: (next) => {
      session = next;
      if (next !== undefined) {
        path.configure(next);
        uplink.configure(next);
        downlink.configure(next);
        bandwidth.configure(next);
        setWant();
      }
      openWays();
    },
    start: () => {
      isStarted = true;
      openWays();
    },
    cameraTrack: () => {
      const size = sizeOfLevel(session?.localProfileLevelId ?? '');
      return { ...size, maxBitrateKbps: usualKbpsOf(size) };
    },
    enterRoom: (link, speakers) => {
      isInRoom = true;
      isCameraOn = undefined;
      roomKbps = Number.POSITIVE_INFINITY;
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
        roomKbps = event.kbps;
        reports.setLimit(Math.max(leastBitrateKbps, event.kbps) * 1000);
        openWays();
      } else screen.hear(event);
    },
    takeRoomPacket: (trackKey, packet) => {
      downlink.push(trackKey, packet, nowMs());
    },
    requestKeyFrame: downlink.wantKeyFrame,
    showCard: screen.setCard,
    showFirst: screen.showFirst,
    tick: (now) => {
      if (!isStarted) return;
      const change = watch.poll(now, receives(), uplink.lacksKeyFrame());
      if (change !== undefined) emit({ type: 'picture', state: change });
      showCameraState();
      if (session === undefined) return;
      screen.tick(now);
      uplink.tick(now);
      downlink.tick(now);
      reports.tick(now);
    },
    close: () => {
      if (isStarted && session !== undefined) reports.goodbye();
      isStarted = false;
      return path.close();
    },
    onRtp: path.onRtp,
    onRtcp: path.onRtcp,
  };
};
