import {
  createRtpView,
  parseRtp,
  rtpHeaderBytes,
  writeRtpHeader,
  type RtpView,
} from '../../../../src/bridge/rtp/rtp-packet.ts';
import { createH264View, parseH264 } from '../../../../src/bridge/video/h264-payload.ts';

/** Baseline, level 3.1, id 0; the last byte tells one from another. */
export const sps = (mark = 0): Buffer => Buffer.of(0x67, 66, 0xe0, 31, 0x8c, 0x8d, mark);
export const pps = (mark = 0): Buffer => Buffer.of(0x68, 0xce, 0x3c, mark);
/** The first slice of a picture, of so many bytes. */
export const idr = (bytes = 20, mark = 1): Buffer =>
  Buffer.concat([Buffer.of(0x65, 0x88), Buffer.alloc(bytes - 2, mark)]);
export const slice = (bytes = 20, mark = 1): Buffer =>
  Buffer.concat([Buffer.of(0x41, 0x9a), Buffer.alloc(bytes - 2, mark)]);

export const stapA = (...units: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.of(0x78),
    ...units.flatMap((unit) => [Buffer.of(unit.length >> 8, unit.length & 0xff), unit]),
  ]);

/** A unit as FU-A in pieces of so many bytes. */
export const fuA = (unit: Buffer, piece = 100): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 1; at < unit.length; at += piece) {
    const isEnd = at + piece >= unit.length;
    const header = (at === 1 ? 0x80 : 0) | (isEnd ? 0x40 : 0) | (unit[0]! & 0x1f);
    pieces.push(
      Buffer.concat([Buffer.of((unit[0]! & 0xe0) | 28, header), unit.subarray(at, at + piece)]),
    );
  }
  return pieces;
};

export interface PacketFields {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker?: boolean;
  readonly ssrc?: number;
  readonly payloadType?: number;
}

export const rtpPacket = (payload: Uint8Array, fields: PacketFields): Buffer => {
  const packet = Buffer.alloc(rtpHeaderBytes + payload.length);
  const { sequence, timestamp, marker = false, ssrc = 5, payloadType = 97 } = fields;
  writeRtpHeader(packet, payloadType, marker, sequence & 0xffff, timestamp, ssrc);
  packet.set(payload, rtpHeaderBytes);
  return packet;
};

export const viewOf = (packet: Uint8Array): RtpView => {
  const view = createRtpView();
  if (!parseRtp(packet, packet.length, view)) throw new Error('not RTP');
  return view;
};

export const payloadOf = (packet: Uint8Array): Buffer => {
  const { payloadOffset, payloadLength } = viewOf(packet);
  return Buffer.from(packet.subarray(payloadOffset, payloadOffset + payloadLength));
};

/** The packets of pictures as a camera sends them, one after another. */
export const createCamera = (
  options: { readonly ssrc?: number; readonly sequence?: number } = {},
) => {
  const { ssrc = 5 } = options;
  let sequence = options.sequence ?? 100;
  let timestamp = 1000;
  const picture = (payloads: readonly Buffer[]): Buffer[] => {
    timestamp += 3000;
    return payloads.map((payload, index) =>
      rtpPacket(payload, {
        sequence: sequence++,
        timestamp,
        marker: index === payloads.length - 1,
        ssrc,
      }),
    );
  };
  return {
    picture,
    /** An IDR picture with its parameter sets, as Chromium sends it. */
    keyFrame: (bytes = 250, mark = 1) => picture([stapA(sps(), pps()), ...fuA(idr(bytes, mark))]),
    frame: (bytes = 150, mark = 2) => picture(fuA(slice(bytes, mark))),
  };
};

export const beginsIdr = (packet: Uint8Array): boolean => {
  const view = viewOf(packet);
  const h264 = createH264View();
  return parseH264(packet, view.payloadOffset, view.payloadLength, h264) && h264.beginsIdr;
};
export const hasSps = (packet: Uint8Array): boolean => {
  const view = viewOf(packet);
  const h264 = createH264View();
  return parseH264(packet, view.payloadOffset, view.payloadLength, h264) && h264.hasSps;
};
