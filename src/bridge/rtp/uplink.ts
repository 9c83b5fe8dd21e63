import type { BufferedPacket, PacketKind } from './jitter-buffer.ts';
import { createReorder, maxTimestampLagMs, maxTimestampLeadMs } from './reorder.ts';
import { rtpHeaderBytes, writeRtpHeader, type RtpView } from './rtp-packet.ts';
import type { StreamPlace } from './opus-uplink.ts';
import { timestampDelta } from './sequence.ts';

/**
 * The caller's G.711 on its way into the room: put in order, cut into packets of 20 ms and stamped
 * anew, the sound itself untouched.
 *
 *   caller:  seq 7     8     9 (event)  10     12          ptime 10 to 60, loss, reordering
 *   room:    seq 1 2   3 4   -          5 6    9 10        20 ms each; a gap is a loss
 *
 * One SSRC for life. An outgoing timestamp is an anchor plus what the caller's timestamp went on
 * since; the anchor is set anew where the caller's time line is another one.
 */
export interface Uplink {
  /** Every packet of the caller's RTP stream, so that each sequence number is accounted for. */
  push(packet: Uint8Array, view: RtpView, kind: PacketKind, nowMs: number): void;
  /** Each 20 ms: gives up waiting for packets that are 40 ms late. */
  flush(nowMs: number): void;
  /** While muted nothing is sent and nothing kept. */
  setMuted(muted: boolean): void;
  /** Hold, move: the next packet begins a new time line. */
  anchorAnew(): void;
  /** After a re-INVITE to another codec. */
  setCodec(codec: 'PCMU' | 'PCMA', outPayloadType: number): void;
  /** Where the stream goes on, for whoever sends in its place. */
  place(): StreamPlace;
  /** Of the last packet sent, in -dBov (RFC 6464): 0 loudest, 127 silence. */
  lastLevel(): number;
  readonly stats: Readonly<UplinkStats>;
}

export interface UplinkStats {
  emitted: number;
  duplicates: number;
  /** Came after their place was given up. */
  late: number;
  /** Packets of the caller's that never came. */
  lost: number;
}

export interface UplinkOptions {
  readonly ssrc: number;
  readonly initialSequence: number;
  readonly initialTimestamp: number;
  readonly outPayloadType: number;
  readonly codec: 'PCMU' | 'PCMA';
  /** Level of G.711 bytes in -dBov, 0 to 127. */
  readonly levelOf: (payload: Uint8Array, offset: number, length: number) => number;
  /** Each packet is a buffer of its own. */
  readonly emit: (packet: Buffer, audioLevelDbov: number, voice: boolean) => void;
}

const frameSamples = 160;
const samplesPerMs = 8;
/** Sound at least this loud sets the V bit of RFC 6464. */
const voiceLevelDbov = 50;

const silenceOf = (codec: 'PCMU' | 'PCMA'): number => (codec === 'PCMU' ? 0xff : 0xd5);

