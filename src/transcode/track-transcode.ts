/**
 * One track of a room as H.264, for all who watch it on this node. A machine with time as an argument;
 * what decodes and encodes is a process.
 *
 *   waiting ── key frame ──▶ running ── key frame of a larger picture ──▶ running, another process
 *      ▲                        │ behind: pictures are left out until the next key frame
 *      │                        ▼
 *      └── never ──── failed: the process ended, or gives nothing for 5 s. Told once.
 */
import { createGapWatch } from '../bridge/video/gap-watch.ts';
import { createKeyFrameWish } from '../bridge/video/key-frame-wish.ts';
import { createRtpView, parseRtp } from '../bridge/rtp/rtp-packet.ts';
import type { CodedPicture } from './flv-reader.ts';
import { createPictureAssembly, type AssembledPicture } from './picture-assembly.ts';
import type { PictureDimensions, PictureFormat } from './picture-format.ts';
import { fittingSize } from './transcode-command.ts';
import type { TranscodeProcess, TranscodeProcessOptions } from './transcode-process.ts';

export interface TrackTranscode {
  /** A packet of the track, with a plain header. */
  push(packet: Buffer, nowMs: number): void;
  /** Somebody needs a key frame. */
  wantKeyFrame(): void;
  /** A device that takes no larger pictures than these watches too. */
  narrow(bounds: PictureDimensions): void;
  /** Every 20 ms. */
  tick(nowMs: number): void;
  /** Of all its processes. */
  cpuSeconds(): number;
  close(): void;
}

export interface TrackTranscodeDeps {
  readonly format: PictureFormat;
  /** What the first device can be shown. */
  readonly bounds: PictureDimensions;
  readonly startProcess: (
    options: Pick<TranscodeProcessOptions, 'fourcc' | 'size' | 'onPicture' | 'onEnded'>,
  ) => TranscodeProcess;
  readonly askKeyFrame: () => void;
  readonly askPackets: (sequences: readonly number[]) => void;
  /** `run` is another one for each process: its pictures are a stream of their own. */
  readonly onPicture: (picture: CodedPicture, run: number) => void;
  readonly onFailed: (problem: string) => void;
}

/** A process that was fed so long and gave nothing will never do. */
const longestSilenceMs = 5_000;
/** Layers of a publisher that come and go are no reason for a new process each time. */
const leastRunMs = 3_000;
const clockKhz = 90;

interface Run {
  readonly number: number;
  readonly process: TranscodeProcess;
  readonly size: PictureDimensions;
  readonly firstTimestamp: number;
  readonly beganAtMs: number;
  /** Since when it was fed without an answer. */
  unansweredSinceMs: number | undefined;
}

const areaOf = ({ width, height }: PictureDimensions): number => width * height;

export const createTrackTranscode = (deps: TrackTranscodeDeps): TrackTranscode => {
  const view = createRtpView();
  const wish = createKeyFrameWish();
  const gaps = createGapWatch({ canAsk: () => true });
  let run: Run | undefined;
  let runs = 0;
  let cpuOfEnded = 0;
  let isOver = false;
  let nowMs = 0;
  let { bounds } = deps;
  wish.want();

  const endRun = (): void => {
    run?.process.close();
    cpuOfEnded += run?.process.cpuSeconds() ?? 0;
    run = undefined;
  };

  const fail = (problem: string): void => {
    if (isOver) return;
    isOver = true;
    endRun();
    deps.onFailed(problem);
  };

  const startRun = (size: PictureDimensions, firstTimestamp: number): Run => {
    endRun();
    runs += 1;
    const number = runs;
    const process = deps.startProcess({
      fourcc: deps.format.fourcc,
      size,
      onPicture: (picture) => {
        if (run?.number !== number) return;
        run.unansweredSinceMs = undefined;
        deps.onPicture(picture, number);
      },
      onEnded: (problem) => {
        if (run?.number === number) fail(problem);
      },
    });
    const started = { number, process, size, firstTimestamp, beganAtMs: nowMs };
    return { ...started, unansweredSinceMs: undefined };
  };

  const needsAnother = (size: PictureDimensions): boolean =>
    run === undefined || (areaOf(size) > areaOf(run.size) && nowMs - run.beganAtMs > leastRunMs);

  const feed = ({ bytes, rtpTimestamp, keyFrameSize }: AssembledPicture): void => {
    if (isOver) return;
    if (keyFrameSize !== undefined) {
      wish.came();
      gaps.keyFrameCame();
      const size = fittingSize(keyFrameSize, bounds);
      if (needsAnother(size)) run = startRun(size, rtpTimestamp);
    }
    if (run === undefined) return;
    const sinceFirst = ((rtpTimestamp - run.firstTimestamp) >>> 0) / clockKhz;
    run.unansweredSinceMs ??= nowMs;
    if (!run.process.write(bytes, sinceFirst)) assembly.breakOff();
  };

  const assembly = createPictureAssembly({
    format: deps.format,
    onPicture: feed,
    onBroken: () => {
      wish.want();
    },
  });

  return {
    push: (packet, atMs) => {
      nowMs = atMs;
      if (isOver || !parseRtp(packet, packet.length, view)) return;
      gaps.came(view, atMs);
      assembly.push(packet, atMs);
    },
    wantKeyFrame: () => {
      wish.want();
    },
    narrow: (next) => {
      bounds = fittingSize(bounds, next);
      const isTooLarge =
        run !== undefined && areaOf(fittingSize(run.size, bounds)) < areaOf(run.size);
      if (!isTooLarge) return;
      endRun();
      assembly.breakOff();
    },
    tick: (atMs) => {
      nowMs = atMs;
      if (isOver) return;
      const missed = gaps.due(atMs);
      if (missed.length > 0) deps.askPackets(missed);
      assembly.tick(atMs);
      if (wish.poll(atMs)) deps.askKeyFrame();
      const silentSinceMs = run?.unansweredSinceMs;
      if (silentSinceMs !== undefined && atMs - silentSinceMs > longestSilenceMs)
        fail('gave nothing for too long');
    },
    cpuSeconds: () => cpuOfEnded + (run?.process.cpuSeconds() ?? 0),
    close: () => {
      isOver = true;
      endRun();
    },
  };
};
