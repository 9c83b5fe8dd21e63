/**
 * The shared memory of one meeting: a lane per worker, written by that worker alone. A lane holds
 * the sum of what its worker brings to the meeting (its callers; on the home worker the room's
 * tracks too) for the last `slotsPerLane` ticks, each slot stamped with its tick once complete.
 *
 * A lane has two sums, for what is there at 8 kHz and what is there at 16: nothing is resampled into
 * them, so that what a caller brought can be taken out again to the bit (`meeting-mixer.ts`).
 *
 * Layout, Int32: stamps[lanes][slots], counts[lanes][slots][3] (frames in either sum, callers who hear
 * 16 kHz), then sums[lanes][slots][160 + 320], then what the home worker knows of the room: its counts of
 * the tracks, and whether the room is deserted; then speakers[lanes][2][2] (who speaks, how loud). Sums are 32 bit and not yet limited, so that subtracting
 * a caller's own voice is exact whichever worker limits the total.
 */
import { addSum } from './audio/mix.ts';
import type { StreamCounts } from '../call/quality/sound-tally.ts';
import { wordsOfSpeakers, type LoudestSpeakers } from './meeting-speakers.ts';

export const narrowSamples = 160;
export const wideSamples = 320;
const samplesPerSlot = narrowSamples + wideSamples;
const countsPerSlot = 3;
/** A power of two above catch-up (3 ticks) plus the longest delay (2): a slot is never rewritten while read. */
const slotsPerLane = 8;
const slotMask = slotsPerLane - 1;
/** No tick, nor one or two before any. */
const neverWritten = -(2 ** 31);
const longestDelayTicks = 4;
/** Expected, lost, late, concealed, jitter, delay. */
const roomCountWords = 6;
const roomWords = roomCountWords + 1;
const slotWords = slotsPerLane * (1 + countsPerSlot + samplesPerSlot);
const wordsPerLane = slotWords + wordsOfSpeakers;

/** The shared memory for one meeting on a node of `workers` workers. */
export const allocateMeetingLanes = (workers: number): SharedArrayBuffer => {
  const words = workers * wordsPerLane + roomWords;
  const buffer = new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
  new Int32Array(buffer, 0, workers * slotsPerLane).fill(neverWritten);
  return buffer;
};

/** What is in one lane, or in all of them, for one tick. */
export interface LaneMix {
  /** At 8 kHz, the sum of `narrowVoices` frames. */
  readonly narrow: Int32Array;
  narrowVoices: number;
  /** At 16 kHz; means nothing where `wideVoices` is 0. */
  readonly wide: Int32Array;
  wideVoices: number;
  /** Callers who hear 16 kHz. */
  wideEars: number;
}

export interface MeetingLanes {
  /** The own lane's slot of this tick, emptied (but for `wide`) and unstamped: to be summed into. */
  begin(tick: number): LaneMix;
  /** The slot of this tick is complete: others may read it. */
  publish(tick: number): void;
  /**
   * Adds the other lanes to `total`. A lane is read one tick late. If that slot is not there the lane's delay
   * grows, up to four ticks (a frame is heard again): its worker may be late, or this one run ahead. A lane
   * with none of them is stale, counts as silence, and begins again at one.
   */
  addOthers(tick: number, total: LaneMix): void;
  /** The home worker's counts of the room's tracks; whole numbers. */
  tellRoomCounts(counts: StreamCounts): void;
  roomCounts(): StreamCounts;
  /** Whether nobody but the node's callers listens: the home worker tells, and all may ask. */
  tellDeserted(isDeserted: boolean): void;
  isDeserted(): boolean;
  /** Who of the own lane speaks, as `LoudestSpeakers.words`. */
  tellSpeakers(speakers: Int32Array): void;
  /** Keys of who speaks in all lanes, the loudest first. */
  readonly speakers: () => readonly number[];
  /** Notes who speaks in the other lanes. */
  noteOthers(into: Pick<LoudestSpeakers, 'note'>): void;
}

const nobody: readonly number[] = [];

