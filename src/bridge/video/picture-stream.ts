/**
 * One stream of H.264 that we send, put together of others: every packet gets its place on the
 * stream's own line, IDR pictures get the parameter sets that they lack, and what was sent is kept
 * for a while. Headers are written in the buffers that came; nothing is copied on the way.
 */
import { rtpHeaderBytes, writeRtpHeader, type RtpView } from '../rtp/rtp-packet.ts';
import { createPacketHistory } from './packet-history.ts';
import type { PictureSource } from './picture-source.ts';
import { createStreamLine } from './stream-line.ts';

export interface PictureStream {
  setPayloadType(payloadType: number): void;
  /** Sends on the packet that the source took last; the buffer is the stream's from now on. */
  forward(packet: Buffer, view: RtpView, source: PictureSource, nowMs: number): void;
  /** The packet is not sent, and those after it close up. */
  skip(view: RtpView, nowMs: number): void;
  /** For who converts: the place of a packet; false where it has none. `line` then tells it. */
  place(view: RtpView, nowMs: number): boolean;
  /** Sends a payload that is not the source's own packet, right before that one. */
  insert(payload: Uint8Array): void;
  /** Sends `packet` at the place found last, its header being the 12 bytes before `payloadOffset`. */
  sendPlaced(packet: Buffer, payloadOffset: number, payloadLength: number, marker: boolean): void;
  /** What was placed last is not sent. */
  leaveOut(): void;
  isNewest(): boolean;
  /** Sends the payloads of one picture of our own. */
  sendOwn(payloads: readonly Buffer[], nowMs: number): void;
  /** What is forwarded next is of another source. */
  cut(): void;
  /** Sends again what is still there. */
  resend(sequences: readonly number[]): void;
}

export interface PictureStreamDeps {
  readonly ssrc: number;
  readonly initialSequence: number;
  readonly initialTimestamp: number;
  /** A plain RTP packet with a header of 12 bytes, good until the next turn of the event loop. */
  readonly send: (packet: Buffer, timestamp: number) => void;
}

/** Of one request: more would be a second stream. */
const maxResent = 64;

export const createPictureStream = (deps: PictureStreamDeps): PictureStream => {
  const { ssrc, send } = deps;
  const line = createStreamLine(deps);
  const history = createPacketHistory();
  let payloadType = 96;

  const sendAt = (packet: Buffer, marker: boolean, sequence: number): void => {
    writeRtpHeader(packet, payloadType, marker, sequence, line.timestamp(), ssrc);
    history.keep(sequence, packet);
    send(packet, line.timestamp());
  };
  const sendPlaced = (
    packet: Buffer,
    payloadOffset: number,
    payloadLength: number,
    marker: boolean,
  ): void => {
    const start = payloadOffset - rtpHeaderBytes;
    const end = payloadOffset + payloadLength;
    const isWhole = start === 0 && end === packet.length;
    sendAt(isWhole ? packet : packet.subarray(start, end), marker, line.sequence());
  };
  const insert = (payload: Uint8Array): void => {
    const sequence = line.insertBefore();
    if (sequence === undefined) return;
    const packet = Buffer.allocUnsafe(rtpHeaderBytes + payload.length);
    packet.set(payload, rtpHeaderBytes);
    sendAt(packet, false, sequence);
  };

  return {
    setPayloadType: (next) => {
      payloadType = next;
    },
    forward: (packet, view, source, nowMs) => {
      if (!line.place(view, nowMs)) return;
      for (const unit of source.missingSets()) insert(unit);
      sendPlaced(packet, view.payloadOffset, view.payloadLength, view.marker);
    },
    skip: (view, nowMs) => {
      if (line.place(view, nowMs)) line.leaveOut();
    },
    place: line.place,
    insert,
    sendPlaced,
    leaveOut: line.leaveOut,
    isNewest: line.isNewest,
    sendOwn: (payloads, nowMs) => {
      line.stampNow(nowMs);
      for (const [index, payload] of payloads.entries()) {
        line.append();
        const packet = Buffer.allocUnsafe(rtpHeaderBytes + payload.length);
        packet.set(payload, rtpHeaderBytes);
        sendAt(packet, index === payloads.length - 1, line.sequence());
      }
    },
    cut: line.cut,
    resend: (sequences) => {
      for (const sequence of sequences.slice(0, maxResent)) {
        const packet = history.find(sequence);
        if (packet !== undefined) send(packet, packet.readUInt32BE(4));
      }
    },
  };
};
