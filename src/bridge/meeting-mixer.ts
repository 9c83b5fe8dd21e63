/**
 * One meeting's mix on one worker, a tick at a time. Everything is added once and each caller gets
 * the total less the own voice, so that the cost grows with callers plus tracks:
 *
 *   begin ─▶ add (each caller, each track) ─▶ finish ─▶ hear (each caller)
 *
 * The own lane is summed in place in shared memory; the total adds the other workers' lanes. Sums
 * are 32 bit and limited only at the ear, so that what is subtracted is exactly what was added.
 */
import { addFrame, minusOwn } from './audio/mix.ts';
import type { MeetingLanes } from './meeting-lanes.ts';

const samplesPerFrame = 160;

export interface MeetingMixer {
  begin(tick: number): void;
  /** A frame of 160 samples at 8 kHz. It must stay as it is until the last `hear` of this tick. */
  add(frame: Int16Array): void;
  finish(): void;
  /**
   * What a caller hears: the total less `own` (undefined: the caller added nothing), limited to 16
   * bit, into `out`. Returns false, and leaves `out` alone, where nothing sounds.
   */
  hear(own: Int16Array | undefined, out: Int16Array): boolean;
}

export const createMeetingMixer = (lanes: MeetingLanes): MeetingMixer => {
  const total = new Int32Array(samplesPerFrame);
  let ownLane: Int32Array = total;
  let currentTick = 0;
  let added = 0;
  let fromOthers = 0;

  return {
    begin: (tick) => {
      currentTick = tick;
      ownLane = lanes.begin(tick);
      added = 0;
    },
    add: (frame) => {
      addFrame(ownLane, frame);
      added += 1;
    },
    finish: () => {
      total.set(ownLane);
      lanes.publish(currentTick, added);
      fromOthers = lanes.addOthers(currentTick, total);
    },
    hear: (own, out) => {
      if (added + fromOthers - (own === undefined ? 0 : 1) === 0) return false;
      minusOwn(total, own, out);
      return true;
    },
  };
};
