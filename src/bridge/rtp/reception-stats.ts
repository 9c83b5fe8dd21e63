import type { RtpView } from './rtp-packet.ts';
import { extendSequence, sequenceDelta, timestampDelta } from './sequence.ts';

/** What a reception report says about one source (RFC 3550 §6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number;
  /** Of the packets since the last report, 0 to 255 of 256. */
  readonly fractionLost: number;
  /** Since the beginning, -0x800000 to 0x7fffff; negative with duplicates. */
  readonly cumulativeLost: number;
  readonly extendedHighestSequence: number;
  /** In timestamp units. */
  readonly jitter: number;
  /** Middle 32 bits of the last SR's NTP time; 0 without one. */
  readonly lastSenderReport: number;
  /** In units of 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

export interface ReceptionFigures {
  readonly ssrc: number;
  /** A source passed probation. */
  readonly valid: boolean;
  readonly received: number;
  readonly expected: number;
  /** Never negative: duplicates don't make up for losses here. */
  readonly lost: number;
  readonly lossPct: number;
  readonly duplicates: number;
  /** Came after a packet with a higher sequence number. */
  readonly reordered: number;
  readonly jitterMs: number;
  /** Times that the stream began anew: SSRC changes and restarts of the sequence. */
  readonly restarts: number;
}

/** Counts of one RTP stream as RFC 3550 A.1, A.3 and A.8 have them, over all its sources. */
export interface ReceptionStats {
  /** Each packet that came, with its time of arrival on a clock that does not jump. */
  push(view: RtpView, arrivalMs: number): void;
  /** The numbers of a report block; begins a new interval. Undefined while there is no source. */
  report(): Omit<ReceptionReport, 'lastSenderReport' | 'delaySinceLastSenderReport'> | undefined;
  figures(): ReceptionFigures;
  /**
   * The smallest difference of arrival and time stamp since it was taken last, in timestamp units
   * from that of the stream's first packet; undefined where none came. Grows where the sender's
   * clock is slow.
   */
  takeLeastTransit(): number | undefined;
  /** Of time stamps, in Hz, from the next packet on: another codec comes. */
  setClockRate(clockRateHz: number): void;
}

const maxDropout = 3000;
const maxMisorder = 100;
/** Packets in a row that make a source (RFC 3550 A.1 MIN_SEQUENTIAL). */
const probationPackets = 2;
const historyBits = 32;

