/**
 * One leg's view of the pictures of its room where those that are not H.264 are transcoded: to its
 * screen they are pictures as all others, and to its link they are not there.
 *
 *   told as watchable ── watched ──▶ wanted (a lease, each second) ── refused ──▶ told as not watchable, 10 s
 */
import { randomInt, randomUUID } from 'node:crypto';
import type {
  ForeignTrack,
  PictureEvent,
  PictureLink,
  RoomPicture,
  TranscodeRefusal,
} from '../room/link-types.ts';
import { rtpHeaderBytes, writeRtpHeader } from '../rtp/rtp-packet.ts';
import { packetize } from './h264-packetizer.ts';
import type { PictureSize } from './picture-size.ts';
import { videoClockKhz } from './stream-line.ts';
import {
  leaseEveryMs,
  type OpenTranscodeChannel,
  type TranscodeMessage,
} from './transcode-channel.ts';

export interface TranscodedPictures {
  /** What the room's link tells of pictures, with those that are transcoded. */
  readonly hear: (event: PictureEvent) => void;
  /** The link, with those that are transcoded. */
  readonly over: (link: PictureLink) => PictureLink;
  /** Every 20 ms. */
  tick(nowMs: number): void;
  close(): void;
}

export interface TranscodedPicturesDeps {
  readonly openChannel: OpenTranscodeChannel;
  readonly onPictures: (event: PictureEvent) => void;
  readonly onPacket: (trackKey: number, packet: Buffer) => void;
}

/** A refusal is told so long; then it is tried again. */
const refusedMs = 10_000;
/** The receiver stamps its own. */
const payloadType = 96;

interface Wanted extends ForeignTrack {
  readonly trackKey: number;
  isLeaving: boolean;
  run: number;
  ssrc: number;
  sequence: number;
}

export const createTranscodedPictures = (deps: TranscodedPicturesDeps): TranscodedPictures => {
  const viewer = randomUUID();
  const refused = new Map<string, { readonly why: TranscodeRefusal; untilMs: number }>();
  const wanted = new Map<number, Wanted>();
  let pictures: readonly RoomPicture[] = [];
  let size: PictureSize = { width: 0, height: 0 };
  let nowMs = 0;
  let leaseAtMs = 0;

  const tell = (): void => {
    const told = pictures.map((picture) => {
      if (picture.foreign === undefined) return picture;
      const why = refused.get(picture.foreign.trackSid)?.why;
      return why === undefined ? { ...picture, isH264: true } : { ...picture, refused: why };
    });
    deps.onPictures({ type: 'pictures', pictures: told });
  };

  const lease = ({ trackSid, codec, isLeaving }: Wanted): void => {
    channel.say({ type: 'want', viewer, trackSid, codec, size, isLeaving });
  };

  const takePicture = (
    of: Wanted,
    { run, atMs, units }: Extract<TranscodeMessage, { type: 'picture' }>,
  ): void => {
    if (run !== of.run) Object.assign(of, { run, ssrc: randomInt(1, 2 ** 32) });
    const payloads = packetize(units, 1);
    const timestamp = Math.round(atMs * videoClockKhz) >>> 0;
    for (const [index, payload] of payloads.entries()) {
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + payload.length);
      const marker = index === payloads.length - 1;
      writeRtpHeader(packet, payloadType, marker, of.sequence, timestamp, of.ssrc);
      packet.set(payload, rtpHeaderBytes);
      of.sequence = (of.sequence + 1) & 0xffff;
      deps.onPacket(of.trackKey, packet);
    }
  };

  const take = (message: TranscodeMessage): void => {
    if (message.type === 'picture') {
      for (const of of wanted.values())
        if (of.trackSid === message.trackSid) takePicture(of, message);
    } else if (message.type === 'refused') {
      const isOurs = [...wanted.values()].some(({ trackSid }) => trackSid === message.trackSid);
      if (!isOurs) return;
      refused.set(message.trackSid, { why: message.why, untilMs: nowMs + refusedMs });
      tell();
    }
  };
  const channel = deps.openChannel(take);

  const watch = (trackKeys: readonly number[]): void => {
    for (const [trackKey, { trackSid }] of wanted)
      if (!trackKeys.includes(trackKey)) {
        wanted.delete(trackKey);
        channel.say({ type: 'unwant', viewer, trackSid });
      }
    for (const trackKey of trackKeys) {
      const foreign = foreignOf(trackKey);
      if (foreign === undefined) continue;
      const known = wanted.get(trackKey);
      // Two that are new are both wanted: a speaker, and a screen on a second stream.
      const isLeaving = known !== undefined && trackKey !== trackKeys.at(-1);
      if (known?.isLeaving === isLeaving) continue;
      const fresh = { ...foreign, trackKey, isLeaving, run: 0, ssrc: 0, sequence: 0 };
      const now = known === undefined ? fresh : Object.assign(known, { isLeaving });
      wanted.set(trackKey, now);
      lease(now);
    }
  };
  const foreignOf = (trackKey: number): ForeignTrack | undefined =>
    pictures.find((picture) => picture.trackKey === trackKey)?.foreign;

  return {
    hear: (event) => {
      if (event.type !== 'pictures') {
        deps.onPictures(event);
        return;
      }
      ({ pictures } = event);
      tell();
    },
    over: (link) => ({
      ...link,
      watch: (trackKeys, want) => {
        size = { width: want.width, height: want.height };
        watch(trackKeys);
        link.watch(
          trackKeys.filter((trackKey) => foreignOf(trackKey) === undefined),
          want,
        );
      },
      requestKeyFrame: (trackKey) => {
        const foreign = foreignOf(trackKey);
        if (foreign === undefined) link.requestKeyFrame(trackKey);
        else channel.say({ type: 'key-frame', trackSid: foreign.trackSid });
      },
      // Nothing is lost between threads.
      requestPackets: (trackKey, sequences) => {
        if (foreignOf(trackKey) === undefined) link.requestPackets(trackKey, sequences);
      },
    }),
    tick: (atMs) => {
      nowMs = atMs;
      if (atMs < leaseAtMs) return;
      leaseAtMs = atMs + leaseEveryMs;
      const past = [...refused].filter(([, { untilMs }]) => atMs >= untilMs);
      for (const [trackSid] of past) refused.delete(trackSid);
      if (past.length > 0) tell();
      for (const of of wanted.values()) lease(of);
    },
    close: () => {
      for (const { trackSid } of wanted.values()) channel.say({ type: 'unwant', viewer, trackSid });
      wanted.clear();
      channel.close();
    },
  };
};
