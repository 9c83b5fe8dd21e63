import type { AudioDecoder } from '../audio/audio-decoder.ts';
import { createDecoderTable } from './decoder-table.ts';
import { createJitterBuffer, type BufferedPacket } from './jitter-buffer.ts';
import { createPcmFifo } from './pcm-fifo.ts';
import { createPlayoutTimeline } from './playout-timeline.ts';
import type { RtpView } from './rtp-packet.ts';
import { createStretchControl } from './stretch-control.ts';

/**
 * One source's packets as an even stream of frames. The playhead (`playout-timeline.ts`) moves on by
 * one frame a pull whatever comes: a packet that is not there when its time has come is concealed.
 * Where the delay is off target the playhead is moved:
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
/** In a pause the delay is set right, but not for the sake of rounding. */
const pauseToleranceMs = 2;
/** Delay above target by more than this is skipped, not played faster. */
const skipMs = 160;
/** The playhead stood still for longer than this, beyond a frame: the process stalled. */
const stallLimitMs = 60;
/** Late packets in a row after which the time line itself is taken to be wrong. */
const lateInRowLimit = 5;
/** An Opus packet without a frame in it says that the speaker stopped (RFC 7587 §3.1.3). */
const dtxPacketBytes = 2;

const defaultClockRateFor = (payloadType: number): number => (payloadType < 96 ? 8000 : 48000);

