/** The pictures of one connection to a room: what is sent, what comes, and the reports of both. */
import type { AddTrackRequest } from '@livekit/protocol';
import type { RTCRtpCodecParameters } from 'werift';
import type { Clock } from '../../call/ports/process.ts';
import { buildRtcpFeedback, parseRtcpFeedback, type RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { buildRtcp, parseRtcp } from '../rtp/rtcp-packet.ts';
import { createCameraSender } from './camera-sender.ts';
import type { CameraTrack, PictureEvent } from './link-types.ts';
import { createLossEstimate } from './loss-estimate.ts';
import type { PeerConnection } from './peer-connection.ts';
import { pictureCodecs } from './picture-codecs.ts';
import { createScreenConnection } from './screen-connection.ts';
import { createPictureReceiver } from './picture-receiver.ts';
import { cameraMuted, cameraRequest } from './picture-requests.ts';
import { pictureStreams } from './picture-streams.ts';
import { createPictureWatch, type PictureWatch } from './picture-watch.ts';
import type { RoomSession } from './room-session.ts';
import type { SignalEvent } from './signal-message.ts';

/** What a session does for pictures, and tells of them. */
export interface SessionPictures {
  readonly codecs: readonly RTCRtpCodecParameters[];
  /** Adds the m-lines of the first offer; what it returns is published with it. */
  readonly prepare: (peer: PeerConnection) => readonly AddTrackRequest[];
  readonly mediaUp: () => void;
  readonly takeMessage: (bytes: Uint8Array) => void;
  readonly takeSignal: (event: SignalEvent) => void;
  readonly takeRtp: (ssrc: number, packet: Buffer) => void;
  readonly takeRtcp: (compound: Buffer) => void;
  readonly close: () => void;
}

export interface PictureConnection extends Omit<SessionPictures, 'takeMessage'> {
  readonly watch: PictureWatch;
  /** How much of what is watched passes from the server to us. */
  readonly watchedKbps: () => number;
  readonly writeRtp: (packet: Buffer) => void;
  /** As the two for the camera. */
  readonly writeScreen: (packet: Buffer) => void;
  readonly showScreen: () => void;
  /** Tells the server whether the camera is on, where it does not know. */
  readonly showCamera: () => void;
  /** Whether anybody subscribes to this track, which may be ours. */
  readonly setWanted: (trackSid: string, wanted: boolean) => void;
  /** Sends feedback about a track; nothing where no answer has named its stream. */
  readonly sendFeedback: (trackSid: string, of: (mediaSsrc: number) => RtcpFeedback) => void;
}

export interface ScreenDeps {
  readonly track: CameraTrack;
  readonly ssrc: number;
  readonly isOn: () => boolean;
}

export interface PictureConnectionDeps {
  /** Of the camera. */
  readonly ssrc: number;
  readonly camera: CameraTrack;
  readonly clock: Clock;
  readonly session: () => RoomSession | undefined;
  readonly isCameraOn: () => boolean;
  /** Undefined: none is ever published. */
  readonly screen?: ScreenDeps | undefined;
  /** Of what is watched at most. */
  readonly maxWatchedKbps: () => number;
  /** `watchedKbps` is another one. */
  readonly onWatchedKbps: () => void;
  readonly onEvent: (event: PictureEvent) => void;
  readonly onPacket: (trackSid: string, packet: Buffer) => void;
}

const reportIntervalMs = 1_000;
const leastWatchedKbps = 150;
/** Slow: a larger layer that does not pass is tried again not before some seconds. */
const watchedGrowth = 1.02;

export const createPictureConnection = (deps: PictureConnectionDeps): PictureConnection => {
  const { ssrc, clock, session, isCameraOn } = deps;
  let stream: ReturnType<RoomSession['openStream']>;
  let cid = '';
  let cameraSid: string | undefined;
  let shownOn = isCameraOn();
  let cancelReport: (() => void) | undefined;
  const receiver = createPictureReceiver(deps.onPacket);
  const sender = createCameraSender({
    ssrc,
    maxBitrateKbps: deps.camera.maxBitrateKbps,
    stream: () => stream,
    onEvent: deps.onEvent,
  });
  const screen =
    deps.screen &&
    createScreenConnection({ ...deps.screen, clock, session, onEvent: deps.onEvent });
  const estimate = createLossEstimate({
    minKbps: leastWatchedKbps,
    maxKbps: deps.maxWatchedKbps,
    growth: watchedGrowth,
  });

  const showCamera = (): void => {
    if (cameraSid === undefined || shownOn === isCameraOn()) return;
    shownOn = isCameraOn();
    if (shownOn) sender.setMutedByRoom(false);
    session()?.send(cameraMuted(cameraSid, !shownOn));
  };

  /** What came and what was sent. RFC 3550 §6.4 */
  const report = (): void => {
    const nowMs = clock.now();
    cancelReport = clock.at(nowMs + reportIntervalMs, report);
    const reports = receiver.reports(nowMs);
    const senderInfo = sender.senderInfo(nowMs);
    stream?.sendRtcp(buildRtcp({ ssrc, cname: 'camera', sender: senderInfo, reports }));
    screen?.report(nowMs);
    const before = estimate.kbps();
    const worst = Math.max(0, ...reports.map(({ fractionLost }) => fractionLost));
    if (estimate.report(worst) !== before) deps.onWatchedKbps();
  };

  return {
    codecs: pictureCodecs,
    watch: createPictureWatch((request) => session()?.send(request)),
    watchedKbps: () => estimate.kbps(),
    prepare: (peer) => {
      ({ cid } = peer.addCameraSender(ssrc));
      // One from the start, so that the first picture needs no further one.
      peer.addVideoReceivers(1);
      shownOn = isCameraOn();
      return [cameraRequest(cid, deps.camera, !shownOn)];
    },
    mediaUp: () => {
      stream ??= session()?.openStream();
      screen?.mediaUp();
      cancelReport ??= clock.at(clock.now() + reportIntervalMs, report);
    },
    takeSignal: (event) => {
      screen?.takeSignal(event);
      if (event.type === 'published' && event.cid === cid) {
        cameraSid = event.trackSid;
        showCamera();
      } else if (event.type === 'mute' && event.trackSid === cameraSid) {
        // Until the host takes it back, or the device's camera is switched off and on.
        shownOn = !event.muted;
        sender.setMutedByRoom(event.muted);
      } else if (event.type === 'answer') {
        receiver.setStreams(pictureStreams(event.sdp, event.trackSidByMid), clock.now());
      }
    },
    takeRtp: (of, packet) => {
      receiver.take(of, packet, clock.now());
    },
    takeRtcp: (compound) => {
      for (const packet of parseRtcp(compound)) {
        sender.takeReport(packet);
        screen?.sender.takeReport(packet);
        receiver.takeReport(packet, clock.now());
      }
      for (const feedback of parseRtcpFeedback(compound)) {
        sender.takeFeedback(feedback);
        screen?.sender.takeFeedback(feedback);
      }
    },
    writeRtp: (packet) => {
      if (isCameraOn()) sender.writeRtp(packet, clock.now());
    },
    writeScreen: (packet) => {
      screen?.write(packet);
    },
    showScreen: () => {
      screen?.show();
    },
    showCamera,
    setWanted: (trackSid, wanted) => {
      if (trackSid === cameraSid) sender.setWanted(wanted);
      else screen?.setWanted(trackSid, wanted);
    },
    sendFeedback: (trackSid, of) => {
      const mediaSsrc = receiver.ssrcOf(trackSid);
      if (mediaSsrc !== undefined) stream?.sendRtcp(buildRtcpFeedback(ssrc, of(mediaSsrc)));
    },
    close: () => {
      cancelReport?.();
      stream = undefined;
      screen?.close();
    },
  };
};
