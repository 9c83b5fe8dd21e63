import type { AudioDecoder } from '../audio/audio-decoder.ts';
import { createDelayWindow } from './delay-window.ts';
import { createJitterBuffer, type BufferedPacket } from './jitter-buffer.ts';
import { createPcmFifo } from './pcm-fifo.ts';
import { createPlayoutDelay } from './playout-delay.ts';
import type { RtpView } from './rtp-packet.ts';
import { timestampDelta } from './sequence.ts';

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
const pauseToleranceMs = 2;
/** Beyond this, time is taken from voice without waiting for a quiet frame; and skipped. */
const urgentMs = 40;
const skipMs = 160;
/** The playhead stood still for longer than this, beyond a frame: the process stalled. */
const stallMs = 60;
const quietPatienceFrames = 50;
const framesBetweenStretches = 4;
/** Late packets in a row after which the time line itself is taken to be wrong. */
const lateInRowLimit = 5;
/** Frames with packets whose delay is looked at: the lowest of them decides. */
const delayWindowFrames = 8;
/** An Opus packet without a frame in it says that the speaker stopped (RFC 7587 §3.1.3). */
const dtxPacketBytes = 2;

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
  const buffer = createJitterBuffer(slots);
  const scratch = new Int16Array(longestPacketMs * perMs);
  const fifo = createPcmFifo((longestPacketMs + 4 * options.frameMs) * perMs, outputRateHz);
  const offsets = createDelayWindow(delayWindowFrames);
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
  let closed = false;
  let anchored = false;
  let clockRateHz = 0;
  let referenceTimestamp = 0;
  let referencePosition = 0;
  let decodedTo = 0;
  let packetSamples = frameSamples;
  /** Made up since the last packet that was decoded. */
  let madeUp = 0;
  /** Nothing is missing: the sender pauses, or has only begun. */
  let pausing = true;
  let lateInRow = 0;
  let stalledAtMs = Number.NEGATIVE_INFINITY;
  let patience = quietPatienceFrames;
  let stretchRest = 0;

  // ------------------------------------------------------------ time line

  const playheadMs = (): number => (decodedTo - fifo.length) / perMs;

  const positionOf = (timestamp: number): number => {
    const delta = timestampDelta(timestamp, referenceTimestamp);
    const position = referencePosition + Math.round((delta * outputRateHz) / clockRateHz);
    if (Math.abs(delta) > 0x3fffffff) {
      referenceTimestamp = timestamp;
      referencePosition = position;
    }
    return position;
  };

  /** The playhead was moved by intent: the delays measured by it go with it. */
  const shiftOffsets = (samples: number): void => {
    offsets.shift(samples / perMs);
  };

  /** Moves the playhead on over what is too old to be played. */
  const skip = (excessMs: number): void => {
    decodedTo += Math.round(excessMs * perMs) - fifo.length;
    fifo.cut();
    stats.skippedMs += excessMs;
  };

  /** The delay over the last `frames` frames with packets, less the target; 0 where unknown. */
  const excessMs = (frames: number): number => {
    const lowest = offsets.lowest(frames);
    if (lowest === Number.POSITIVE_INFINITY) return 0;
    return lowest - delay.baselineMs - delay.targetMs;
  };

  /** Puts a packet that came now `targetMs` before the playhead, whatever its time stamp. */
  const anchor = (timestamp: number, arrivalMs: number): void => {
    anchored = true;
    referenceTimestamp = timestamp;
    referencePosition = decodedTo - fifo.length + Math.round(delay.targetMs * perMs);
    delay.restart(arrivalMs - referencePosition / perMs, arrivalMs);
    offsets.clear();
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
    if (offsets.frames === 0) return;
    const excess = arrivalMs - playheadMs() - offsets.newest - options.frameMs;
    if (excess <= stallMs) return;
    // The delays measured before the stall are right again when the playhead has made up for it.
    skip(excess);
    stalledAtMs = arrivalMs;
  };

  const push = (packet: Uint8Array, view: RtpView, arrivalMs: number): void => {
    if (closed) return;
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
    offsets.note(arrivalMs - playheadMs());
    if (stored.position < decodedTo) handleLate(stored, jitterMs);
    else lateInRow = 0;
  };

  // ------------------------------------------------------------ sound

  /** Fills what was lost or is not said, fading to silence. */
  const makeUp = (samples: number): PlayoutKind => {
    const fading = madeUp < concealLimit;
    if (fading && decoder !== undefined) {
      decoder.conceal(scratch, samples);
      fifo.append(scratch, 0, samples);
    } else {
      fifo.appendSilence(samples);
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
    fifo.append(scratch, from, samples);
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
    const exactMs = excessMs(delayWindowFrames);
    const excess = Math.abs(exactMs) < pauseToleranceMs ? 0 : Math.round(exactMs * perMs);
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
    fifo.append(scratch, samples - gap, samples);
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
    let kind: PlayoutKind = fifo.length > 0 ? 'voice' : 'idle';
    while (fifo.length < frameSamples) {
      const produced = produce(frameSamples - fifo.length);
      if (rank[produced] > rank[kind]) kind = produced;
    }
    return kind;
  };

  // ------------------------------------------------------------ clock drift

  const decodeAhead = (samples: number): void => {
    while (fifo.length < samples) {
      const head = playableHead();
      if (head === undefined || head.position > decodedTo) return;
      decodeHead(head);
    }
  };

  const shorten = (): void => {
    const needed = frameSamples + fifo.longestPeriod;
    decodeAhead(needed);
    if (fifo.length < needed) return;
    const removed = fifo.shorten();
    shiftOffsets(removed);
    stats.removedMs += removed / perMs;
  };

  const lengthen = (): void => {
    const inserted = fifo.lengthen();
    shiftOffsets(-inserted);
    stats.insertedMs += inserted / perMs;
  };

  const stretch = (): void => {
    stretchRest -= 1;
    const excess = excessMs(delayWindowFrames);
    if (excess <= excessToleranceMs && excess >= -shortageToleranceMs) {
      patience = quietPatienceFrames;
      return;
    }
    patience -= 1;
    const urgent = Math.abs(excess) > urgentMs || patience <= 0;
    if (stretchRest > 0 || !(urgent || fifo.isQuiet(frameSamples))) return;
    stretchRest = framesBetweenStretches;
    if (excess > 0) shorten();
    else lengthen();
  };

  const catchUp = (): void => {
    const excess = offsets.frames < 2 ? 0 : excessMs(2);
    if (excess <= skipMs) return;
    skip(excess);
    shiftOffsets(Math.round(excess * perMs));
  };

  const pull = (out: Int16Array): PlayoutKind => {
    if (!anchored) {
      out.fill(0, 0, frameSamples);
      return 'idle';
    }
    offsets.endFrame();
    catchUp();
    const kind = fill();
    if (kind === 'voice') stretch();
    fifo.take(out, frameSamples);
    stats.targetDelayMs = delay.targetMs;
    stats.delayMs = delay.targetMs + excessMs(delayWindowFrames);
    return kind;
  };

  const reset = (): void => {
    buffer.clear();
    anchored = false;
    fifo.cut();
    madeUp = 0;
    clockRateHz = 0;
    decoder = undefined;
    decoders.fill(undefined);
    delay = createPlayoutDelay(delayOptions);
    offsets.clear();
  };

  return {
    push,
    pull,
    stats,
    reset,
    close() {
      closed = true;
      reset();
      for (const given of givenDecoders) given.close();
      givenDecoders.clear();
    },
  };
};

const rank: Readonly<Record<PlayoutKind, number>> = { idle: 0, silence: 1, voice: 2, concealed: 3 };
