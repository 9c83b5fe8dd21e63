/**
 * The transcodes of one meeting, on its home worker: one a picture, whoever of the node watches it.
 *
 *   none ── wanted, a place is free ──▶ running ── nobody wants it for some seconds ──▶ none
 *            │ no place                    │ failed
 *            ▼                             ▼
 *          refused: `limit`             refused: `failed`, for 10 s, and each time twice as long
 */
import type { Logger } from '../../call/ports/process.ts';
import { pictureFormats } from '../../transcode/picture-formats.ts';
import type { ForeignCodec, PictureDimensions } from '../../transcode/picture-format.ts';
import {
  createTrackTranscode,
  type TrackTranscode,
  type TrackTranscodeDeps,
} from '../../transcode/track-transcode.ts';
import { fittingSize, largestPicture } from '../../transcode/transcode-command.ts';
import type { TranscodeRefusal } from '../room/link-types.ts';
import type { PictureEar } from '../room/picture-ear.ts';
import type { OpenTranscodeChannel, TranscodeMessage } from './transcode-channel.ts';
import type { TranscodePlaces } from './transcode-places.ts';

export interface TranscodeHost {
  /** Every 20 ms. */
  tick(nowMs: number): void;
  /** An answer to `onTokenNeeded`. */
  setToken(trackSid: string, token: string): void;
  /** Of the processor, by those that run. */
  cpuSeconds(): number;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface TranscodeHostDeps {
  readonly openChannel: OpenTranscodeChannel;
  readonly places: TranscodePlaces;
  readonly startProcess: TrackTranscodeDeps['startProcess'];
  /** A listener in the room for one picture, with a token. */
  readonly openEar: (options: PictureEarRequest) => PictureEar;
  readonly onTokenNeeded: (trackSid: string) => void;
  readonly log: Logger;
}

export interface PictureEarRequest {
  readonly token: string;
  readonly trackSid: string;
  readonly codec: ForeignCodec;
  readonly onTokenNeeded: () => void;
  /** It can't be had any more. */
  readonly onGone: (problem: string) => void;
  readonly onPacket: (packet: Buffer) => void;
}

/** A lease is said each second. */
const leaseMs = 3_500;
/** Who speaks next is often who spoke before: it goes on for a while when nobody watches. */
const lingerMs = 5_000;
const firstRestMs = 10_000;
const longestRestMs = 300_000;

interface Transcode {
  readonly trackSid: string;
  readonly codec: ForeignCodec;
  readonly track: TrackTranscode;
  readonly wants: Map<string, { untilMs: number; isLeaving: boolean }>;
  readonly release: () => void;
  ear: PictureEar | undefined;
  idleSinceMs: number | undefined;
}

export const createTranscodeHost = (deps: TranscodeHostDeps): TranscodeHost => {
  const { places, log } = deps;
  const running = new Map<string, Transcode>();
  const resting = new Map<string, { untilMs: number; restMs: number }>();
  const closing = new Set<Promise<void>>();
  let nowMs = 0;
  let isClosed = false;

  const end = (transcode: Transcode): void => {
    if (!running.delete(transcode.trackSid)) return;
    transcode.track.close();
    places.spend(transcode.track.cpuSeconds());
    transcode.release();
    if (transcode.ear === undefined) return;
    const closed = transcode.ear.close();
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };

  const refuse = (trackSid: string, why: TranscodeRefusal): void => {
    channel.say({ type: 'refused', trackSid, why });
  };

  const fail = (trackSid: string, problem: string): void => {
    const transcode = running.get(trackSid);
    if (transcode === undefined) return;
    log.warn({ problem, codec: transcode.codec }, 'picture not transcoded');
    places.failed();
    end(transcode);
    const restMs = Math.min(longestRestMs, 2 * (resting.get(trackSid)?.restMs ?? firstRestMs / 2));
    resting.set(trackSid, { untilMs: nowMs + restMs, restMs });
    refuse(trackSid, 'failed');
  };

  /** The least wanted of this meeting that may give way. */
  const makeRoom = (): boolean => {
    const all = [...running.values()];
    const spare =
      all.find(({ wants }) => wants.size === 0) ??
      all.find(({ wants }) => [...wants.values()].every(({ isLeaving }) => isLeaving));
    if (spare !== undefined) end(spare);
    return spare !== undefined;
  };

  const begin = (
    trackSid: string,
    codec: ForeignCodec,
    size: PictureDimensions,
  ): Transcode | undefined => {
    const release = places.take() ?? (makeRoom() ? places.take() : undefined);
    if (release === undefined) {
      places.refused();
      refuse(trackSid, 'limit');
      return undefined;
    }
    const track = createTrackTranscode({
      format: pictureFormats[codec],
      bounds: fittingSize(largestPicture, size),
      startProcess: deps.startProcess,
      askKeyFrame: () => transcode.ear?.requestKeyFrame(),
      askPackets: (sequences) => transcode.ear?.requestPackets(sequences),
      onPicture: ({ atMs, units }, run) => {
        // Of their own bytes: all of the buffer behind a view would be copied.
        const own = units.map((unit) => new Uint8Array(unit));
        channel.say({ type: 'picture', trackSid, run, atMs, units: own });
      },
      onFailed: (problem) => {
        fail(trackSid, problem);
      },
    });
    const transcode: Transcode = {
      ...{ trackSid, codec, track, release },
      wants: new Map(),
      ear: undefined,
      idleSinceMs: undefined,
    };
    running.set(trackSid, transcode);
    deps.onTokenNeeded(trackSid);
    return transcode;
  };

  const want = (message: Extract<TranscodeMessage, { type: 'want' }>): void => {
    const { trackSid, codec, viewer, isLeaving } = message;
    const rest = resting.get(trackSid);
    const isResting = rest !== undefined && nowMs < rest.untilMs;
    if (isResting && !running.has(trackSid)) {
      refuse(trackSid, 'failed');
      return;
    }
    const known = running.get(trackSid);
    // It was given up for another one: who leaves does not begin it anew.
    if (known === undefined && isLeaving) return;
    known?.track.narrow(message.size);
    const transcode = known ?? begin(trackSid, codec, message.size);
    transcode?.wants.set(viewer, { untilMs: nowMs + leaseMs, isLeaving });
  };

  const take = (message: TranscodeMessage): void => {
    if (isClosed) return;
    if (message.type === 'want') want(message);
    else if (message.type === 'unwant') running.get(message.trackSid)?.wants.delete(message.viewer);
    else if (message.type === 'key-frame') running.get(message.trackSid)?.track.wantKeyFrame();
  };
  const channel = deps.openChannel(take);

  const expire = (transcode: Transcode): void => {
    for (const [viewer, { untilMs }] of transcode.wants)
      if (nowMs >= untilMs) transcode.wants.delete(viewer);
    transcode.idleSinceMs = transcode.wants.size > 0 ? undefined : (transcode.idleSinceMs ?? nowMs);
    if (transcode.idleSinceMs !== undefined && nowMs - transcode.idleSinceMs >= lingerMs)
      end(transcode);
  };

  return {
    tick: (atMs) => {
      nowMs = atMs;
      for (const transcode of running.values()) {
        transcode.track.tick(atMs);
        expire(transcode);
      }
    },
    setToken: (trackSid, token) => {
      const transcode = running.get(trackSid);
      if (transcode === undefined) return;
      if (transcode.ear !== undefined) {
        transcode.ear.setToken(token);
        return;
      }
      transcode.ear = deps.openEar({
        ...{ token, trackSid, codec: transcode.codec },
        onTokenNeeded: () => {
          deps.onTokenNeeded(trackSid);
        },
        onGone: (problem) => {
          if (running.get(trackSid) === transcode) fail(trackSid, problem);
        },
        onPacket: (packet) => {
          transcode.track.push(packet, nowMs);
        },
      });
    },
    cpuSeconds: () => [...running.values()].reduce((sum, { track }) => sum + track.cpuSeconds(), 0),
    close: async () => {
      isClosed = true;
      for (const transcode of [...running.values()]) end(transcode);
      channel.close();
      await Promise.all(closing);
    },
  };
};
