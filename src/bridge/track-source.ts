/**
 * The home worker's ear and what it hears: one jitter buffer and decoder per remote track, decoded
 * once whatever the number of callers, and added to the meeting's mix each tick.
 */
import type { RoomName } from '../call/identifiers.ts';
import { levelOfPcm, silentLevel } from './audio/level.ts';
import type { Logger } from '../call/ports/process.ts';
import { identityPrefix } from '../call/participant.ts';
import type { MeetingMixer } from './meeting-mixer.ts';
import type { LinkedNodes } from './node-link/meeting-links.ts';
import {
  createSpeakerMeter,
  speakerKeyOf,
  type LoudestSpeakers,
  type SpeakerMeter,
} from './meeting-speakers.ts';
import { createRoomEar } from './room/room-ear.ts';
import type {
  LinkThread,
  RoomCodec,
  RoomEar,
  RoomEarEvent,
  RoomEarOptions,
} from './room/link-types.ts';
import { openRoomTrack, type RoomTrack } from './room-track.ts';
import { createRtpView, parseRtp } from './rtp/rtp-packet.ts';
import { addCounts, noCounts, type StreamCounts } from '../call/quality/sound-tally.ts';
import type { FromWorker } from './worker-protocol.ts';

export interface TrackSource {
  /** Adds this tick's frame of every track that sounds, and notes who speaks. */
  addTo(mixer: MeetingMixer, speakers?: LoudestSpeakers): void;
  /** Nobody but this node's callers is in the room, which is not recorded either: known for certain. */
  isDeserted(): boolean;
  /** Whether tracks are decoded at 16 kHz [8]. */
  setWideband(isWideband: boolean): void;
  /** Callers of these nodes need no track to be heard, and none to hear: links carry their sound. */
  setLinked(nodes: LinkedNodes): void;
  /** Of all tracks since the ear opened; whole numbers. */
  counts(): StreamCounts;
  setToken(token: string): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

interface HeardTrack {
  readonly track: RoomTrack;
  readonly speakerKey: number;
  readonly meter: SpeakerMeter;
}

export interface TrackSourceDeps {
  readonly room: RoomName;
  readonly url: string;
  readonly token: string;
  /** Participants who are this node's own: they are in the lanes already. */
  readonly ownIdentityPrefix: string;
  readonly nowMs: () => number;
  readonly thread?: LinkThread | undefined;
  readonly log: Logger;
  readonly post: (news: Extract<FromWorker, { type: `ear-${string}` }>) => void;
  readonly createEar?: (options: RoomEarOptions) => RoomEar;
}

export const openTrackSource = (deps: TrackSourceDeps): TrackSource => {
  const { room, post, log } = deps;
  const tracks = new Map<number, HeardTrack>();
  /** Tracks that are there; their decoders may still be in the making. */
  const present = new Set<number>();
  /** Of tracks that are not there any more. */
  let gone = noCounts;
  const view = createRtpView();
  let closing: Promise<void> | undefined;
  let isConnected = false;
  let others: number | undefined;
  let isRecorded: boolean | undefined;
  let rateHz: 8000 | 16000 = 8000;
  /** Identity prefixes of callers who hear ours by a link. */
  let hearing: readonly string[] = [];

  const onDecoderFault = (error: unknown): void => {
    log.error({ err: error }, 'track not decodable');
  };
  const addTrack = async (trackKey: number, codec: RoomCodec, identity: string): Promise<void> => {
    present.add(trackKey);
    const track = await openRoomTrack(codec, rateHz, onDecoderFault);
    if (!present.has(trackKey)) {
      track.close();
      return;
    }
    const [speakerKey, meter] = [speakerKeyOf(identity), createSpeakerMeter()];
    tracks.set(trackKey, { track, speakerKey, meter });
  };
  const removeTrack = (trackKey: number): void => {
    present.delete(trackKey);
    const track = tracks.get(trackKey)?.track;
    if (track !== undefined) gone = addCounts(gone, track.counts());
    track?.close();
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
        addTrack(event.trackKey, event.codec, event.identity).catch(onDecoderFault);
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
    thread: deps.thread,
    log,
    onEvent: hear,
    onPacket: (trackKey, packet, arrivalMs = deps.nowMs()) => {
      const track = tracks.get(trackKey)?.track;
      if (track === undefined || !parseRtp(packet, packet.length, view)) return;
      track.push(packet, view, arrivalMs);
    },
  });

  return {
    addTo: (mixer, speakers) => {
      for (const { track, speakerKey, meter } of tracks.values()) {
        track.setRate(rateHz);
        const frame = track.addTo(mixer);
        const level = frame === undefined ? silentLevel : levelOfPcm(frame);
        speakers?.note(speakerKey, meter.hear(level));
      }
    },
    setWideband: (isWideband) => {
      rateHz = isWideband ? 16_000 : 8000;
    },
    setLinked: (nodes) => {
      hearing = nodes.hearing.map(identityPrefix);
      ear.setUnneeded(nodes.heard.map(identityPrefix));
    },
    isDeserted: () =>
      isConnected &&
      closing === undefined &&
      isRecorded === false &&
      (others === 0 || (hearing.length > 0 && ear.othersThan(hearing) === 0)),
    counts: () => [...tracks.values()].map(({ track }) => track.counts()).reduce(addCounts, gone),
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
