/**
 * The pictures of a caller's link: its camera goes up, and those that it watches come down. What is
 * watched, the camera and the keys of tracks outlive a connection; what is counted begins anew with each.
 */
import { randomInt } from 'node:crypto';
import type { AddTrackRequest } from '@livekit/protocol';
import type { Clock, Logger } from '../../call/ports/process.ts';
import { buildRtcpFeedback, parseRtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { buildRtcp, parseRtcp } from '../rtp/rtcp-packet.ts';
import { createCameraSender, type CameraSender } from './camera-sender.ts';
import type { CameraTrack, PictureEvent, PictureLink } from './link-types.ts';
import { createLossEstimate, type LossEstimate } from './loss-estimate.ts';
import type { PeerConnection } from './peer-connection.ts';
import type { PictureWant } from './picture-layers.ts';
import { createPictureReceiver, type PictureReceiver } from './picture-receiver.ts';
import { cameraMuted, cameraRequest } from './picture-requests.ts';
import { createPictureRoster } from './picture-roster.ts';
import { parsePictureSignal, type PictureSignal } from './picture-signal.ts';
import { pictureStreams } from './picture-streams.ts';
import { createPictureWatch, type PictureWatch } from './picture-watch.ts';
import type { RoomSession } from './room-session.ts';
import type { SignalEvent } from './signal-message.ts';

/** What a session does for pictures, and tells of them. */
export interface SessionPictures {
  /** Adds the m-lines of the first offer; what it returns is published with it. */
  readonly prepare: (peer: PeerConnection) => readonly AddTrackRequest[];
  readonly mediaUp: () => void;
  readonly takeMessage: (bytes: Uint8Array) => void;
  readonly takeSignal: (event: SignalEvent) => void;
  readonly takeRtp: (ssrc: number, packet: Buffer) => void;
  readonly takeRtcp: (compound: Buffer) => void;
  readonly close: () => void;
}

export interface RoomPictures {
  readonly link: PictureLink;
  /** The pictures of one more connection, in place of those of the last. */
  connect(session: () => RoomSession | undefined): SessionPictures;
}

export interface RoomPicturesDeps {
  readonly camera: CameraTrack;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onEvent: (event: PictureEvent) => void;
  readonly onPacket: (trackKey: number, packet: Buffer) => void;
}

/** One connection, as far as it has come. */
interface Connection {
  readonly session: () => RoomSession | undefined;
  readonly sender: CameraSender;
  readonly receiver: PictureReceiver;
  readonly watch: PictureWatch;
  cid: string;
  publishedOn: boolean;
  cameraSid: string | undefined;
  stream: ReturnType<RoomSession['openStream']>;
  cancelReport: (() => void) | undefined;
}

const reportIntervalMs = 1_000;
const leastWatchedKbps = 150;

export const createRoomPictures = (deps: RoomPicturesDeps): RoomPictures => {
  const { camera, clock, log } = deps;
  const ssrc = randomInt(1, 2 ** 32);
  const roster = createPictureRoster();
  let isCameraOn = true;
  let watched: ReadonlySet<number> = new Set();
  let want: PictureWant = { width: 0, height: 0, maxBitrateKbps: 0 };
  let current: Connection | undefined;
  const told = new Map<PictureEvent['type'], string>();

  const tell = (event: PictureEvent): void => {
    try {
      deps.onEvent(event);
    } catch (error) {
      log.error({ err: error }, 'room picture listener threw');
    }
  };
  /** What was told before in the same words is not told again. */
  const tellChange = (event: PictureEvent): void => {
    const words = JSON.stringify(event);
    if (told.get(event.type) === words) return;
    told.set(event.type, words);
    tell(event);
  };
  const tellPeople = (): void => {
    tellChange({ type: 'people', names: roster.people() });
    tellChange({ type: 'pictures', pictures: roster.pictures() });
    tellChange({ type: 'speakers', identities: roster.speakers() });
  };

  const watchNow = (): void => {
    current?.watch.update(roster.watchable(), watched, want);
  };

  const showCamera = (connection: Connection): void => {
    const { cameraSid } = connection;
    if (cameraSid === undefined || connection.publishedOn === isCameraOn) return;
    connection.publishedOn = isCameraOn;
    connection.session()?.send(cameraMuted(cameraSid, !isCameraOn));
  };

  const followRoom = (signal: PictureSignal): void => {
    switch (signal.type) {
      case 'joined':
        roster.begin(signal.people, signal.ownSid);
        current?.watch.begin();
        break;
      case 'people':
        roster.update(signal.people);
        break;
      case 'speakers':
        roster.updateSpeakers(signal.speakers);
        break;
      case 'wanted':
        if (signal.trackSid === current?.cameraSid) current.sender.setWanted(signal.wanted);
        return;
    }
    tellPeople();
    watchNow();
  };

  const sendFeedback = (trackKey: number, build: (mediaSsrc: number) => Buffer): void => {
    const trackSid = roster.sidOf(trackKey);
    const mediaSsrc = trackSid === undefined ? undefined : current?.receiver.ssrcOf(trackSid);
    if (mediaSsrc !== undefined) current?.stream?.sendRtcp(build(mediaSsrc));
  };

  const connect = (session: () => RoomSession | undefined): SessionPictures => {
    const estimate = createLossEstimate({
      minKbps: leastWatchedKbps,
      maxKbps: () => want.maxBitrateKbps,
    });
    const connection: Connection = {
      session,
      sender: createCameraSender({
        ssrc,
        maxBitrateKbps: camera.maxBitrateKbps,
        stream: () => connection.stream,
        onEvent: tell,
      }),
      receiver: createPictureReceiver((trackSid, packet) => {
        const trackKey = roster.keyOf(trackSid);
        if (trackKey !== undefined && watched.has(trackKey)) deps.onPacket(trackKey, packet);
      }),
      watch: createPictureWatch((request) => session()?.send(request)),
      ...{ cid: '', publishedOn: isCameraOn },
      ...{ cameraSid: undefined, stream: undefined, cancelReport: undefined },
    };
    current = connection;
    return {
      prepare: (peer) => {
        ({ cid: connection.cid } = peer.addCameraSender(ssrc));
        // One from the start, so that the first picture needs no further one.
        peer.addVideoReceivers(1);
        connection.publishedOn = isCameraOn;
        return [cameraRequest(connection.cid, camera, !isCameraOn)];
      },
      mediaUp: () => {
        connection.stream ??= session()?.openStream();
        connection.cancelReport ??= beginReports(connection, estimate);
      },
      takeMessage: (bytes) => {
        const signal = parsePictureSignal(bytes);
        if (signal !== undefined && connection === current) followRoom(signal);
      },
      takeSignal: (event) => {
        if (event.type === 'published' && event.cid === connection.cid) {
          connection.cameraSid = event.trackSid;
          showCamera(connection);
        } else if (event.type === 'answer') {
          const streams = pictureStreams(event.sdp, event.trackSidByMid);
          connection.receiver.setStreams(streams, clock.now());
        }
      },
      takeRtp: (of, packet) => {
        connection.receiver.take(of, packet, clock.now());
      },
      takeRtcp: (compound) => {
        for (const packet of parseRtcp(compound)) {
          connection.sender.takeReport(packet);
          connection.receiver.takeReport(packet, clock.now());
        }
        for (const each of parseRtcpFeedback(compound)) connection.sender.takeFeedback(each);
      },
      close: () => {
        connection.cancelReport?.();
        connection.stream = undefined;
        if (current === connection) current = undefined;
      },
    };
  };

  /** Each second what came and what was sent, and how much may come. RFC 3550 §6.4 */
  const beginReports = (connection: Connection, estimate: LossEstimate): (() => void) => {
    let cancel = (): void => undefined;
    const report = (): void => {
      const nowMs = clock.now();
      const { sender, receiver, stream } = connection;
      const reports = receiver.reports(nowMs);
      const compound = [
        buildRtcp({ ssrc, cname: 'camera', sender: sender.senderInfo(nowMs), reports }),
      ];
      if (reports.length > 0) {
        const kbps = estimate.report(Math.max(...reports.map(({ fractionLost }) => fractionLost)));
        const mediaSsrcs = reports.map((of) => of.ssrc);
        const bitsPerSecond = Math.round(kbps * 1000);
        compound.push(buildRtcpFeedback(ssrc, { type: 'max-bitrate', bitsPerSecond, mediaSsrcs }));
      }
      stream?.sendRtcp(Buffer.concat(compound));
      cancel = clock.at(nowMs + reportIntervalMs, report);
    };
    cancel = clock.at(clock.now() + reportIntervalMs, report);
    return () => {
      cancel();
    };
  };

  const link: PictureLink = {
    writeRtp: (packet) => {
      if (isCameraOn) current?.sender.writeRtp(packet, clock.now());
    },
    setCameraOn: (on) => {
      isCameraOn = on;
      if (current !== undefined) showCamera(current);
    },
    watch: (trackKeys, next) => {
      watched = new Set(trackKeys);
      want = next;
      watchNow();
    },
    requestKeyFrame: (trackKey) => {
      sendFeedback(trackKey, (mediaSsrc) =>
        buildRtcpFeedback(ssrc, { type: 'picture-loss', mediaSsrc }),
      );
    },
    requestPackets: (trackKey, sequences) => {
      if (sequences.length === 0) return;
      sendFeedback(trackKey, (mediaSsrc) =>
        buildRtcpFeedback(ssrc, { type: 'nack', mediaSsrc, sequences }),
      );
    },
  };
  return { link, connect };
};
