import type { AudioDecoder } from '../audio/audio-decoder.ts';
import { createJitterBuffer, type BufferedPacket } from './jitter-buffer.ts';
import { createPlayoutDelay } from './playout-delay.ts';
import type { RtpView } from './rtp-packet.ts';
import { timestampDelta } from './sequence.ts';
import { insertPeriod, isQuiet, maxPeriodSamples, removePeriod } from './time-stretch.ts';

/**
 * One source's packets as an even stream of frames.
 *
 * Positions count samples of the output. `decodedTo` is where the next packet should begin, the
 * FIFO holds what is decoded and not yet played, so the playhead is `decodedTo - fifoLength`. It
 * moves on by one frame a pull whatever comes: a packet that is not there when its time has come is
 * concealed. Arrival time minus playhead is the delay we add, over the transit time of the fastest
 * packets; where it is off target the playhead is moved:
 *
 *   silence        by any amount, unheard
 *   voice          by a pitch period, rather in a quiet frame
 *   a late packet  back to it: what was concealed becomes delay
 *   a stall        forward at once, instead of playing what is old
 */
export interface Playout {
  /** Any packet of the source, in the order of arrival. The bytes are copied. */
  push(packet: Uint8Array, view: RtpView, arrivalMs: number): void;
  /**
   * Fills one frame. `idle`: there is no sound and has been none for a second or more; `silence`:
   * the source is pausing; both may still write comfort noise. Called once every frame time.
   */
  pull(out: Int16Array): PlayoutKind;
  readonly stats: Readonly<PlayoutStats>;
  /** Forgets stream and decoders: `decoderFor` is asked anew. */
  reset(): void;
  /** Closes every decoder that `decoderFor` gave. Idempotent. */
  close(): void;
}

export type PlayoutKind = 'voice' | 'concealed' | 'silence' | 'idle';

export interface PlayoutStats {
  packets: number;
  duplicates: number;
  /** Came when their time was over. */
  late: number;
  /** Never came in time. */
  lost: number;
  concealedMs: number;
  /** Taken out or put in to follow the sender's clock and the network. */
  removedMs: number;
  insertedMs: number;
  /** Passed over after a stall. */
  skippedMs: number;
  delayMs: number;
  targetDelayMs: number;
}

export interface PlayoutOptions {
  readonly outputRateHz: 8000 | 16000;
  readonly frameMs: 20;
  /** A decoder at `outputRateHz`, or undefined for what is no sound (telephone-event, comfort noise). */
  readonly decoderFor: (payloadType: number) => AudioDecoder | undefined;
  /** RTP clock; by default 8000 for static payload types (RFC 3551) and 48000 for dynamic ones. */
  readonly clockRateFor?: (payloadType: number) => number;
  readonly minDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly startDelayMs?: number;
}

const slots = 64;
const longestPacketMs = 120;
/** Concealment fades to silence within this. */
const concealLimitMs = 100;
const idleAfterMs = 1000;
/** Delay off target by this much is left alone: one period either way must not overshoot. */
const excessToleranceMs = 15;
const shortageToleranceMs = 5;
/** Beyond this, time is taken from voice without waiting for a quiet frame; and skipped. */
const urgentMs = 40;
const skipMs = 160;
/** The playhead stood still for longer than this, beyond a frame: the process stalled. */
const stallMs = 60;
const quietPatienceFrames = 50;
const framesBetweenStretches = 4;
/** Late packets in a row after which the time line itself is taken to be wrong. */
const lateInRowLimit = 5;
/** Frames whose delay is looked at: the lowest of them decides. */
const delayWindow = 8;
/** An Opus packet without a frame in it says that the speaker stopped (RFC 7587 §3.1.3). */
const dtxPacketBytes = 2;
const fadeInMs = 4;

const defaultClockRateFor = (payloadType: number): number => (payloadType < 96 ? 8000 : 48000);

