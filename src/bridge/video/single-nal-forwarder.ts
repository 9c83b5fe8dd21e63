/**
 * Mode 1 into mode 0, for devices that take one NAL unit a packet: an aggregate is split, fragments
 * are joined where the unit fits a packet. A unit that does not fit can't be shown there. RFC 6184 §6.2
 *
 *   idle ── fragment with start ──▶ joining ── end ──▶ sent whole, idle
 *     ▲                               │
 *     └── gap, too big, other unit ───┘
 */
import { rtpHeaderBytes, type RtpView } from '../rtp/rtp-packet.ts';
import { eachNalUnit, type H264View } from './h264-payload.ts';
import { maxPayloadBytes } from './h264-packetizer.ts';
import type { PictureSource } from './picture-source.ts';
import type { PictureStream } from './picture-stream.ts';

export interface SingleNalForwarder {
  forward(packet: Buffer, view: RtpView, source: PictureSource, nowMs: number): void;
}

export interface SingleNalDeps {
  readonly stream: PictureStream;
  /** A unit does not fit: this source can't be shown to this device. */
  readonly onTooBig: () => void;
}

export const createSingleNalForwarder = ({
  stream,
  onTooBig,
}: SingleNalDeps): SingleNalForwarder => {
  const joined = Buffer.alloc(maxPayloadBytes);
  /** 0: idle. */
  let joinedBytes = 0;
  let nextSequence = 0;

  /** True when the unit is whole. */
  const join = (packet: Buffer, view: RtpView, h264: H264View): boolean => {
    const isNext = joinedBytes > 0 && view.sequenceNumber === nextSequence;
    if (!h264.isStart && !isNext) {
      joinedBytes = 0;
      return false;
    }
    const from = view.payloadOffset;
    if (h264.isStart) {
      joined[0] = (packet[from]! & 0xe0) | h264.nalType;
      joinedBytes = 1;
    }
    const bytes = view.payloadLength - 2;
    if (joinedBytes + bytes > maxPayloadBytes) {
      joinedBytes = 0;
      onTooBig();
      return false;
    }
    packet.copy(joined, joinedBytes, from + 2, from + 2 + bytes);
    joinedBytes += bytes;
    nextSequence = (view.sequenceNumber + 1) & 0xffff;
    return h264.isEnd;
  };

  const sendJoined = (marker: boolean): void => {
    const packet = Buffer.allocUnsafe(rtpHeaderBytes + joinedBytes);
    joined.copy(packet, rtpHeaderBytes, 0, joinedBytes);
    joinedBytes = 0;
    stream.sendPlaced(packet, rtpHeaderBytes, packet.length - rtpHeaderBytes, marker);
  };

  const split = (packet: Buffer, view: RtpView, h264: H264View): void => {
    let start = -1;
    let end = -1;
    eachNalUnit(packet, view.payloadOffset, view.payloadLength, h264, (nextStart, nextEnd) => {
      if (start >= 0) stream.insert(packet.subarray(start, end));
      start = nextStart;
      end = nextEnd;
    });
    // Its header may be written over what was sent already.
    stream.sendPlaced(packet, start, end - start, view.marker);
  };

  return {
    forward: (packet, view, source, nowMs) => {
      const { h264 } = source;
      // What comes late can't be put where it belongs: the units were counted anew.
      if (!stream.place(view, nowMs) || !stream.isNewest()) return;
      for (const unit of source.missingSets()) stream.insert(unit);
      if (h264.form !== 'fragment') {
        joinedBytes = 0;
        split(packet, view, h264);
      } else if (join(packet, view, h264)) sendJoined(view.marker);
      else stream.leaveOut();
    },
  };
};