export const createReceptionStats = (initialClockRateHz: number): ReceptionStats => {
  let clockRateHz = initialClockRateHz;
  let ssrc = 0;
  let probation = probationPackets;
  let started = false;
  let baseSequence = 0;
  let highest = 0;
  let received = 0;
  let duplicates = 0;
  let reordered = 0;
  let restarts = 0;
  /** Bit n: the packet n before the highest came. */
  let history = 0;
  let badSequence = -1;
  let jitter = 0;
  let lastTransit = 0;
  let hasTransit = false;
  let firstTransit = 0;
  let leastTransit = Infinity;
  let expectedPrior = 0;
  let receivedPrior = 0;
  // Of the sources before this one.
  let formerReceived = 0;
  let formerExpected = 0;
  let formerLost = 0;

  const expectedNow = (): number => (started ? highest - baseSequence + 1 : 0);
  const lostNow = (): number => Math.max(0, expectedNow() - (received - duplicates));

  const begin = (sequence: number): void => {
    if (started) {
      formerReceived += received;
      formerExpected += expectedNow();
      formerLost += lostNow();
      restarts += 1;
      duplicates = 0;
    }
    started = true;
    baseSequence = highest = sequence + 0x10000;
    received = 0;
    history = 1;
    badSequence = -1;
    expectedPrior = receivedPrior = 0;
    hasTransit = false;
    jitter = 0;
  };

  const countJitter = (view: RtpView, arrivalMs: number): void => {
    // RFC 3550 A.8, in timestamp units modulo 2^32.
    const arrival = Math.round((arrivalMs * clockRateHz) / 1000) >>> 0;
    const transit = (arrival - view.timestamp) >>> 0;
    if (hasTransit) {
      const difference = Math.abs(timestampDelta(transit, lastTransit));
      // A time stamp that jumps by more than a second begins a talkspurt elsewhere.
      if (difference < clockRateHz) jitter += (difference - jitter) / 16;
    } else {
      firstTransit = transit;
      leastTransit = Infinity;
    }
    leastTransit = Math.min(leastTransit, timestampDelta(transit, firstTransit));
    lastTransit = transit;
    hasTransit = true;
  };

  /** Whether the packet is one of the stream's (RFC 3550 A.1 update_seq). */
  const updateSequence = (sequence: number): boolean => {
    const extended = extendSequence(highest, sequence);
    const ahead = extended - highest;
    if (ahead > maxDropout || ahead < -maxMisorder) {
      if (sequence === badSequence) {
        begin(sequence);
        return true;
      }
      badSequence = (sequence + 1) & 0xffff;
      return false;
    }
    if (ahead > 0) {
      history = ahead >= historyBits ? 1 : (history << ahead) | 1;
      highest = extended;
    } else if (-ahead < historyBits && ((history >>> -ahead) & 1) === 1) {
      duplicates += 1;
    } else {
      reordered += 1;
      if (-ahead < historyBits) history |= 1 << -ahead;
      // Before the first one that came: it counts as expected, too.
      baseSequence = Math.min(baseSequence, extended);
    }
    return true;
  };

  let candidateSsrc = 0;
  let candidateSequence = -1;

  /** A new source counts from its second packet in a row on. */
  const isValid = (view: RtpView): boolean => {
    if (started && view.ssrc === ssrc) {
      probation = probationPackets;
      candidateSequence = -1;
      return true;
    }
    const follows =
      view.ssrc === candidateSsrc && sequenceDelta(view.sequenceNumber, candidateSequence) === 1;
    probation = follows ? probation - 1 : probationPackets - 1;
    candidateSsrc = view.ssrc;
    candidateSequence = view.sequenceNumber;
    if (probation > 0) return false;
    ssrc = view.ssrc;
    begin((view.sequenceNumber - probationPackets + 1) & 0xffff);
    received = probationPackets - 1;
    return true;
  };

  return {
    push(view, arrivalMs) {
      if (!isValid(view) || !updateSequence(view.sequenceNumber)) return;
      received += 1;
      countJitter(view, arrivalMs);
    },
    report() {
      if (!started) return undefined;
      const expected = expectedNow();
      const expectedInterval = expected - expectedPrior;
      const lostInterval = expectedInterval - (received - receivedPrior);
      expectedPrior = expected;
      receivedPrior = received;
      const fraction =
        expectedInterval <= 0 || lostInterval <= 0 ? 0 : (lostInterval * 256) / expectedInterval;
      return {
        ssrc,
        fractionLost: Math.min(255, Math.floor(fraction)),
        cumulativeLost: Math.min(0x7fffff, Math.max(-0x800000, expected - received)),
        extendedHighestSequence: (highest - 0x10000) >>> 0,
        jitter: Math.floor(jitter) >>> 0,
      };
    },
    figures: () => {
      const expected = formerExpected + expectedNow();
      const lost = formerLost + lostNow();
      return {
        ssrc,
        valid: started,
        received: formerReceived + received,
        expected,
        lost,
        lossPct: expected === 0 ? 0 : (lost * 100) / expected,
        duplicates,
        reordered,
        jitterMs: (jitter * 1000) / clockRateHz,
        restarts,
      };
    },
    takeLeastTransit: () => {
      const least = leastTransit;
      leastTransit = Infinity;
      return Number.isFinite(least) ? least : undefined;
    },
    setClockRate: (next) => {
      jitter = (jitter * next) / clockRateHz;
      clockRateHz = next;
      hasTransit = false;
    },
  };
};
