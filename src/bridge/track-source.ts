/**
 * The home worker's ear and what it hears: one jitter buffer and decoder per remote track, decoded
 * once whatever the number of callers, and added to the meeting's mix each tick.
 */
import type { RoomName } from '../call/identifiers.ts';
import type { Logger } from '../call/ports/process.ts';
import type { AudioDecoder } from './audio/audio-decoder.ts';
import { createG711Decoder } from './audio/g711-decoder.ts';
import { g711RateHz } from './audio/g711.ts';
import { createOpusDecoder } from './audio/opus-decoder.ts';
import { frameMs } from './media-clock.ts';
import type { MeetingMixer } from './meeting-mixer.ts';
import { createRoomEar } from './room/room-ear.ts';
import {
  roomPayloadTypes,
  type RoomCodec,
  type RoomEar,
  type RoomEarEvent,
  type RoomEarOptions,
} from './room/link-types.ts';
import { createPlayout, type Playout } from './rtp/playout.ts';
import { createReceptionStats, type ReceptionStats } from './rtp/reception-stats.ts';
import { createRtpView, parseRtp } from './rtp/rtp-packet.ts';
import { addCounts, noCounts, type StreamCounts } from '../call/quality/sound-tally.ts';
import type { FromWorker } from './worker-protocol.ts';

export interface TrackSource {
  /** Adds this tick's frame of every track that sounds. */
  addTo(mixer: MeetingMixer): void;
  /** Nobody but this node's callers is in the room, which is not recorded either: known for certain. */
  isDeserted(): boolean;
  /** Of all tracks since the ear opened; whole numbers. */
  counts(): StreamCounts;
  setToken(token: string): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface TrackSourceDeps {
  readonly room: RoomName;
  readonly url: string;
  readonly token: string;
  /** Participants who are this node's own: they are in the lanes already. */
  readonly ownIdentityPrefix: string;
  readonly nowMs: () => number;
  readonly log: Logger;
  readonly post: (news: Extract<FromWorker, { type: `ear-${string}` }>) => void;
  readonly createEar?: (options: RoomEarOptions) => RoomEar;
}

/** The RTP clock of Opus, whatever it carries. RFC 7587 §4.1 */
const opusRateHz = 48_000;

interface Track {
  readonly playout: Playout;
  readonly reception: ReceptionStats;
  readonly frame: Int16Array;
}

export const openTrackSource = (deps: TrackSourceDeps): TrackSource => {
  const { room, post, log } = deps;
  const tracks = new Map<number, Track>();
  /** Tracks that are there; their decoders may still be in the making. */
  const present = new Set<number>();
  /** Of tracks that are not there any more. */
  let gone = noCounts;
  const view = createRtpView();
  let closing: Promise<void> | undefined;
  let isConnected = false;
  let others: number | undefined;
  let isRecorded: boolean | undefined;

  const addTrack = async (trackKey: number, codec: RoomCodec): Promise<void> => {
    present.add(trackKey);
    const decoder = await createDecoder(codec);
    if (!present.has(trackKey)) {
      decoder.close();
      return;
    }
    const playout = createPlayout({
      outputRateHz: g711RateHz,
      frameMs,
      decoderFor: (payloadType) => (payloadType === roomPayloadTypes[codec] ? decoder : undefined),
    });
    const reception = createReceptionStats(codec === 'opus' ? opusRateHz : g711RateHz);
    const frame = new Int16Array((g711RateHz * frameMs) / 1000);
    tracks.set(trackKey, { playout, reception, frame });
  };
  const removeTrack = (trackKey: number): void => {
    present.delete(trackKey);
    const track = tracks.get(trackKey);
    if (track !== undefined) gone = addCounts(gone, countsOf(track));
    track?.playout.close();
    tracks.delete(trackKey);
  };

  const hear = (event: RoomEarEvent): void => {
    if (closing !== undefined) return;
    switch (event.type) {
      case 'connected':
      case 'recovered':
        isConnected = true;
        post({ type: 'ear-recovered', room });
        return;
      case 'lost':
        isConnected = false;
        log.warn({ cause: event.cause }, 'room ear lost');
        post({ type: 'ear-lost', room });
        return;
      case 'token-needed':
        post({ type: 'ear-token-needed', room });
        return;
      case 'left':
        isConnected = false;
        post({ type: 'ear-gone', room, reason: event.reason });
        return;
      case 'encrypted':
        post({ type: 'ear-gone', room, reason: 'encrypted' });
        return;
      case 'audience':
        others = event.others;
        post({ type: 'ear-others', room, others: event.others });
        return;
      case 'recorded':
        ({ isRecorded } = event);
        return;
      case 'track-added':
        addTrack(event.trackKey, event.codec).catch((error: unknown) => {
          log.error({ err: error }, 'track not decodable');
        });
        return;
      case 'track-removed':
        removeTrack(event.trackKey);
        return;
      case 'track-muted':
      // Its packets stop; the jitter buffer falls silent by itself.
    }
  };

  const ear = (deps.createEar ?? createRoomEar)({
    url: deps.url,
    token: deps.token,
    ownIdentityPrefixes: [deps.ownIdentityPrefix],
    log,
    onEvent: hear,
    onPacket: (trackKey, packet) => {
      const track = tracks.get(trackKey);
      if (track === undefined || !parseRtp(packet, packet.length, view)) return;
      const nowMs = deps.nowMs();
      track.reception.push(view, nowMs);
      track.playout.push(packet, view, nowMs);
    },
  });

  return {
    addTo: (mixer) => {
      for (const { playout, frame } of tracks.values()) {
        const kind = playout.pull(frame);
        if (kind !== 'idle') mixer.add(frame);
      }
    },
    isDeserted: () => isConnected && closing === undefined && others === 0 && isRecorded === false,
    counts: () => [...tracks.values()].map(countsOf).reduce(addCounts, gone),
    setToken: (token) => {
      ear.setToken(token);
    },
    close: () => {
      closing ??= ear.close();
      for (const trackKey of [...present]) removeTrack(trackKey);
      return closing;
    },
  };
};

const countsOf = ({ playout, reception }: Track): StreamCounts => {
  const { expected, lost, jitterMs } = reception.figures();
  const { late, concealedMs, delayMs } = playout.stats;
  return {
    expected,
    lost,
    late,
    concealedMs: Math.round(concealedMs),
    jitterMs: Math.round(jitterMs),
    delayMs: Math.round(delayMs),
  };
};

const createDecoder = (codec: RoomCodec): Promise<AudioDecoder> =>
  codec === 'opus'
    ? createOpusDecoder(g711RateHz)
    : Promise.resolve(createG711Decoder(codec, g711RateHz));
