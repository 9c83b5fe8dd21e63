import { sequenceDelta, timestampDelta } from './sequence.ts';
import { rtpHeaderBytes, writeRtpHeader, type RtpView } from './rtp-packet.ts';

/** Event codes 0 to 15 as keys (RFC 4733 §3.2). */
const keys = '0123456789*#ABCD';

/** RFC 4733: one key press is one event, told again and again with one RTP timestamp. */
export interface TelephoneEventDecoder {
  /**
   * The key, with the first packet that tells of it; undefined for the packets that tell it again
   * and for all that is no key. Each key comes once, whatever of its packets is lost, doubled or
   * late, as long as one arrives.
   */
  push(view: RtpView, packet: Uint8Array): string | undefined;
  reset(): void;
}

interface SeenEvent {
  used: boolean;
  code: number;
  /** Of the event, or of the latest segment of a long one. */
  timestamp: number;
  /** The longest that was told, in timestamp units. */
  duration: number;
  ended: boolean;
}

/** More keys than can be pressed in the time that the network may hold a packet back. */
const rememberedEvents = 32;
/** A segment that has no room for its duration is followed by the next one (RFC 4733 §2.5.1.3). */
const maxSegmentDuration = 0xffff;
const maxLostSegments = 3;
/** Older than these and never heard of: not a late key but a stray packet. */
const staleTimestampUnits = 5 * 8000;
const staleSequenceNumbers = 1000;

export const createTelephoneEventDecoder = (): TelephoneEventDecoder => {
  const seen: SeenEvent[] = Array.from({ length: rememberedEvents }, () => ({
    used: false,
    code: 0,
    timestamp: 0,
    duration: 0,
    ended: false,
  }));
  let nextSlot = 0;
  let started = false;
  let ssrc = 0;
  let newestSequence = 0;
  let newestTimestamp = 0;

  const reset = (): void => {
    started = false;
    for (const event of seen) event.used = false;
  };

  const find = (code: number, timestamp: number): SeenEvent | undefined => {
    for (const event of seen) {
      if (event.used && event.code === code && event.timestamp === timestamp) return event;
    }
    return undefined;
  };

  /** The event of which `timestamp` begins the next segment. Only the first segment has the marker. */
  const findContinued = (code: number, timestamp: number): SeenEvent | undefined => {
    for (const event of seen) {
      if (!event.used || event.ended || event.code !== code) continue;
      const elapsed = timestampDelta(timestamp, event.timestamp);
      if (elapsed <= 0) continue;
      if (elapsed === event.duration) return event;
      if (elapsed % maxSegmentDuration === 0 && elapsed <= maxLostSegments * maxSegmentDuration) {
        return event;
      }
    }
    return undefined;
  };

  const isStale = (view: RtpView): boolean => {
    const behind = sequenceDelta(view.sequenceNumber, newestSequence);
    return (
      behind < 0 &&
      behind > -staleSequenceNumbers &&
      timestampDelta(view.timestamp, newestTimestamp) < -staleTimestampUnits
    );
  };

  const remember = (code: number, timestamp: number, duration: number, ended: boolean): void => {
    const slot = seen[nextSlot]!;
    nextSlot = (nextSlot + 1) % rememberedEvents;
    slot.used = true;
    slot.code = code;
    slot.timestamp = timestamp;
    slot.duration = duration;
    slot.ended = ended;
  };

  const note = (view: RtpView): void => {
    if (sequenceDelta(view.sequenceNumber, newestSequence) > 0) {
      newestSequence = view.sequenceNumber;
      newestTimestamp = view.timestamp;
    }
  };

  return {
    push(view, packet) {
      if (view.payloadLength < 4) return undefined;
      const at = view.payloadOffset;
      const code = packet[at]!;
      if (code >= keys.length) return undefined;
      const ended = (packet[at + 1]! & 0x80) !== 0;
      const duration = (packet[at + 2]! << 8) | packet[at + 3]!;

      if (!started || view.ssrc !== ssrc) {
        reset();
        started = true;
        ssrc = view.ssrc;
        newestSequence = view.sequenceNumber;
        newestTimestamp = view.timestamp;
      }
      const known = find(code, view.timestamp);
      if (known !== undefined) {
        known.duration = Math.max(known.duration, duration);
        known.ended ||= ended;
        note(view);
        return undefined;
      }
      if (isStale(view)) return undefined;
      note(view);
      const continued = view.marker ? undefined : findContinued(code, view.timestamp);
      remember(code, view.timestamp, duration, ended);
      // The segment before stays known, so that its late packets are no new key.
      if (continued !== undefined) continued.ended = true;
      return continued === undefined ? keys[code] : undefined;
    },
    reset,
  };
};

/** Writes the packets of key presses: for the terminal caller and for tests of real peers. */
export interface TelephoneEventSender {
  /**
   * Begins a key at `timestamp`; false for what is no key or while another is being sent.
   * `durationMs` is rounded up to whole packets; 8 s at most, which one segment can tell.
   */
  begin(digit: string, timestamp: number, durationMs: number): boolean;
  /**
   * The next packet, one a tick in place of the sound, or undefined when there is nothing left to
   * send. Sequence numbers are the stream's own and go on.
   */
  next(sequenceNumber: number, ssrc: number): Buffer | undefined;
  readonly active: boolean;
}

export interface TelephoneEventSenderOptions {
  readonly payloadType: number;
  readonly clockRateHz?: number;
  readonly ptimeMs?: number;
  /** Level of the tone, 0 to -63 dBm0. */
  readonly levelDbm0?: number;
}

/** The packet that ends the event is sent three times in all (RFC 4733 §2.5.1.4). */
const endPackets = 3;

export const createTelephoneEventSender = (
  options: TelephoneEventSenderOptions,
): TelephoneEventSender => {
  const clockRateHz = options.clockRateHz ?? 8000;
  const packetUnits = ((options.ptimeMs ?? 20) * clockRateHz) / 1000;
  const volume = Math.min(63, Math.max(0, -(options.levelDbm0 ?? -10)));
  let code = 0;
  let timestamp = 0;
  let totalUnits = 0;
  let sentUnits = 0;
  let endsLeft = 0;

  return {
    begin(digit, startTimestamp, durationMs) {
      const found = digit.length === 1 ? keys.indexOf(digit.toUpperCase()) : -1;
      if (found < 0 || endsLeft > 0) return false;
      code = found;
      timestamp = startTimestamp;
      const packets = Math.max(1, Math.ceil((durationMs * clockRateHz) / 1000 / packetUnits));
      totalUnits = Math.min(packets * packetUnits, maxSegmentDuration);
      sentUnits = 0;
      endsLeft = endPackets;
      return true;
    },
    next(sequenceNumber, ssrc) {
      if (endsLeft === 0) return undefined;
      const first = sentUnits === 0;
      sentUnits = Math.min(sentUnits + packetUnits, totalUnits);
      // One packet at least tells the key before the first that ends it.
      const ending = !first && sentUnits === totalUnits;
      if (ending) endsLeft -= 1;
      const packet = Buffer.alloc(rtpHeaderBytes + 4);
      writeRtpHeader(packet, options.payloadType, first, sequenceNumber, timestamp, ssrc);
      packet[rtpHeaderBytes] = code;
      packet[rtpHeaderBytes + 1] = (ending ? 0x80 : 0) | volume;
      packet.writeUInt16BE(sentUnits, rtpHeaderBytes + 2);
      return packet;
    },
    get active() {
      return endsLeft > 0;
    },
  };
};
