/**
 * One meeting's mix on one worker, a tick at a time. Everything is added once and each caller gets
 * the total less the own voice, so that the cost grows with callers plus tracks:
 *
 *   begin ─▶ add (each caller, each track) ─▶ finish ─▶ hear (each caller)
 *
 * Telephones bring and hear 8 kHz, wideband callers 16. Each rate has a sum of its own, and a caller
 * hears the sum of the own rate plus the other one resampled as a whole, once for all ears:
 *
 *   narrow ear = narrow + down(wide) − own       wide ear = wide + up(narrow) − own
 *
 * The own lane is summed in place in shared memory; the total adds the other workers' lanes. Sums
 * are 32 bit and limited only at the ear, so that what is subtracted is exactly what was added.
 *
 * Other nodes of the meeting get the sum of this node's callers alone: what is added after `endCallers`, and
 * by that worker alone, is not in it.
 */
import { addFrame, addSum, minusOwn } from './audio/mix.ts';
import { createResampler } from './audio/resample.ts';
import { narrowSamples, wideSamples, type LaneMix, type MeetingLanes } from './meeting-lanes.ts';

export interface MeetingMixer {
  begin(tick: number): void;
  /** A frame of 160 samples at 8 kHz, or 320 at 16. It must stay as it is until the last `hear` of this tick. */
  add(frame: Int16Array): void;
  /** All that is added after this in this tick is of no caller of the node. */
  endCallers(): void;
  /** `wideEars`: the callers of this worker who hear 16 kHz. */
  finish(wideEars?: number): void;
  /** Whether any caller of the node hears 16 kHz. */
  hasWideEars(): boolean;
  /**
   * What a caller hears: the total less `own` (undefined: the caller added nothing), limited to 16
   * bit, into `out`, whose length tells the rate. Returns false, and leaves `out` alone, where
   * nothing sounds.
   */
  hear(own: Int16Array | undefined, out: Int16Array): boolean;
  /** As `hear`, of the node's callers alone; after `endCallers` and `finish` of this tick. */
  hearCallers(out: Int16Array): boolean;
  /** Whether one of them has brought 16 kHz lately. */
  areCallersWide(): boolean;
}

/** One that is gone a moment is soon back: codecs do not change for that. */
const wideLastsTicks = 50;

export const createMeetingMixer = (lanes: MeetingLanes): MeetingMixer => {
  const { mix: total, ...heard } = createHeardMix();
  /** Made where another node has callers in the meeting. */
  let callers: ReturnType<typeof createHeardMix> | undefined;
  let callersEndedAt = Number.NEGATIVE_INFINITY;
  let ownLane = total;
  let currentTick = 0;

  return {
    begin: (tick) => {
      currentTick = tick;
      ownLane = lanes.begin(tick);
    },
    endCallers: () => {
      callers ??= createHeardMix();
      callersEndedAt = currentTick;
      copyMix(ownLane, callers.mix);
    },
    add: (frame) => {
      if (frame.length === narrowSamples) {
        addFrame(ownLane.narrow, frame);
        ownLane.narrowVoices += 1;
        return;
      }
      if (ownLane.wideVoices === 0) ownLane.wide.fill(0);
      addFrame(ownLane.wide, frame);
      ownLane.wideVoices += 1;
    },
    finish: (wideEars = 0) => {
      ownLane.wideEars = wideEars;
      lanes.publish(currentTick);
      copyMix(ownLane, total);
      lanes.addOthers(currentTick, total);
      heard.finish(currentTick);
      if (callers === undefined || callersEndedAt !== currentTick) return;
      lanes.addOthers(currentTick, callers.mix);
      callers.finish(currentTick);
    },
    hasWideEars: () => total.wideEars > 0,
    hear: heard.hear,
    hearCallers: (out) => callers?.hear(undefined, out) ?? false,
    areCallersWide: () => callers?.isWide(wideLastsTicks) ?? false,
  };
};

const copyMix = (from: LaneMix, to: LaneMix): void => {
  to.narrow.set(from.narrow);
  if (from.wideVoices > 0) to.wide.set(from.wide);
  to.narrowVoices = from.narrowVoices;
  to.wideVoices = from.wideVoices;
  to.wideEars = from.wideEars;
};

/** What is in a meeting for one tick, to be heard at either rate. */
const createHeardMix = () => {
  const mix: LaneMix = {
    narrow: new Int32Array(narrowSamples),
    narrowVoices: 0,
    wide: new Int32Array(wideSamples),
    wideVoices: 0,
    wideEars: 0,
  };
  const toNarrow = createCrossing(16_000, 8000);
  const toWide = createCrossing(8000, 16_000);
  let currentTick = 0;
  let lastWideTick = Number.NEGATIVE_INFINITY;

  /** The usual case first: there are telephones alone. */
  const forNarrowEars = (): Int32Array =>
    currentTick > lastWideTick + 1
      ? mix.narrow
      : toNarrow(currentTick, mix.narrow, mix.wideVoices > 0 ? mix.wide : undefined);
  const forWideEars = (): Int32Array => {
    if (mix.wideVoices === 0) mix.wide.fill(0);
    return toWide(currentTick, mix.wide, mix.narrowVoices > 0 ? mix.narrow : undefined);
  };

  return {
    mix,
    finish: (tick: number): void => {
      currentTick = tick;
      if (mix.wideVoices > 0) lastWideTick = tick;
    },
    isWide: (withinTicks: number): boolean => currentTick - lastWideTick < withinTicks,
    hear: (own: Int16Array | undefined, out: Int16Array): boolean => {
      const voices = mix.narrowVoices + mix.wideVoices;
      if (voices - (own === undefined ? 0 : 1) === 0) return false;
      minusOwn(out.length === narrowSamples ? forNarrowEars() : forWideEars(), own, out);
      return true;
    },
  };
};

/**
 * `sum` plus the other rate's sum, resampled; made by the first ear of a tick, for all of them.
 * Undefined: there is nothing at the other rate, and once its last sound has rung out `sum` is all.
 */
const createCrossing = (fromHz: number, toHz: number) => {
  const resampler = createResampler(fromHz, toHz);
  const silence = new Int32Array(fromHz / 50);
  const crossed = new Int32Array(toHz / 50);
  let crossedAt = Number.NEGATIVE_INFINITY;
  let rings = false;
  return (tick: number, sum: Int32Array, other: Int32Array | undefined): Int32Array => {
    if (tick === crossedAt) return crossed;
    const goesOn = crossedAt === tick - 1;
    if (other === undefined && !(rings && goesOn)) return sum;
    if (!goesOn) resampler.reset();
    resampler.process(other ?? silence, silence.length, crossed);
    addSum(crossed, sum);
    rings = other !== undefined;
    crossedAt = tick;
    return crossed;
  };
};