export const createPlayout = (options: PlayoutOptions): Playout => {
  const { outputRateHz } = options;
  const clockRateFor = options.clockRateFor ?? defaultClockRateFor;
  const maxDelayMs = options.maxDelayMs ?? 300;
  const perMs = outputRateHz / 1000;
  const frameSamples = options.frameMs * perMs;
  const concealLimit = concealLimitMs * perMs;
  const buffer = createJitterBuffer(slots);
  const scratch = new Int16Array(longestPacketMs * perMs);
  const fifo = createPcmFifo((longestPacketMs + 4 * options.frameMs) * perMs, outputRateHz);
  const timeline = createPlayoutTimeline({
    outputRateHz,
    frameMs: options.frameMs,
    minDelayMs: options.minDelayMs ?? 20,
    maxDelayMs,
    startDelayMs: options.startDelayMs ?? 40,
    waitingSamples: () => fifo.length(),
  });
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
    targetDelayMs: timeline.targetMs(),
  };

  const decoders = createDecoderTable(options.decoderFor);
  const stretchControl = createStretchControl();
  /** Of the packet decoded last: it conceals. */
  let decoder: AudioDecoder | undefined;
  let closed = false;
  let anchored = false;
  let clockRateHz = 0;
  let packetSamples = frameSamples;
  /** Made up since the last packet that was decoded. */
  let madeUp = 0;
  /** Nothing is missing: the sender pauses, or has only begun. */
  let pausing = true;
  let lateInRow = 0;
  let stalledAtMs = Number.NEGATIVE_INFINITY;

  // ------------------------------------------------------------ time line

  const anchor = (timestamp: number, arrivalMs: number): void => {
    anchored = true;
    lateInRow = 0;
    pausing = true;
    timeline.anchor(timestamp, clockRateHz, arrivalMs);
  };

  /** A packet after its time: whether the playhead goes back to it, or all is anchored anew. */
  const handleLate = (packet: BufferedPacket, jitterMs: number): void => {
    const lateness = timeline.decodedTo() - packet.position;
    if (madeUp >= lateness && jitterMs <= maxDelayMs) {
      timeline.advance(-lateness);
      timeline.playheadMoved(-lateness);
      stats.insertedMs += lateness / perMs;
      lateInRow = 0;
      return;
    }
    lateInRow += 1;
    if (lateInRow < lateInRowLimit && madeUp < concealLimit) return;
    anchor(packet.timestamp, packet.arrivalMs);
    packet.position = timeline.locate(packet.timestamp);
  };

  /** Leaves out `samples` of sound, decoded or not; what comes next begins softly. */
  const skip = (samples: number): void => {
    timeline.advance(samples - fifo.length());
    fifo.cut();
    stats.skippedMs += samples / perMs;
  };

  /** Whether the packet waited in the socket while this process stalled: it tells nothing then. */
  const cameInStall = (arrivalMs: number): boolean => {
    const stalledMs = timeline.stalledMs(arrivalMs);
    if (stalledMs > stallLimitMs) {
      stalledAtMs = arrivalMs;
      skip(Math.round(stalledMs * perMs));
    }
    return arrivalMs - stalledAtMs < options.frameMs;
  };

  const push = (packet: Uint8Array, view: RtpView, arrivalMs: number): void => {
    if (closed) return;
    const playable = decoders.of(view.payloadType) !== undefined && view.payloadLength > 0;
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
    stored.position = timeline.locate(view.timestamp);
    if (cameInStall(arrivalMs)) return;
    const jitterMs = timeline.observe(stored.position, arrivalMs);
    if (stored.position < timeline.decodedTo()) handleLate(stored, jitterMs);
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
    const use = decoders.of(head.payloadType);
    const decoded = use === undefined ? 0 : use.decode(head.payload, scratch);
    const samples = Math.min(decoded, scratch.length);
    decoder = use;
    pausing = clockRateHz === 48000 && head.payload.length <= dtxPacketBytes;
    buffer.release();
    if (samples <= 0) return makeUp(0);
    packetSamples = samples;
    // A rest that overlaps with what was played already.
    const from = Math.min(samples, timeline.decodedTo() - head.position);
    fifo.append(scratch, from, samples);
    timeline.advance(samples - from);
    madeUp = 0;
    return pausing ? 'silence' : 'voice';
  };

  /** The first packet that can still be played. Event packets and late ones are let go. */
  const playableHead = (): BufferedPacket | undefined => {
    for (let head = buffer.head(); head !== undefined; head = buffer.head()) {
      if (head.kind === 'audio' && head.position + packetSamples > timeline.decodedTo())
        return head;
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
    const gap = head.position - timeline.decodedTo();
    const exactMs = timeline.excessMs();
    const excess = Math.abs(exactMs) < pauseToleranceMs ? 0 : Math.round(exactMs * perMs);
    if (excess > 0) {
      const cut = Math.min(gap, excess);
      timeline.advance(cut);
      timeline.playheadMoved(cut);
      stats.removedMs += cut / perMs;
      return cut === gap ? decodeHead(head) : makeUp(0);
    }
    const added = Math.min(needed, -excess);
    if (added > 0) {
      timeline.playheadMoved(-added);
      stats.insertedMs += added / perMs;
      return makeUp(added);
    }
    const samples = Math.min(needed, gap);
    timeline.advance(samples);
    return makeUp(samples);
  };

  /** What was lost just before `head`, from the redundancy in it. */
  const recoverBefore = (head: BufferedPacket, gap: number): boolean => {
    const use = gap > packetSamples ? undefined : decoders.of(head.payloadType);
    const samples = use === undefined ? 0 : use.recover(head.payload, scratch);
    if (samples < gap) return false;
    fifo.append(scratch, samples - gap, samples);
    timeline.advance(gap);
    madeUp = 0;
    return true;
  };

  /** Puts at least something into the FIFO, or moves the time line on. */
  const produce = (needed: number): PlayoutKind => {
    const head = playableHead();
    if (head !== undefined && head.position <= timeline.decodedTo()) return decodeHead(head);
    if (head !== undefined && buffer.missingBeforeHead() === 0) {
      pausing = true;
      return pauseBefore(head, needed);
    }
    const gap = head === undefined ? needed : head.position - timeline.decodedTo();
    if (head !== undefined && recoverBefore(head, gap)) return 'concealed';
    const samples = Math.min(needed, gap);
    timeline.advance(samples);
    return makeUp(samples);
  };

  const fill = (): PlayoutKind => {
    let kind: PlayoutKind = fifo.length() > 0 ? 'voice' : 'idle';
    while (fifo.length() < frameSamples) {
      const produced = produce(frameSamples - fifo.length());
      if (rank[produced] > rank[kind]) kind = produced;
    }
    return kind;
  };

  // ------------------------------------------------------------ clock drift

  const decodeAhead = (samples: number): void => {
    while (fifo.length() < samples) {
      const head = playableHead();
      if (head === undefined || head.position > timeline.decodedTo()) return;
      decodeHead(head);
    }
  };

  const shorten = (): void => {
    const needed = frameSamples + fifo.longestPeriod;
    decodeAhead(needed);
    if (fifo.length() < needed) return;
    const removed = fifo.shorten();
    timeline.playheadMoved(removed);
    stats.removedMs += removed / perMs;
  };

  const lengthen = (): void => {
    const inserted = fifo.lengthen();
    timeline.playheadMoved(-inserted);
    stats.insertedMs += inserted / perMs;
  };

  const isFrameQuiet = (): boolean => fifo.isQuiet(frameSamples);

  /** Returns the delay above target that is left. */
  const stretch = (excessMs: number): number => {
    const decision = stretchControl.decide(excessMs, isFrameQuiet);
    if (decision === undefined) return excessMs;
    if (decision === 'shorten') shorten();
    else lengthen();
    return timeline.excessMs();
  };

  /** Far too late with everything: a shorter way, or a stall that nobody saw. */
  const catchUp = (): void => {
    const excess = timeline.latestExcessMs();
    if (excess <= skipMs) return;
    const samples = Math.round(excess * perMs);
    skip(samples);
    timeline.playheadMoved(samples);
  };

  const pull = (out: Int16Array): PlayoutKind => {
    if (!anchored) {
      out.fill(0, 0, frameSamples);
      return 'idle';
    }
    timeline.endFrame();
    catchUp();
    const kind = fill();
    const excessMs = timeline.excessMs();
    const left = kind === 'voice' ? stretch(excessMs) : excessMs;
    fifo.take(out, frameSamples);
    stats.targetDelayMs = timeline.targetMs();
    stats.delayMs = stats.targetDelayMs + left;
    return kind;
  };

  const reset = (): void => {
    buffer.clear();
    anchored = false;
    fifo.cut();
    madeUp = 0;
    clockRateHz = 0;
    decoder = undefined;
    decoders.forget();
    timeline.reset();
  };

  return {
    push,
    pull,
    stats,
    reset,
    close() {
      closed = true;
      reset();
      decoders.close();
    },
  };
};

const rank: Readonly<Record<PlayoutKind, number>> = { idle: 0, silence: 1, voice: 2, concealed: 3 };