export const openMeetingLanes = (buffer: SharedArrayBuffer, ownLane: number): MeetingLanes => {
  const laneCount = (buffer.byteLength / Int32Array.BYTES_PER_ELEMENT - roomWords) / wordsPerLane;
  const words = laneCount * slotWords;
  const counts = new Int32Array(buffer, words * Int32Array.BYTES_PER_ELEMENT, roomCountWords);
  const deserted = new Int32Array(
    buffer,
    (words + roomCountWords) * Int32Array.BYTES_PER_ELEMENT,
    1,
  );
  const speaking = new Int32Array(buffer, (words + roomWords) * Int32Array.BYTES_PER_ELEMENT);
  const slotCount = laneCount * slotsPerLane;
  const stamps = new Int32Array(buffer, 0, slotCount);
  const voicesIn = new Int32Array(buffer, stamps.byteLength, slotCount * countsPerSlot);
  const sumsFrom = stamps.byteLength + voicesIn.byteLength;
  const sumOf = (index: number, from: number, samples: number): Int32Array => {
    const at = sumsFrom + (index * samplesPerSlot + from) * Int32Array.BYTES_PER_ELEMENT;
    return new Int32Array(buffer, at, samples);
  };
  /** The counts are copies: `publish` writes them. */
  const slots = Array.from({ length: slotCount }, (_, index): LaneMix => ({
    narrow: sumOf(index, 0, narrowSamples),
    narrowVoices: 0,
    wide: sumOf(index, narrowSamples, wideSamples),
    wideVoices: 0,
    wideEars: 0,
  }));
  const others = Array.from({ length: laneCount }, (_, lane) => ({ lane, delayTicks: 1 })).filter(
    ({ lane }) => lane !== ownLane,
  );

  const place = (lane: number, tick: number): number => lane * slotsPerLane + (tick & slotMask);
  const isThere = (lane: number, tick: number): boolean =>
    Atomics.load(stamps, place(lane, tick)) === tick;
  const slotAt = (index: number): LaneMix => {
    const slot = slots[index];
    if (slot === undefined) throw new RangeError(`no slot ${index}`);
    return slot;
  };
  const addSlot = (index: number, total: LaneMix): void => {
    const { narrow, wide } = slotAt(index);
    const narrowVoices = voicesIn[index * countsPerSlot] ?? 0;
    const wideVoices = voicesIn[index * countsPerSlot + 1] ?? 0;
    if (narrowVoices > 0) addSum(total.narrow, narrow);
    if (wideVoices > 0) {
      if (total.wideVoices === 0) total.wide.set(wide);
      else addSum(total.wide, wide);
    }
    total.narrowVoices += narrowVoices;
    total.wideVoices += wideVoices;
    total.wideEars += voicesIn[index * countsPerSlot + 2] ?? 0;
  };

  return {
    begin: (tick) => {
      const index = place(ownLane, tick);
      Atomics.store(stamps, index, neverWritten);
      const slot = slotAt(index);
      slot.narrow.fill(0);
      slot.narrowVoices = slot.wideVoices = slot.wideEars = 0;
      return slot;
    },
    publish: (tick) => {
      const index = place(ownLane, tick);
      const slot = slotAt(index);
      voicesIn[index * countsPerSlot] = slot.narrowVoices;
      voicesIn[index * countsPerSlot + 1] = slot.wideVoices;
      voicesIn[index * countsPerSlot + 2] = slot.wideEars;
      // The stamp comes last: who sees it sees the sum.
      Atomics.store(stamps, index, tick);
    },
    addOthers: (tick, total) => {
      for (const other of others) {
        while (
          other.delayTicks <= longestDelayTicks &&
          !isThere(other.lane, tick - other.delayTicks)
        )
          other.delayTicks += 1;
        if (other.delayTicks > longestDelayTicks) {
          other.delayTicks = 1;
          continue;
        }
        addSlot(place(other.lane, tick - other.delayTicks), total);
      }
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
    tellSpeakers: (speakers) => {
      speaking.set(speakers, ownLane * wordsOfSpeakers);
    },
    noteOthers: (into) => {
      for (const { lane } of others) {
        const from = lane * wordsOfSpeakers;
        for (let at = from; at < from + wordsOfSpeakers; at += 2)
          into.note(speaking[at] ?? 0, speaking[at + 1] ?? 0);
      }
    },
    // A key of one tick may be read with the loudness of the next, which is much the same.
    speakers: () => {
      const found: { readonly key: number; readonly loudness: number }[] = [];
      for (let at = 0; at < speaking.length; at += 2) {
        const loudness = speaking[at + 1] ?? 0;
        if (loudness > 0) found.push({ key: speaking[at] ?? 0, loudness });
      }
      if (found.length === 0) return nobody;
      return found.toSorted((one, other) => other.loudness - one.loudness).map(({ key }) => key);
    },
  };
};
