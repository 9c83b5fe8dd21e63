/**
 * The shared memory of one meeting: a lane per worker, written by that worker alone. A lane holds
 * the sum of what its worker brings to the meeting (its callers; on the home worker the room's
 * tracks too) for the last `slotsPerLane` ticks, each slot stamped with its tick once complete.
 *
 * Layout, Int32: stamps[lanes][slots], voices[lanes][slots] (how many frames are in the sum), then
 * sums[lanes][slots][160], then what the home worker knows of the room: its counts of the tracks, and
 * whether the room is deserted. Sums are 32 bit and
 * not yet limited, so that subtracting a caller's own voice is exact whichever worker limits the total.
 */
import { addSum } from './audio/mix.ts';
import type { StreamCounts } from '../call/quality/sound-tally.ts';

const samplesPerFrame = 160;
/** A power of two above catch-up (3 ticks) plus the longest delay (2): a slot is never rewritten while read. */
const slotsPerLane = 8;
const slotMask = slotsPerLane - 1;
/** No tick, nor one or two before any. */
const neverWritten = -(2 ** 31);
const longestDelayTicks = 2;
/** Expected, lost, late, concealed, jitter, delay. */
const roomCountWords = 6;
const roomWords = roomCountWords + 1;

/** The shared memory for one meeting on a node of `workers` workers. */
export const allocateMeetingLanes = (workers: number): SharedArrayBuffer => {
  const words = workers * slotsPerLane * (2 + samplesPerFrame) + roomWords;
  const buffer = new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
  new Int32Array(buffer, 0, workers * slotsPerLane).fill(neverWritten);
  return buffer;
};

export interface MeetingLanes {
  /** The own lane's slot of this tick, emptied and unstamped: to be summed into. */
  begin(tick: number): Int32Array;
  /** The slot of this tick is complete, the sum of `voices` frames: others may read it. */
  publish(tick: number, voices: number): void;
  /**
   * Adds the other lanes to `total`; returns how many frames are in what was added. A lane is
   * read one tick late. If that slot is not there the lane's delay grows to two ticks (the frame
   * before is heard again); a lane with neither is stale, counts as silence, and begins again at
   * one.
   */
  addOthers(tick: number, total: Int32Array): number;
  /** The home worker's counts of the room's tracks; whole numbers. */
  tellRoomCounts(counts: StreamCounts): void;
  roomCounts(): StreamCounts;
  /** Whether nobody but the node's callers listens: the home worker tells, and all may ask. */
  tellDeserted(isDeserted: boolean): void;
  isDeserted(): boolean;
}

export const openMeetingLanes = (buffer: SharedArrayBuffer, ownLane: number): MeetingLanes => {
  const words = buffer.byteLength / Int32Array.BYTES_PER_ELEMENT - roomWords;
  const counts = new Int32Array(buffer, words * Int32Array.BYTES_PER_ELEMENT, roomCountWords);
  const deserted = new Int32Array(
    buffer,
    (words + roomCountWords) * Int32Array.BYTES_PER_ELEMENT,
    1,
  );
  const lanes = words / (slotsPerLane * (2 + samplesPerFrame));
  const stamps = new Int32Array(buffer, 0, lanes * slotsPerLane);
  const voicesIn = new Int32Array(buffer, stamps.byteLength, lanes * slotsPerLane);
  const slots = Array.from(
    { length: lanes * slotsPerLane },
    (_, index) =>
      new Int32Array(
        buffer,
        (2 * lanes * slotsPerLane + index * samplesPerFrame) * Int32Array.BYTES_PER_ELEMENT,
        samplesPerFrame,
      ),
  );
  const others = Array.from({ length: lanes }, (_, lane) => ({ lane, delayTicks: 1 })).filter(
    ({ lane }) => lane !== ownLane,
  );

  const place = (lane: number, tick: number): number => lane * slotsPerLane + (tick & slotMask);
  const isThere = (lane: number, tick: number): boolean =>
    Atomics.load(stamps, place(lane, tick)) === tick;
  const slotAt = (index: number): Int32Array => {
    const slot = slots[index];
    if (slot === undefined) throw new RangeError(`no slot ${index}`);
    return slot;
  };

  return {
    begin: (tick) => {
      const index = place(ownLane, tick);
      Atomics.store(stamps, index, neverWritten);
      return slotAt(index).fill(0);
    },
    publish: (tick, voices) => {
      const index = place(ownLane, tick);
      voicesIn[index] = voices;
      // The stamp comes last: who sees it sees the sum.
      Atomics.store(stamps, index, tick);
    },
    addOthers: (tick, total) => {
      let heard = 0;
      for (const other of others) {
        if (!isThere(other.lane, tick - other.delayTicks)) {
          other.delayTicks += 1;
          if (
            other.delayTicks > longestDelayTicks ||
            !isThere(other.lane, tick - other.delayTicks)
          ) {
            other.delayTicks = 1;
            continue;
          }
        }
        const index = place(other.lane, tick - other.delayTicks);
        const voices = voicesIn[index] ?? 0;
        if (voices > 0) addSum(total, slotAt(index));
        heard += voices;
      }
      return heard;
    },
    // Words of two ticks may be read together: a packet more or less in one of them is of no account.
    tellRoomCounts: ({ expected, lost, late, concealedMs, jitterMs, delayMs }) => {
      counts.set([expected, lost, late ?? 0, concealedMs ?? 0, jitterMs, delayMs ?? 0]);
    },
    roomCounts: () => {
      const [expected = 0, lost = 0, late = 0, concealedMs = 0, jitterMs = 0, delayMs = 0] = counts;
      return { expected, lost, late, concealedMs, jitterMs, delayMs };
    },
    tellDeserted: (isDeserted) => {
      Atomics.store(deserted, 0, Number(isDeserted));
    },
    isDeserted: () => Atomics.load(deserted, 0) === 1,
  };
};
