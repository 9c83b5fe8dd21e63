/**
 * One caller's own sound, heard, played back and measured; kept in memory for as long and no longer.
 *
 *   listening ──as long as was asked──▶ playing back ──once──▶ done: the memory is blank again
 *
 * Echo: what comes in while we play is laid over what we played, frame by frame, at every delay that
 * a telephone has. Somebody who talks meanwhile is no echo: their speech does not follow ours.
 */
import type { SoundReport } from '../call/ports/sip-engine.ts';
import { frameMs } from './media-clock.ts';

export interface SoundTest {
  /** This tick's 20 ms from the caller; undefined where nothing sounds. */
  hear(frame: Int16Array | undefined): void;
  /** This tick's 20 ms to the caller; false while there is nothing to be heard. */
  play(out: Int16Array): boolean;
  readonly isDone: boolean;
  /** Without the network's part. */
  report(): Pick<SoundReport, 'levelDbfs' | 'clippedPct' | 'echo'>;
}

const fullScale = 32_768;
/** Silence between listening and playing back. */
const pauseFrames = 15;
/** Echo of a line, of a room, of a mobile's way there and back. */
const longestEchoFrames = 30;
/** Softer than this is the line's own noise. */
const activeDbfs = -50;
const clippedAt = 32_000;

const dbfs = (rms: number): number => 20 * Math.log10(Math.max(rms, 1e-6) / fullScale);

const rmsOf = (frame: Int16Array | undefined): number => {
  if (frame === undefined || frame.length === 0) return 0;
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return Math.sqrt(sum / frame.length);
};

/** Pearson's, of two series from `lag` on in the second; 0 where one of them does not move. */
const correlation = (played: readonly number[], heard: readonly number[], lag: number): number => {
  const n = Math.min(played.length, heard.length - lag);
  if (n < 2) return 0;
  const [a, b] = [played.slice(0, n), heard.slice(lag, lag + n)];
  const mean = (series: readonly number[]) => series.reduce((sum, x) => sum + x, 0) / n;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [at, x] of a.entries()) {
    const [da, db] = [x - meanA, (b[at] ?? 0) - meanB];
    product += da * db;
    squareA += da * da;
    squareB += db * db;
  }
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
};

export function createSoundTest(listenMs: number): SoundTest {
  const frames = Math.max(1, Math.round(listenMs / frameMs));
  const memory: Int16Array[] = [];
  const listened: number[] = [];
  const played: number[] = [];
  const heardMeanwhile: number[] = [];
  let clipped = 0;
  let samples = 0;
  let pause = pauseFrames;
  let at = 0;
  let tail = longestEchoFrames;

  const isListening = (): boolean => listened.length < frames;
  const isDone = (): boolean => !isListening() && at >= frames && tail <= 0;

  return {
    hear(frame) {
      if (isListening()) {
        memory.push(frame === undefined ? new Int16Array(0) : frame.slice());
        listened.push(rmsOf(frame));
        for (const sample of frame ?? []) if (Math.abs(sample) >= clippedAt) clipped += 1;
        samples += frame?.length ?? 0;
      } else if (played.length > 0) heardMeanwhile.push(rmsOf(frame));
    },
    play(out) {
      if (isListening() || isDone()) return false;
      if (pause > 0) {
        pause -= 1;
        return false;
      }
      const frame = memory[at];
      if (at >= frames || frame === undefined) {
        tail -= 1;
        return false;
      }
      at += 1;
      played.push(rmsOf(frame));
      out.fill(0);
      out.set(frame.subarray(0, out.length));
      // Nothing is kept: it was heard once by whoever said it.
      frame.fill(0);
      return true;
    },
    get isDone() {
      return isDone();
    },
    report() {
      const active = listened.filter((rms) => dbfs(rms) > activeDbfs);
      const power = active.reduce((sum, rms) => sum + rms * rms, 0) / Math.max(1, active.length);
      const isHeard = heardMeanwhile.some((rms) => dbfs(rms) > activeDbfs);
      const lags = Array.from({ length: longestEchoFrames + 1 }, (_, lag) => lag);
      const echo = Math.max(0, ...lags.map((lag) => correlation(played, heardMeanwhile, lag)));
      // A tenth of a second of speech is a click.
      const isSilent = active.length * frameMs < 100;
      return {
        levelDbfs: isSilent ? undefined : Math.round(10 * dbfs(Math.sqrt(power))) / 10,
        clippedPct: samples === 0 ? 0 : (100 * clipped) / samples,
        echo: isHeard && !isSilent ? Math.round(100 * echo) / 100 : 0,
      };
    },
  };
}