export const createPlayout = (options: PlayoutOptions): Playout => {
  const { outputRateHz, decoderFor } = options;
  const clockRateFor = options.clockRateFor ?? defaultClockRateFor;
  const maxDelayMs = options.maxDelayMs ?? 300;
  const delayOptions = {
    minDelayMs: options.minDelayMs ?? 20,
    maxDelayMs,
    startDelayMs: options.startDelayMs ?? 40,
  };
  const perMs = outputRateHz / 1000;
  const frameSamples = options.frameMs * perMs;
  const concealLimit = concealLimitMs * perMs;
  const maxPeriod = maxPeriodSamples(outputRateHz);
  const buffer = createJitterBuffer(slots);
  const scratch = new Int16Array(longestPacketMs * perMs);
  const fifo = new Int16Array((longestPacketMs + 4 * options.frameMs) * perMs);
  const stats: PlayoutStats = {
    packets: 0,
    duplicates: 0,
    late: 0,
    lost: 0,
    concealedMs: 0,
    removedMs: 0,
    insertedMs: 0,
    skippedMs: 0,
    delayMs: 0,
    targetDelayMs: delayOptions.startDelayMs,
  };

  const givenDecoders = new Set<AudioDecoder>();
  let decoder: AudioDecoder | undefined;
  const decoders = Array.from<unknown, AudioDecoder | undefined>({ length: 128 }, () => undefined);
  let delay = createPlayoutDelay(delayOptions);
  let anchored = false;
  let clockRateHz = 0;
  let referenceTimestamp = 0;
  let referencePosition = 0;
  let decodedTo = 0;
  let fifoLength = 0;
  let packetSamples = frameSamples;
  /** Made up since the last packet that was decoded. */
  let madeUp = 0;
  /** Nothing is missing: the sender pauses, or has only begun. */
  let pausing = true;
  let fadeIn = false;
  let lateInRow = 0;
  let stalledAtMs = Number.NEGATIVE_INFINITY;
  let patience = quietPatienceFrames;
  let stretchRest = 0;

  // Arrival time minus playhead, the lowest of each of the last frames in which packets came.
  const offsets = new Float64Array(delayWindow);
  let offsetCount = 0;
  let offsetNext = 0;
  let frameOffset = Number.POSITIVE_INFINITY;

  // ------------------------------------------------------------ time line

  const playheadMs = (): number => (decodedTo - fifoLength) / perMs;

  const positionOf = (timestamp: number): number => {
    const delta = timestampDelta(timestamp, referenceTimestamp);
    const position = referencePosition + Math.round((delta * outputRateHz) / clockRateHz);
    if (Math.abs(delta) > 0x3fffffff) {
      referenceTimestamp = timestamp;
      referencePosition = position;
    }
    return position;
  };

  const forgetOffsets = (): void => {
    offsetCount = offsetNext = 0;
    frameOffset = Number.POSITIVE_INFINITY;
  };

  /** The playhead was moved: so are the delays measured by it. */
  const shiftOffsets = (samples: number): void => {
    for (let index = 0; index < offsetCount; index += 1) offsets[index]! -= samples / perMs;
    frameOffset -= samples / perMs;
  };

  /** Moves the playhead on over what is too old to be played. */
  const skip = (excessMs: number): void => {
    const samples = Math.round(excessMs * perMs);
    decodedTo += samples - fifoLength;
    fifoLength = 0;
    stats.skippedMs += excessMs;
    fadeIn = true;
  };

  const noteFrameOffset = (): void => {
    if (frameOffset === Number.POSITIVE_INFINITY) return;
    offsets[offsetNext] = frameOffset;
    offsetNext = (offsetNext + 1) % delayWindow;
    offsetCount = Math.min(delayWindow, offsetCount + 1);
    frameOffset = Number.POSITIVE_INFINITY;
  };

  /** The delay over the last `frames` frames with packets, less the target; 0 where unknown. */
  const excessMs = (frames: number): number => {
    const looked = Math.min(frames, offsetCount);
    let lowest = frameOffset;
    for (let back = 1; back <= looked; back += 1) {
      lowest = Math.min(lowest, offsets[(offsetNext - back + delayWindow) % delayWindow]!);
    }
    if (lowest === Number.POSITIVE_INFINITY) return 0;
    stats.delayMs = lowest - delay.baselineMs;
    return stats.delayMs - delay.targetMs;
  };

  /** Puts a packet that came now `targetMs` before the playhead, whatever its time stamp. */
  const anchor = (timestamp: number, arrivalMs: number): void => {
    anchored = true;
    referenceTimestamp = timestamp;
    referencePosition = decodedTo - fifoLength + Math.round(delay.targetMs * perMs);
    delay.restart(arrivalMs - referencePosition / perMs, arrivalMs);
    forgetOffsets();
    lateInRow = 0;
    pausing = true;
  };

  /** A packet after its time: whether the playhead goes back to it, or all is anchored anew. */
  const handleLate = (packet: BufferedPacket, jitterMs: number): void => {
    const lateness = decodedTo - packet.position;
    if (madeUp >= lateness && jitterMs <= maxDelayMs) {
      decodedTo = packet.position;
      shiftOffsets(-lateness);
      stats.insertedMs += lateness / perMs;
      lateInRow = 0;
      return;
    }
    lateInRow += 1;
    if (lateInRow < lateInRowLimit && madeUp < concealLimit) return;
    anchor(packet.timestamp, packet.arrivalMs);
    packet.position = referencePosition;
  };

  const decoderOf = (payloadType: number): AudioDecoder | undefined => {
    const known = decoders[payloadType];
    if (known !== undefined) return known;
    const found = decoderFor(payloadType);
    if (found !== undefined) givenDecoders.add(found);
    decoders[payloadType] = found;
    return found;
  };

  /**
   * The playhead stood still while time went on: this process stalled, and what waited in the
   * socket is old by as much. It says nothing about the network.
   */
  const noticeStall = (arrivalMs: number): void => {
    if (offsetCount === 0) return;
    const newest = offsets[(offsetNext - 1 + delayWindow) % delayWindow]!;
    const excess = arrivalMs - playheadMs() - newest - options.frameMs;
    if (excess <= stallMs) return;
    // The delays measured before the stall are right again when the playhead has made up for it.
    skip(excess);
    stalledAtMs = arrivalMs;
  };

  const push = (packet: Uint8Array, view: RtpView, arrivalMs: number): void => {
    const playable = decoderOf(view.payloadType) !== undefined && view.payloadLength > 0;
    if (!anchored && !playable) return;
    if (playable && clockRateFor(view.payloadType) !== clockRateHz) {
      clockRateHz = clockRateFor(view.payloadType);
      buffer.clear();
    }
    const result = buffer.insert(packet, view, arrivalMs, playable ? 'audio' : 'event');
    stats.packets += 1;
    if (result === 'duplicate') stats.duplicates += 1;
    if (result === 'late') stats.late += 1;
    if (result === 'duplicate' || result === 'late') return;
    if (result === 'restarted') anchored = false;
    if (!playable) return;
    if (!anchored) anchor(view.timestamp, arrivalMs);
    const stored = buffer.latest();
    stored.position = positionOf(view.timestamp);
    noticeStall(arrivalMs);
    if (arrivalMs - stalledAtMs < options.frameMs) return;
    const jitterMs = delay.observe(arrivalMs - stored.position / perMs, arrivalMs);
    frameOffset = Math.min(frameOffset, arrivalMs - playheadMs());
    if (stored.position < decodedTo) handleLate(stored, jitterMs);
    else lateInRow = 0;
  };

  // ------------------------------------------------------------ sound

  const append = (pcm: Int16Array, from: number, to: number): void => {
    for (let index = from; index < to; index += 1) fifo[fifoLength + index - from] = pcm[index]!;
    if (fadeIn) {
      const fade = Math.min(fadeInMs * perMs, to - from);
      for (let index = 0; index < fade; index += 1) fifo[fifoLength + index]! *= index / fade;
      fadeIn = false;
    }
    fifoLength += to - from;
  };

  /** Fills what was lost or is not said, fading to silence. */
  const makeUp = (samples: number): PlayoutKind => {
    const fading = madeUp < concealLimit;
    if (fading && decoder !== undefined) {
      decoder.conceal(scratch, samples);
      append(scratch, 0, samples);
    } else {
      fifo.fill(0, fifoLength, fifoLength + samples);
      fifoLength += samples;
    }
    madeUp += samples;
    if (pausing || !fading) return madeUp > idleAfterMs * perMs ? 'idle' : 'silence';
    stats.concealedMs += samples / perMs;
    return 'concealed';
  };

  const decodeHead = (head: BufferedPacket): PlayoutKind => {
    stats.lost += buffer.missingBeforeHead();
    const use = decoderOf(head.payloadType);
    const decoded = use === undefined ? 0 : use.decode(head.payload, scratch);
    const samples = Math.min(decoded, scratch.length);
    decoder = use;
    pausing = clockRateHz === 48000 && head.payload.length <= dtxPacketBytes;
    buffer.release();
    if (samples <= 0) return makeUp(0);
    packetSamples = samples;
    // A rest that overlaps with what was played already.
    const from = Math.min(samples, decodedTo - head.position);
    append(scratch, from, samples);
    decodedTo += samples - from;
    madeUp = 0;
    return pausing ? 'silence' : 'voice';
  };

  /** The first packet that can still be played. Event packets and late ones are let go. */
  const playableHead = (): BufferedPacket | undefined => {
    for (let head = buffer.head(); head !== undefined; head = buffer.head()) {
      if (head.kind === 'audio' && head.position + packetSamples > decodedTo) return head;
      stats.lost += buffer.missingBeforeHead();
      if (head.kind === 'audio') stats.late += 1;
      // After an event or comfort noise there is a pause, no loss.
      else pausing = true;
      buffer.release();
    }
    return undefined;
  };

  /** A pause before `head` takes up what the delay is off by: nobody hears it. */
  const pauseBefore = (head: BufferedPacket, needed: number): PlayoutKind => {
    const gap = head.position - decodedTo;
    const excess = Math.round(excessMs(delayWindow) * perMs);
    if (excess > 0) {
      const cut = Math.min(gap, excess);
      decodedTo += cut;
      shiftOffsets(cut);
      stats.removedMs += cut / perMs;
      return cut === gap ? decodeHead(head) : makeUp(0);
    }
    const added = Math.min(needed, -excess);
    if (added > 0) {
      shiftOffsets(-added);
      stats.insertedMs += added / perMs;
      return makeUp(added);
    }
    const samples = Math.min(needed, gap);
    decodedTo += samples;
    return makeUp(samples);
  };

  /** What was lost just before `head`, from the redundancy in it. */
  const recoverBefore = (head: BufferedPacket, gap: number): boolean => {
    const use = gap > packetSamples ? undefined : decoderOf(head.payloadType);
    const samples = use === undefined ? 0 : use.recover(head.payload, scratch);
    if (samples < gap) return false;
    append(scratch, samples - gap, samples);
    decodedTo += gap;
    madeUp = 0;
    return true;
  };

  /** Puts at least something into the FIFO, or moves the time line on. */
  const produce = (needed: number): PlayoutKind => {
    const head = playableHead();
    if (head !== undefined && head.position <= decodedTo) return decodeHead(head);
    if (head !== undefined && buffer.missingBeforeHead() === 0) {
      pausing = true;
      return pauseBefore(head, needed);
    }
    const gap = head === undefined ? needed : head.position - decodedTo;
    if (head !== undefined && recoverBefore(head, gap)) return 'concealed';
    const samples = Math.min(needed, gap);
    decodedTo += samples;
    return makeUp(samples);
  };

  const fill = (): PlayoutKind => {
    let kind: PlayoutKind = fifoLength > 0 ? 'voice' : 'idle';
    while (fifoLength < frameSamples) {
      const produced = produce(frameSamples - fifoLength);
      if (rank[produced] > rank[kind]) kind = produced;
    }
    return kind;
  };

  // ------------------------------------------------------------ clock drift

  const decodeAhead = (samples: number): void => {
    while (fifoLength < samples) {
      const head = playableHead();
      if (head === undefined || head.position > decodedTo) return;
      decodeHead(head);
    }
  };

  const shorten = (): void => {
    decodeAhead(frameSamples + maxPeriod);
    if (fifoLength < frameSamples + maxPeriod) return;
    const removed = removePeriod(fifo, fifoLength, outputRateHz);
    fifoLength -= removed;
    shiftOffsets(removed);
    stats.removedMs += removed / perMs;
  };

  const lengthen = (): void => {
    const inserted = insertPeriod(fifo, fifoLength, outputRateHz);
    fifoLength += inserted;
    shiftOffsets(-inserted);
    stats.insertedMs += inserted / perMs;
  };

  const stretch = (): void => {
    stretchRest -= 1;
    const excess = excessMs(delayWindow);
    if (excess <= excessToleranceMs && excess >= -shortageToleranceMs) {
      patience = quietPatienceFrames;
      return;
    }
    patience -= 1;
    const urgent = Math.abs(excess) > urgentMs || patience <= 0;
    if (stretchRest > 0 || !(urgent || isQuiet(fifo, frameSamples))) return;
    stretchRest = framesBetweenStretches;
    if (excess > 0) shorten();
    else lengthen();
  };

  const catchUp = (): void => {
    const excess = offsetCount < 2 ? 0 : excessMs(2);
    if (excess <= skipMs) return;
    skip(excess);
    shiftOffsets(Math.round(excess * perMs));
  };

  const pull = (out: Int16Array): PlayoutKind => {
    if (!anchored) {
      out.fill(0, 0, frameSamples);
      return 'idle';
    }
    noteFrameOffset();
    catchUp();
    const kind = fill();
    if (kind === 'voice') stretch();
    for (let index = 0; index < frameSamples; index += 1) out[index] = fifo[index]!;
    fifo.copyWithin(0, frameSamples, fifoLength);
    fifoLength -= frameSamples;
    stats.targetDelayMs = delay.targetMs;
    return kind;
  };

  const reset = (): void => {
    buffer.clear();
    anchored = false;
    fifoLength = 0;
    madeUp = 0;
    clockRateHz = 0;
    decoder = undefined;
    decoders.fill(undefined);
    delay = createPlayoutDelay(delayOptions);
    forgetOffsets();
  };

  return {
    push,
    pull,
    stats,
    reset,
    close() {
      reset();
      for (const given of givenDecoders) given.close();
      givenDecoders.clear();
    },
  };
};

const rank: Readonly<Record<PlayoutKind, number>> = { idle: 0, silence: 1, voice: 2, concealed: 3 };
