import { createDelayWindow } from './delay-window.ts';
import { createPlayoutDelay, type PlayoutDelayOptions } from './playout-delay.ts';
import { timestampDelta } from './sequence.ts';

/**
 * Where packets belong and where we are. Positions count samples of the output; `decodedTo` is
 * where the next packet should begin, and the playhead is behind it by what is decoded and not yet
 * played. Arrival time minus playhead is the delay we add, over the transit time of the fastest
 * packets.
 */
export interface PlayoutTimeline {
  decodedTo(): number;
  targetMs(): number;
  /** Measured delay less the target; 0 where nothing was measured. */
  excessMs(): number;
  /** The same over two frames only: sees a leap at once. */
  latestExcessMs(): number;
  /** Puts a packet that came now the target delay ahead of the playhead, whatever its time stamp. */
  anchor(timestamp: number, clockRateHz: number, arrivalMs: number): void;
  locate(timestamp: number): number;
  /** Measures by a packet that came; returns how late it is behind the fastest ones, in ms. */
  observe(position: number, arrivalMs: number): number;
  /**
   * For how long the playhead stood still while time went on, beyond a frame: this process
   * stalled, and what waited in the socket is old by as much. 0 where it did not.
   */
  stalledMs(arrivalMs: number): number;
  /** The next packet should begin later: sound was decoded, made up or left out. */
  advance(samples: number): void;
  /** The playhead was moved on (or back) against real time: so is the delay measured by it. */
  playheadMoved(samples: number): void;
  endFrame(): void;
  /** Forgets what was learnt of the network, too. */
  reset(): void;
}

export interface PlayoutTimelineOptions extends PlayoutDelayOptions {
  readonly outputRateHz: number;
  readonly frameMs: number;
  /** Samples decoded and not yet played. */
  readonly waitingSamples: () => number;
}

/** Frames with packets whose delay is looked at: the lowest of them decides. */
const windowFrames = 8;
/** Re-based before the difference of time stamps comes near its 32 bits. */
const longestReach = 0x3fffffff;

export const createPlayoutTimeline = (options: PlayoutTimelineOptions): PlayoutTimeline => {
  const { outputRateHz, frameMs, waitingSamples } = options;
  const perMs = outputRateHz / 1000;
  const offsets = createDelayWindow(windowFrames);
  let delay = createPlayoutDelay(options);
  let decodedTo = 0;
  let clockRateHz = outputRateHz;
  let referenceTimestamp = 0;
  let referencePosition = 0;

  const playheadMs = (): number => (decodedTo - waitingSamples()) / perMs;

  const excessOver = (frames: number): number => {
    const lowest = offsets.lowest(frames);
    if (lowest === Number.POSITIVE_INFINITY) return 0;
    return lowest - delay.baselineMs() - delay.targetMs();
  };

  return {
    decodedTo: () => decodedTo,
    targetMs: () => delay.targetMs(),
    excessMs: () => excessOver(windowFrames),
    latestExcessMs: () => (offsets.frames() < 2 ? 0 : excessOver(2)),
    anchor(timestamp, rateHz, arrivalMs) {
      clockRateHz = rateHz;
      referenceTimestamp = timestamp;
      referencePosition = decodedTo - waitingSamples() + Math.round(delay.targetMs() * perMs);
      delay.restart(arrivalMs - referencePosition / perMs, arrivalMs);
      offsets.clear();
    },
    locate(timestamp) {
      const delta = timestampDelta(timestamp, referenceTimestamp);
      const position = referencePosition + Math.round((delta * outputRateHz) / clockRateHz);
      if (Math.abs(delta) > longestReach) {
        referenceTimestamp = timestamp;
        referencePosition = position;
      }
      return position;
    },
    observe(position, arrivalMs) {
      offsets.note(arrivalMs - playheadMs());
      return delay.observe(arrivalMs - position / perMs, arrivalMs);
    },
    stalledMs(arrivalMs) {
      if (offsets.frames() === 0) return 0;
      return Math.max(0, arrivalMs - playheadMs() - offsets.newest() - frameMs);
    },
    advance(samples) {
      decodedTo += samples;
    },
    playheadMoved(samples) {
      offsets.shift(samples / perMs);
    },
    endFrame() {
      offsets.endFrame();
    },
    reset() {
      delay = createPlayoutDelay(options);
      offsets.clear();
    },
  };
};
