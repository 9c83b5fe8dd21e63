import type { BufferedPacket, PacketKind } from './jitter-buffer.ts';
import { createReorder, maxTimestampLagMs, maxTimestampLeadMs } from './reorder.ts';
import { rtpHeaderBytes, writeRtpHeader, type RtpView } from './rtp-packet.ts';
import { timestampDelta } from './sequence.ts';

/**
 * The caller's Opus on its way into the room: put in order and stamped anew, the sound itself
 * untouched. Frames keep their length, whatever it is (RFC 7587 §4.2); what was lost stays a gap in
 * the sequence, and a pause of the sender (DTX) one in time alone.
 */
export interface OpusUplink {
  /** Every packet of the caller's RTP stream, so that each sequence number is accounted for. */
  push(packet: Uint8Array, view: RtpView, kind: PacketKind, nowMs: number): void;
  /** Each 20 ms: gives up waiting for packets that are 40 ms late. */
  flush(nowMs: number): void;
  /** While muted nothing is sent and nothing kept. */
  setMuted(muted: boolean): void;
  /** Hold, move: the next packet begins a new time line. */
  anchorAnew(): void;
  /** Where the stream goes on, for whoever sends in its place. */
  place(): StreamPlace;
}

/** The next packet of an RTP stream. */
export interface StreamPlace {
  readonly sequence: number;
  readonly timestamp: number;
}

export interface OpusUplinkOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly start: StreamPlace;
  /** Each packet is a buffer of its own. */
  readonly emit: (packet: Buffer) => void;
}

/** RFC 7587 §4.1 */
const unitsPerMs = 48;
const frameUnits = 20 * unitsPerMs;
/** With the headers of the room's packet this still is one datagram on any way. */
const longestPayloadBytes = 1150;

export const createOpusUplink = (options: OpusUplinkOptions): OpusUplink => {
  let muted = false;
  let anchored = false;
  let sentBefore = false;
  let outSequence = options.start.sequence & 0xffff;
  /** `lastTimestamp` of the caller is `lastOut` in the room. */
  let lastTimestamp = 0;
  let lastOut = (options.start.timestamp - frameUnits) >>> 0;
  let lastArrivalMs = 0;

  /** Time stamps of the caller that can't be gone on with begin at the time that it is. */
  const locate = (packet: BufferedPacket): number => {
    const elapsedMs = packet.arrivalMs - lastArrivalMs;
    if (anchored) {
      const delta = timestampDelta(packet.timestamp, lastTimestamp);
      const leadMs = delta / unitsPerMs - elapsedMs;
      if (delta > 0 && leadMs < maxTimestampLeadMs && leadMs > -maxTimestampLagMs)
        return lastOut + delta;
    }
    const passedMs = sentBefore ? Math.max(20, Math.round(elapsedMs)) : 20;
    return lastOut + passedMs * unitsPerMs;
  };

  const consume = (packet: BufferedPacket, missing: number): void => {
    if (muted || packet.kind !== 'audio') return;
    const isAnew = !anchored;
    if (!isAnew) outSequence = (outSequence + missing) & 0xffff;
    lastOut = locate(packet) >>> 0;
    lastTimestamp = packet.timestamp;
    lastArrivalMs = packet.arrivalMs;
    anchored = sentBefore = true;
    const bytes = packet.payload.length;
    if (bytes > 0 && bytes <= longestPayloadBytes) {
      const out = Buffer.allocUnsafe(rtpHeaderBytes + bytes);
      const marker = packet.marker || isAnew;
      writeRtpHeader(out, options.payloadType, marker, outSequence, lastOut, options.ssrc);
      out.set(packet.payload, rtpHeaderBytes);
      options.emit(out);
    }
    outSequence = (outSequence + 1) & 0xffff;
  };

  const reorder = createReorder(consume);

  return {
    push(packet, view, kind, nowMs) {
      // What is said while muted is not sent after, though its place in the sequence is known.
      const result = reorder.insert(packet, view, nowMs, muted ? 'event' : kind);
      if (result === 'duplicate' || result === 'late') return;
      if (result === 'restarted') anchored = false;
      reorder.drain(nowMs);
    },
    flush(nowMs) {
      reorder.drain(nowMs);
    },
    setMuted(next) {
      if (next !== muted) anchored = false;
      muted = next;
    },
    anchorAnew() {
      anchored = false;
    },
    place: () => ({ sequence: outSequence, timestamp: (lastOut + frameUnits) >>> 0 }),
  };
};