export const createUplink = (options: UplinkOptions): Uplink => {
  const stats: UplinkStats = { emitted: 0, duplicates: 0, late: 0, lost: 0 };
  let payloadType = options.outPayloadType;
  let silence = silenceOf(options.codec);
  let muted = false;
  let lastLevel = 127;
  let outSequence = options.initialSequence & 0xffff;

  // Positions count samples since `initialTimestamp`; frames lie on multiples of 160.
  let frame: Buffer | undefined;
  /** Where the next byte goes. */
  let cursor = 0;
  let talkspurt = true;

  // The caller's time line: `lastTimestamp` is at `lastPosition`, and `snap` moves a talkspurt to
  // the next frame border, so that its packets are passed on as they come.
  let anchored = false;
  let lastTimestamp = 0;
  let lastPosition = 0;
  let snap = 0;
  let lastArrivalMs = 0;
  let lastSamples = frameSamples;
  let sentBefore = false;

  const emitFrame = (packet: Buffer): void => {
    writeRtpHeader(
      packet,
      payloadType,
      talkspurt,
      outSequence,
      (options.initialTimestamp + cursor - frameSamples) >>> 0,
      options.ssrc,
    );
    lastLevel = options.levelOf(packet, rtpHeaderBytes, frameSamples);
    outSequence = (outSequence + 1) & 0xffff;
    talkspurt = false;
    frame = undefined;
    stats.emitted += 1;
    options.emit(packet, lastLevel, lastLevel <= voiceLevelDbov);
  };

  /** Writes bytes of `payload`, or silence without one, at the cursor. */
  const write = (payload: Uint8Array | undefined, length: number): void => {
    let from = 0;
    while (from < length) {
      const filled = cursor % frameSamples;
      frame ??= Buffer.allocUnsafe(rtpHeaderBytes + frameSamples);
      const bytes = Math.min(frameSamples - filled, length - from);
      const to = rtpHeaderBytes + filled;
      if (payload === undefined) frame.fill(silence, to, to + bytes);
      else
        for (let index = 0; index < bytes; index += 1) frame[to + index] = payload[from + index]!;
      from += bytes;
      cursor += bytes;
      if (filled + bytes === frameSamples) emitFrame(frame);
    }
  };

  const completeFrame = (): void => {
    const filled = cursor % frameSamples;
    if (filled > 0) write(undefined, frameSamples - filled);
  };

  /** Moves the cursor over what was lost to `position`, counting whole frames in the sequence. */
  const skipLost = (position: number, missing: number): void => {
    const filled = cursor % frameSamples;
    if (filled > 0) write(undefined, Math.min(position - cursor, frameSamples - filled));
    const frames = Math.floor((position - cursor) / frameSamples);
    const lostFrames = Math.min(frames, Math.round((missing * lastSamples) / frameSamples));
    outSequence = (outSequence + lostFrames) & 0xffff;
    cursor += frames * frameSamples;
    write(undefined, position - cursor);
  };

  /** Moves the cursor to the frame border nearest to `exact`: nobody spoke in between. */
  const beginTalkspurt = (exact: number): void => {
    completeFrame();
    const border = Math.round(exact / frameSamples) * frameSamples;
    if (border > cursor) talkspurt = true;
    cursor = Math.max(border, cursor);
    snap = cursor - exact;
  };

  const anchor = (packet: BufferedPacket): void => {
    completeFrame();
    // Time went on while nothing was sent.
    const pauseMs = packet.arrivalMs - lastArrivalMs - lastSamples / samplesPerMs;
    const pauseFrames = Math.round((Math.max(0, pauseMs) * samplesPerMs) / frameSamples);
    if (sentBefore) cursor += pauseFrames * frameSamples;
    anchored = true;
    lastTimestamp = packet.timestamp;
    lastPosition = cursor;
    snap = 0;
    talkspurt = true;
  };

  /** Where the caller's time stamps put the packet, before `snap`; anchors anew on an absurd jump. */
  const locate = (packet: BufferedPacket): number => {
    if (anchored) {
      const delta = timestampDelta(packet.timestamp, lastTimestamp);
      const elapsed = (packet.arrivalMs - lastArrivalMs) * samplesPerMs;
      const exact = lastPosition + delta;
      const steppedBack = exact + snap < cursor;
      const leadMs = (delta - elapsed) / samplesPerMs;
      const absurd = leadMs > maxTimestampLeadMs || leadMs < -maxTimestampLagMs;
      if (!steppedBack && !absurd) return exact;
    }
    anchor(packet);
    return lastPosition;
  };

  const consumeAudio = (packet: BufferedPacket, missing: number): void => {
    const exact = locate(packet);
    const position = exact + snap;
    if (position > cursor && missing > 0) skipLost(position, missing);
    else if (position > cursor) beginTalkspurt(exact);
    if (packet.marker && cursor % frameSamples === 0) talkspurt = true;
    lastTimestamp = packet.timestamp;
    lastPosition = exact;
    lastArrivalMs = packet.arrivalMs;
    lastSamples = packet.payload.length;
    sentBefore = true;
    write(packet.payload, packet.payload.length);
  };

  /** One frame of silence where comfort noise begins or goes on; between them time goes on. */
  const consumeComfortNoise = (packet: BufferedPacket): void => {
    if (!anchored) return;
    const exact = lastPosition + timestampDelta(packet.timestamp, lastTimestamp);
    if (exact + snap < cursor) return;
    beginTalkspurt(exact);
    talkspurt = false;
    lastTimestamp = packet.timestamp;
    lastPosition = exact;
    lastArrivalMs = packet.arrivalMs;
    write(undefined, frameSamples);
  };

  const consume = (packet: BufferedPacket, missing: number): void => {
    stats.lost += missing;
    if (muted) return;
    if (packet.kind === 'audio') consumeAudio(packet, missing);
    else if (packet.kind === 'comfort-noise') consumeComfortNoise(packet);
  };

  const reorder = createReorder(consume);

  return {
    push(packet, view, kind, nowMs) {
      // What is said while muted is not sent after, though its place in the sequence is known.
      const result = reorder.insert(packet, view, nowMs, muted ? 'event' : kind);
      if (result === 'duplicate') stats.duplicates += 1;
      else if (result === 'late') stats.late += 1;
      else {
        if (result === 'restarted') anchored = false;
        reorder.drain(nowMs);
      }
    },
    flush(nowMs) {
      reorder.drain(nowMs);
    },
    setMuted(nowMuted) {
      if (nowMuted === muted) return;
      muted = nowMuted;
      anchored = false;
      // What was begun is not sent later.
      if (frame !== undefined) cursor += frameSamples - (cursor % frameSamples);
      frame = undefined;
    },
    anchorAnew() {
      anchored = false;
    },
    setCodec(codec, outPayloadType) {
      completeFrame();
      silence = silenceOf(codec);
      payloadType = outPayloadType;
      anchored = false;
    },
    place() {
      completeFrame();
      return { sequence: outSequence, timestamp: (options.initialTimestamp + cursor) >>> 0 };
    },
    lastLevel: () => lastLevel,
    stats,
  };
};
