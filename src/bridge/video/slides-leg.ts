/**
 * The second stream of one leg: a screen of the room to the device, or the device's slides into the
 * room, as the floor says.
 *
 *   floor: room     room's newest screen ──▶ picture-downlink ──▶ device
 *   floor: device   device ──▶ camera-uplink ──▶ screen track of the leg's participant
 */
import { randomInt } from 'node:crypto';
import type { FloorHolder, MediaEvent, VideoSession } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { ShownFirst } from '../../call/ports/sip-engine.ts';
import type { VisitCamera } from '../room-visit.ts';
import { createMediaPath } from '../media-path.ts';
import type { CameraTrack, PictureEvent, PictureLink, RoomPicture } from '../room/link-types.ts';
import type { DtlsIdentity } from '../rtp/dtls-identity.ts';
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts';
import type { RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import type { PacketListener, RtpSocket } from '../rtp/rtp-socket.ts';
import { createCameraUplink } from './camera-uplink.ts';
import { createDeviceBandwidth, leastBitrateKbps, usualKbpsOf } from './device-bandwidth.ts';
import { createPictureDownlink } from './picture-downlink.ts';
import { createPictureReports } from './picture-feedback.ts';
import { sizeOfLevel } from './picture-size.ts';

export interface SlidesLeg {
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** After each offer/answer; undefined: no second stream. */
  configure(session: VideoSession | undefined): void;
  start(): void;
  setFloor(holder: FloorHolder): void;
  /** Who would rather see the speaker has no screen shown at all. */
  showFirst(what: ShownFirst): void;
  /** Whether the room's screen is in the second stream, and not to be in the first. */
  showsScreen(): boolean;
  /** What the participant publishes as its screen. */
  readonly screenTrack: () => CameraTrack;
  enterRoom(link: () => PictureLink | undefined): void;
  leaveRoom(): void;
  /** Of the room's link, as the first stream hears it too. */
  readonly hear: (event: PictureEvent) => void;
  /** False: the packet is not of the screen that is shown here. */
  readonly takeRoomPacket: (trackKey: number, packet: Buffer) => boolean;
  tick(nowMs: number): void;
  /** Idempotent, never rejects; the ports are free when it resolves. */
  close(): Promise<void>;
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
}

export interface SlidesLegDeps {
  readonly socket: RtpSocket;
  readonly identity: DtlsIdentity | undefined;
  readonly nowMs: () => number;
  readonly log: Logger;
  readonly emit: (event: MediaEvent) => void;
}

const randomStart = () => ({
  initialSequence: randomInt(2 ** 15),
  initialTimestamp: randomInt(2 ** 32),
});

export const createSlidesLeg = (deps: SlidesLegDeps): SlidesLeg => {
  const { log, nowMs } = deps;
  const ssrc = randomInt(1, 2 ** 32);
  const dayOffsetMs = Date.now() - nowMs();
  let session: VideoSession | undefined;
  let isStarted = false;
  let floor: FloorHolder = 'nobody';
  let link: () => PictureLink | undefined = () => undefined;
  let isInRoom = false;
  let shownFirst: ShownFirst = 'screen';
  let pictures: readonly RoomPicture[] = [];
  const unshowable = new Set<number>();
  let screen: number | undefined;
  let roomKbps = Number.POSITIVE_INFINITY;
  let slidesSsrc = 0;
  const bandwidth = createDeviceBandwidth();

  const path = createMediaPath({
    socket: deps.socket,
    identity: deps.identity,
    nowMs,
    onPacket: (packet, view) => {
      if (!receives()) return;
      const now = nowMs();
      reports.onRtpReceived(view, now);
      slidesSsrc = view.ssrc;
      uplink.push(packet, view, now);
    },
    onCompound: (compound) => {
      reports.onRtcp(compound);
    },
    onKeys: () => undefined,
    onFailed: (problem) => {
      log.warn({ problem }, 'dtls handshake of slides failed');
    },
  });

  const reports = createPictureReports({
    ssrc,
    dayMs: () => nowMs() + dayOffsetMs,
    send: path.sendRtcp,
    device: () =>
      session === undefined || slidesSsrc === 0
        ? undefined
        : { ssrc: slidesSsrc, accepts: session.feedback },
    onFeedback: (feedback) => {
      heed(feedback);
    },
    onLimit: (bitsPerSecond) => {
      bandwidth.limit(bitsPerSecond);
    },
    onLoss: (fractionLost) => {
      bandwidth.lose(fractionLost);
    },
  });

  const uplink = createCameraUplink({
    ...randomStart(),
    send: (packet) => link()?.screen?.writeRtp(packet),
    // SIP INFO asks for the camera: of slides only RTCP can ask. RFC 5168 names no stream.
    askKeyFrame: (mediaSsrc) => {
      const by = session?.feedback.pli === false && session.feedback.fir ? 'fir' : 'pli';
      reports.askKeyFrame(mediaSsrc, by);
    },
    askPackets: reports.askPackets,
  });

  const downlink = createPictureDownlink({
    ...randomStart(),
    ssrc,
    send: (packet, timestamp) => {
      if (path.sendRtp(packet)) reports.onRtpSent(packet.length - rtpHeaderBytes, timestamp);
    },
    askKeyFrame: (trackKey) => link()?.requestKeyFrame(trackKey),
    askPackets: (trackKey, sequences) => link()?.requestPackets(trackKey, sequences),
    onShown: () => undefined,
    onTooBig: (trackKey) => {
      leaveOut(trackKey);
    },
    onExcess: (trackKey) => {
      leaveOut(trackKey);
    },
  });

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
    }
  };

  const sends = (): boolean =>
    session !== undefined && (session.direction === 'sendrecv' || session.direction === 'sendonly');
  const receives = (): boolean =>
    session !== undefined && (session.direction === 'sendrecv' || session.direction === 'recvonly');
  const shows = (): boolean => floor === 'room' && sends() && isInRoom;
  const takes = (): boolean => floor === 'device' && receives() && isInRoom;

  const openWays = (): void => {
    if (!shows() && downlink.shown() !== undefined) downlink.showCard(undefined);
    downlink.await(shows() ? screen : undefined);
    downlink.setOpen(isStarted && shows());
    link()?.watch(shows() && screen !== undefined ? [screen] : [], bandwidth.want());
    link()?.screen?.setOn(takes());
    uplink.setOpen(takes() && roomKbps > 0);
  };

  /** The newest in the room that can be shown here; the first stream says why the others can't. */
  const findScreen = (): void => {
    const found = pictures.filter(
      (picture) =>
        picture.source === 'screen' &&
        picture.isH264 &&
        !picture.muted &&
        !unshowable.has(picture.trackKey),
    );
    const isWanted = isInRoom && session !== undefined && shownFirst === 'screen' && sends();
    const next =
      isWanted && found.length > 0 ? Math.max(...found.map(({ trackKey }) => trackKey)) : undefined;
    if (next !== screen) {
      screen = next;
      deps.emit({ type: 'screen-shared', key: next });
    }
    openWays();
  };
  const leaveOut = (trackKey: number): void => {
    log.info({}, 'screen does not fit the second stream');
    unshowable.add(trackKey);
    findScreen();
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
      }
      findScreen();
    },
    start: () => {
      isStarted = true;
      openWays();
    },
    setFloor: (holder) => {
      floor = holder;
      openWays();
    },
    showFirst: (what) => {
      shownFirst = what;
      findScreen();
    },
    showsScreen: () => shows() && screen !== undefined,
    screenTrack: () => {
      const size = sizeOfLevel(session?.localProfileLevelId ?? '');
      return { ...size, maxBitrateKbps: usualKbpsOf(size) };
    },
    enterRoom: (next) => {
      link = next;
      isInRoom = true;
      roomKbps = Number.POSITIVE_INFINITY;
      openWays();
    },
    leaveRoom: () => {
      isInRoom = false;
      pictures = [];
      unshowable.clear();
      findScreen();
      link = () => undefined;
    },
    hear: (event) => {
      if (event.type === 'pictures') {
        ({ pictures } = event);
        findScreen();
      } else if (event.type === 'own-screen') {
        const { about } = event;
        if (about.type === 'key-frame-wanted') uplink.wantKeyFrame();
        else if (about.type === 'packets-missed') uplink.resend(about.sequences);
        else {
          roomKbps = about.kbps;
          reports.setLimit(Math.max(leastBitrateKbps, about.kbps) * 1000);
          openWays();
        }
      }
    },
    takeRoomPacket: (trackKey, packet) => {
      if (!shows() || trackKey !== screen) return false;
      downlink.push(trackKey, packet, nowMs());
      return true;
    },
    tick: (now) => {
      if (session === undefined || !isStarted) return;
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

/** Both streams of a leg, as a room sees them. */
export const withSlides = (pictures: VisitCamera, slides: SlidesLeg): VisitCamera => ({
  cameraTrack: pictures.cameraTrack,
  screenTrack: slides.screenTrack,
  hear: (event) => {
    slides.hear(event);
    if (event.type !== 'own-screen') pictures.hear(event);
  },
  takeRoomPacket: (trackKey, packet) => {
    if (!slides.takeRoomPacket(trackKey, packet)) pictures.takeRoomPacket(trackKey, packet);
  },
});
