import { heardRateHz } from './heard.ts';

/** Packets of the received stream, as a caller would complain about them. */
export interface StreamReport {
  readonly packets: number;
  readonly lost: number;
  /** From `start` to the first packet; undefined where none came. */
  readonly firstPacketMs: number | undefined;
  /** Longest time between two packets. */
  readonly longestSpacingMs: number;
  readonly spacingP99Ms: number;
}

/**
 * Keeps what is received on the call's own time line (0 is `start`, the ACK): the first packet of
 * a source lies where it arrived, the next ones where their RTP timestamps say.
 */
export interface Recorder {
  /** `payload` is G.711, decoded by the caller of this function into `pcm` (8 kHz). */
  take(sequenceNumber: number, rtpTimestamp: number, ssrc: number, pcm: Int16Array): void;
  start(): void;
  /** All that was heard so far, silence where nothing was. */
  pcm(): Int16Array;
  report(): StreamReport;
}

const samplesPerMs = heardRateHz / 1000;

/** `nowMs` is a monotonic clock; `longestMs` bounds the memory. */
export const createRecorder = (nowMs: () => number, longestMs = 20 * 60_000): Recorder => {
  let samples = new Int16Array(heardRateHz * 30);
  let length = 0;
  let startedAtMs = nowMs();
  let anchor: { ssrc: number; rtpTimestamp: number; position: number } | undefined;
  let highest: number | undefined;
  let lastArrivalMs: number | undefined;
  let firstPacketMs: number | undefined;
  let packets = 0;
  let expected = 0;
  const spacings: number[] = [];

  const room = (needed: number): boolean => {
    if (needed > longestMs * samplesPerMs) return false;
    if (needed > samples.length) {
      const grown = new Int16Array(Math.max(needed, samples.length * 2));
      grown.set(samples);
      samples = grown;
    }
    return true;
  };

  const count = (sequenceNumber: number, arrivalMs: number) => {
    firstPacketMs ??= arrivalMs - startedAtMs;
    if (lastArrivalMs !== undefined) spacings.push(arrivalMs - lastArrivalMs);
    lastArrivalMs = arrivalMs;
    packets += 1;
    const step = highest === undefined ? 1 : (sequenceNumber - highest) & 0xffff;
    if (step < 0x8000) {
      expected += step;
      highest = sequenceNumber;
    }
  };

  return {
    start() {
      startedAtMs = nowMs();
    },
    take(sequenceNumber, rtpTimestamp, ssrc, pcm) {
      const arrivalMs = nowMs();
      count(sequenceNumber, arrivalMs);
      const arrived = Math.max(0, Math.round((arrivalMs - startedAtMs) * samplesPerMs));
      if (anchor?.ssrc !== ssrc) anchor = { ssrc, rtpTimestamp, position: arrived };
      let position = anchor.position + ((rtpTimestamp - anchor.rtpTimestamp) | 0);
      // A jump of the sender's clock of more than two seconds is a new anchor, not two seconds of silence.
      if (Math.abs(position - arrived) > 2 * heardRateHz) {
        anchor = { ssrc, rtpTimestamp, position: arrived };
        position = arrived;
      }
      if (position < 0 || !room(position + pcm.length)) return;
      samples.set(pcm, position);
      length = Math.max(length, position + pcm.length);
    },
    pcm: () => samples.slice(0, length),
    report() {
      const sorted = spacings.toSorted((a, b) => a - b);
      return {
        packets,
        lost: Math.max(0, expected - packets),
        firstPacketMs,
        longestSpacingMs: sorted.at(-1) ?? 0,
        spacingP99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      };
    },
  };
};
