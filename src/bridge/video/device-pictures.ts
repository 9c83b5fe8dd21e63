/**
 * One stream of pictures between a device and a room, both ways: its port pair, protection and RTCP, what
 * comes of the device (`uplink`) and what goes to it (`downlink`). What is shown and when is the leg's.
 *
 *   device ──▶ path ──▶ uplink ──▶ room's link
 *   device ◀── path ◀── downlink ◀── tracks and cards
 */
import { randomInt } from 'node:crypto';
import type { PictureFeedback, VideoSession } from '../../call/ports/media.ts';
import { createMediaPath } from '../media-path.ts';
import type { CameraTrack, PictureLink } from '../room/link-types.ts';
import type { DtlsIdentity } from '../rtp/dtls-identity.ts';
import type { RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts';
import type { PacketListener, RtpSocket } from '../rtp/rtp-socket.ts';
import { createCameraUplink, type CameraUplink } from './camera-uplink.ts';
import { createDeviceBandwidth, leastBitrateKbps, usualKbpsOf } from './device-bandwidth.ts';
import type { PictureWant } from './device-screen.ts';
import {
  createPictureDownlink,
  type PictureDownlink,
  type PictureDownlinkDeps,
} from './picture-downlink.ts';
import { createPictureReports } from './picture-feedback.ts';
import { sizeOfLevel } from './picture-size.ts';

export interface DevicePictures {
  readonly localPort: number;
  readonly localRtcpPort: number;
  readonly uplink: CameraUplink;
  readonly downlink: PictureDownlink;
  /** After each offer/answer; undefined: no pictures either way. */
  configure(session: VideoSession | undefined): void;
  readonly isConfigured: () => boolean;
  start(): void;
  readonly isStarted: () => boolean;
  /** Whether we send pictures to the device, and whether it sends us any, as was agreed. */
  readonly sends: () => boolean;
  readonly receives: () => boolean;
  /** What the device can take now. */
  readonly bandwidth: () => PictureWant;
  /** What the participant publishes of the device. */
  readonly track: () => CameraTrack;
  /** What the room takes of the device's pictures: all, until a room says less. */
  setRoomKbps(kbps: number): void;
  forgetRoom(): void;
  readonly isWantedByRoom: () => boolean;
  /** Every 20 ms. */
  tick(nowMs: number): void;
  /** Idempotent, never rejects; the ports are free when it resolves. */
  readonly close: () => Promise<void>;
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
}

type Shown = Pick<PictureDownlinkDeps, 'onShown' | 'onTooBig' | 'onExcess'>;

export interface DevicePicturesDeps extends Shown {
  readonly socket: RtpSocket;
  readonly identity: DtlsIdentity | undefined;
  readonly nowMs: () => number;
  readonly onHandshakeFailed: (problem: string) => void;
  /** A packet of the device came. */
  readonly onReceived: (nowMs: number) => void;
  /** What the device can take may have changed. */
  readonly onBandwidth: () => void;
  /** A packet of the device for the room. */
  readonly writeRtp: (packet: Buffer) => void;
  readonly link: () => PictureLink | undefined;
  /** The device is to be asked; `accepts`: what it listens to, `asked`: how often in a row without an answer. */
  readonly askKeyFrame: (
    byRtcp: (by: 'pli' | 'fir') => void,
    accepts: PictureFeedback | undefined,
    asked: number,
  ) => void;
}

const randomStart = () => ({
  initialSequence: randomInt(2 ** 15),
  initialTimestamp: randomInt(2 ** 32),
});

export const createDevicePictures = (deps: DevicePicturesDeps): DevicePictures => {
  const { link, nowMs } = deps;
  const ssrc = randomInt(1, 2 ** 32);
  const dayOffsetMs = Date.now() - nowMs();
  let session: VideoSession | undefined;
  let isStarted = false;
  let roomKbps = Number.POSITIVE_INFINITY;
  let deviceSsrc = 0;
  const bandwidth = createDeviceBandwidth();

  const sends = (): boolean =>
    session !== undefined && (session.direction === 'sendrecv' || session.direction === 'sendonly');
  const receives = (): boolean =>
    session !== undefined && (session.direction === 'sendrecv' || session.direction === 'recvonly');

  const path = createMediaPath({
    socket: deps.socket,
    identity: deps.identity,
    nowMs,
    onPacket: (packet, view) => {
      if (!receives()) return;
      const now = nowMs();
      reports.onRtpReceived(view, now);
      deps.onReceived(now);
      deviceSsrc = view.ssrc;
      uplink.push(packet, view, now);
    },
    onCompound: (compound) => {
      reports.onRtcp(compound);
    },
    onKeys: () => undefined,
    onFailed: deps.onHandshakeFailed,
  });

  const limit = (bitsPerSecond: number): void => {
    bandwidth.limit(bitsPerSecond);
    deps.onBandwidth();
  };
  const reports = createPictureReports({
    ssrc,
    dayMs: () => nowMs() + dayOffsetMs,
    send: path.sendRtcp,
    device: () =>
      session === undefined || deviceSsrc === 0
        ? undefined
        : { ssrc: deviceSsrc, accepts: session.feedback },
    onFeedback: (feedback) => {
      heed(feedback);
    },
    onLimit: limit,
    onLoss: (fractionLost) => {
      bandwidth.lose(fractionLost);
      deps.onBandwidth();
    },
  });

  const uplink = createCameraUplink({
    ...randomStart(),
    send: deps.writeRtp,
    askKeyFrame: (mediaSsrc, asked) => {
      const byRtcp = (by: 'pli' | 'fir'): void => {
        reports.askKeyFrame(mediaSsrc, by);
      };
      deps.askKeyFrame(byRtcp, session?.feedback, asked);
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
    onShown: deps.onShown,
    onTooBig: deps.onTooBig,
    onExcess: deps.onExcess,
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
        limit(feedback.bitsPerSecond);
    }
  };

  return {
    localPort: deps.socket.localPort,
    localRtcpPort: deps.socket.localRtcpPort,
    uplink,
    downlink,
    configure: (next) => {
      session = next;
      if (next === undefined) return;
      path.configure(next);
      uplink.configure(next);
      downlink.configure(next);
      bandwidth.configure(next);
      deps.onBandwidth();
    },
    isConfigured: () => session !== undefined,
    start: () => {
      isStarted = true;
    },
    isStarted: () => isStarted,
    sends,
    receives,
    bandwidth: () => bandwidth.want(),
    track: () => {
      const size = sizeOfLevel(session?.localProfileLevelId ?? '');
      return { ...size, maxBitrateKbps: usualKbpsOf(size) };
    },
    setRoomKbps: (kbps) => {
      roomKbps = kbps;
      reports.setLimit(Math.max(leastBitrateKbps, kbps) * 1000);
    },
    forgetRoom: () => {
      roomKbps = Number.POSITIVE_INFINITY;
    },
    isWantedByRoom: () => roomKbps > 0,
    tick: (now) => {
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
