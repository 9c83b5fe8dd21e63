/**
 * A hidden participant that watches one picture in one codec that is not H.264, for who transcodes it.
 * A connection of its own: the ear of all sound is not to wait for it, and LiveKit's server chooses
 * the codec by what a connection offers.
 */
import { randomInt } from 'node:crypto';
import { processClock } from '../../process-clock.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { ForeignCodec } from '../../transcode/picture-format.ts';
import { buildRtcpFeedback, type RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { buildRtcp, parseRtcp } from '../rtp/rtcp-packet.ts';
import { defaultJoinTimeoutMs } from './caller-link.ts';
import { createKeptLink, type DialHooks } from './kept-link.ts';
import type { LinkEvent } from './link-types.ts';
import { foreignPayloadTypes, foreignPictureCodecs } from './picture-codecs.ts';
import type { SessionPictures } from './picture-connection.ts';
import type { PictureWant } from './picture-layers.ts';
import { createPictureReceiver } from './picture-receiver.ts';
import { createPictureRoster } from './picture-roster.ts';
import { parsePictureSignal, type PictureSignal } from './picture-signal.ts';
import { pictureStreams } from './picture-streams.ts';
import { subscription, trackSettings } from './picture-requests.ts';
import { openRoomSession, type RoomSession } from './room-session.ts';

export interface PictureEarOptions {
  readonly url: string;
  readonly token: string;
  readonly trackSid: string;
  readonly codec: ForeignCodec;
  readonly want: PictureWant;
  readonly log: Logger;
  readonly onEvent: (event: LinkEvent) => void;
  /** A decrypted packet of the track with a plain header; the listener's to keep. */
  readonly onPacket: (packet: Buffer) => void;
  /** The server can't give it in this codec. */
  readonly onUnsupported: () => void;
}

export interface PictureEar {
  readonly requestKeyFrame: () => void;
  readonly requestPackets: (sequences: readonly number[]) => void;
  setToken(token: string): void;
  /** As `CallerLink.close`. */
  close(): Promise<void>;
}

const reportIntervalMs = 1_000;

export const createPictureEar = (options: PictureEarOptions): PictureEar => {
  const { trackSid, codec, log } = options;
  const clock = processClock;
  const ssrc = randomInt(1, 2 ** 32);
  let feedback: (of: (mediaSsrc: number) => RtcpFeedback) => void = () => undefined;

  /** Of one connection. */
  const watch = (session: () => RoomSession | undefined): SessionPictures => {
    const roster = createPictureRoster();
    const receiver = createPictureReceiver((sid, packet) => {
      if (sid === trackSid) options.onPacket(packet);
    }, foreignPayloadTypes[codec]);
    let stream: ReturnType<RoomSession['openStream']>;
    let cancelReport: (() => void) | undefined;
    let isSubscribed = false;
    let settings = '';

    const report = (): void => {
      const nowMs = clock.now();
      cancelReport = clock.at(nowMs + reportIntervalMs, report);
      const reports = receiver.reports(nowMs);
      stream?.sendRtcp(buildRtcp({ ssrc, cname: 'pictures', reports }));
    };
    /** In the layer that is wanted, once it is known which there are. */
    const choose = (): void => {
      const found = roster.find(trackSid);
      if (found === undefined) return;
      const { participantSid, track } = found;
      if (!isSubscribed) session()?.send(subscription([{ trackSid, participantSid }], true));
      isSubscribed = true;
      const layers = track.foreign?.layers ?? [];
      const request = trackSettings({ trackSid, layers }, options.want);
      const wanted = request.toJsonString();
      if (wanted === settings) return;
      settings = wanted;
      session()?.send(request);
    };
    const follow = (signal: PictureSignal): void => {
      if (signal.type === 'joined') {
        roster.begin(signal.people, signal.ownSid);
        choose();
      } else if (signal.type === 'people') {
        roster.update(signal.people);
        choose();
      } else if (signal.type === 'unsupported' && signal.trackSid === trackSid)
        options.onUnsupported();
    };

    feedback = (of) => {
      const mediaSsrc = receiver.ssrcOf(trackSid);
      if (mediaSsrc !== undefined) stream?.sendRtcp(buildRtcpFeedback(ssrc, of(mediaSsrc)));
    };
    return {
      codecs: foreignPictureCodecs(codec),
      prepare: (peer) => {
        peer.addVideoReceivers(1);
        return [];
      },
      mediaUp: () => {
        stream ??= session()?.openStream();
        cancelReport ??= clock.at(clock.now() + reportIntervalMs, report);
      },
      takeMessage: (bytes) => {
        const signal = parsePictureSignal(bytes);
        if (signal !== undefined) follow(signal);
      },
      takeSignal: (event) => {
        if (event.type === 'answer')
          receiver.setStreams(pictureStreams(event.sdp, event.trackSidByMid), clock.now());
      },
      takeRtp: (packetSsrc, packet) => {
        receiver.take(packetSsrc, packet, clock.now());
      },
      takeRtcp: (compound) => {
        for (const packet of parseRtcp(compound)) receiver.takeReport(packet, clock.now());
      },
      close: () => {
        cancelReport?.();
        stream = undefined;
      },
    };
  };

  const dial = (token: string, hooks: DialHooks): RoomSession => {
    const pictures = watch(() => session);
    const session: RoomSession = openRoomSession({
      url: options.url,
      token,
      localAddress: undefined,
      codecs: ['opus'],
      followsRoom: false,
      clock,
      log,
      prepare: () => [],
      pictures,
      onRtp: pictures.takeRtp,
      onMedia: hooks.onUp,
      onDown: hooks.onDown,
      onSignal: (event) => {
        if (event.type === 'token') hooks.onToken(event.token);
      },
    });
    return session;
  };

  const link = createKeptLink({
    token: options.token,
    joinTimeoutMs: defaultJoinTimeoutMs,
    ...{ clock, log, dial },
    onEvent: options.onEvent,
  });

  return {
    requestKeyFrame: () => {
      feedback((mediaSsrc) => ({ type: 'picture-loss', mediaSsrc }));
    },
    requestPackets: (sequences) => {
      if (sequences.length > 0) feedback((mediaSsrc) => ({ type: 'nack', mediaSsrc, sequences }));
    },
    setToken: (token) => {
      link.setToken(token);
    },
    close: () => link.close(),
  };
};
