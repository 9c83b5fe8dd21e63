/**
 * The second stream of one leg: a screen of the room to the device, or the device's slides into the
 * room, as the floor says.
 *
 *   floor: room     room's newest screen ──▶ picture-downlink ──▶ device
 *   floor: device   device ──▶ camera-uplink ──▶ screen track of the leg's participant
 */
import type { FloorHolder, MediaEvent, VideoSession } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { ShownFirst } from '../../call/ports/sip-engine.ts';
import type { VisitCamera } from '../room-visit.ts';
import type { CameraTrack, PictureEvent, PictureLink, RoomPicture } from '../room/link-types.ts';
import type { DtlsIdentity } from '../rtp/dtls-identity.ts';
import type { PacketListener, RtpSocket } from '../rtp/rtp-socket.ts';
import { createDevicePictures } from './device-pictures.ts';
import { createSmallerLayers } from './smaller-layers.ts';

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

export const createSlidesLeg = (deps: SlidesLegDeps): SlidesLeg => {
  const { log } = deps;
  let floor: FloorHolder = 'nobody';
  let link: () => PictureLink | undefined = () => undefined;
  let isInRoom = false;
  let shownFirst: ShownFirst = 'screen';
  let pictures: readonly RoomPicture[] = [];
  const unshowable = new Set<number>();
  const layers = createSmallerLayers();
  let screen: number | undefined;

  const leaveOut = (trackKey: number): void => {
    log.info({}, 'screen does not fit the second stream');
    unshowable.add(trackKey);
    findScreen();
  };
  const slides = createDevicePictures({
    socket: deps.socket,
    identity: deps.identity,
    nowMs: deps.nowMs,
    onHandshakeFailed: (problem) => {
      log.warn({ problem }, 'dtls handshake of slides failed');
    },
    onReceived: () => undefined,
    // The room's screen is watched by it whenever the ways are opened anew.
    onBandwidth: () => undefined,
    writeRtp: (packet) => link()?.screen?.writeRtp(packet),
    link: () => link(),
    // SIP INFO asks for the camera: of slides only RTCP can ask. RFC 5168 names no stream.
    askKeyFrame: (byRtcp, accepts) => {
      byRtcp(accepts?.pli === false && accepts.fir ? 'fir' : 'pli');
    },
    onShown: () => undefined,
    onTooBig: leaveOut,
    onExcess: (trackKey, excess) => {
      const outcome = layers.exceed(trackKey, excess, deps.nowMs());
      if (outcome === 'none') leaveOut(trackKey);
      else if (outcome === 'asked') openWays();
    },
  });
  const { uplink, downlink, sends, receives } = slides;

  const shows = (): boolean => floor === 'room' && sends() && isInRoom;
  const takes = (): boolean => floor === 'device' && receives() && isInRoom;

  const openWays = (): void => {
    if (!shows() && downlink.shown() !== undefined) downlink.showCard(undefined);
    downlink.await(shows() ? screen : undefined);
    downlink.setOpen(slides.isStarted() && shows());
    const watched = shows() && screen !== undefined ? [screen] : [];
    link()?.watch(watched, layers.within(watched, slides.bandwidth()));
    link()?.screen?.setOn(takes());
    uplink.setOpen(takes() && slides.isWantedByRoom());
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
    const isWanted = isInRoom && shownFirst === 'screen' && sends();
    const next =
      isWanted && found.length > 0 ? Math.max(...found.map(({ trackKey }) => trackKey)) : undefined;
    if (next !== screen) {
      screen = next;
      deps.emit({ type: 'screen-shared', key: next });
    }
    openWays();
  };

  return {
    localPort: slides.localPort,
    localRtcpPort: slides.localRtcpPort,
    configure: (session) => {
      slides.configure(session);
      findScreen();
    },
    start: () => {
      slides.start();
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
    screenTrack: slides.track,
    enterRoom: (next) => {
      link = next;
      isInRoom = true;
      slides.forgetRoom();
      openWays();
    },
    leaveRoom: () => {
      isInRoom = false;
      pictures = [];
      unshowable.clear();
      layers.clear();
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
          slides.setRoomKbps(about.kbps);
          openWays();
        }
      }
    },
    takeRoomPacket: (trackKey, packet) => {
      if (!shows() || trackKey !== screen) return false;
      downlink.push(trackKey, packet, deps.nowMs());
      return true;
    },
    tick: (now) => {
      if (slides.isConfigured() && slides.isStarted()) slides.tick(now);
    },
    close: slides.close,
    onRtp: slides.onRtp,
    onRtcp: slides.onRtcp,
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
