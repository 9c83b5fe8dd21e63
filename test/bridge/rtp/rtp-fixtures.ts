import {
  createRtpView,
  parseRtp,
  writeRtpHeader,
  type RtpView,
} from '../../../src/bridge/rtp/rtp-packet.ts';

export interface PacketFields {
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc?: number;
  readonly payload: Uint8Array;
}

export const rtpPacket = (fields: PacketFields): Buffer => {
  const packet = Buffer.alloc(12 + fields.payload.length);
  writeRtpHeader(
    packet,
    fields.payloadType ?? 8,
    fields.marker ?? false,
    fields.sequence & 0xffff,
    fields.timestamp >>> 0,
    fields.ssrc ?? 1,
  );
  packet.set(fields.payload, 12);
  return packet;
};

export const viewOf = (packet: Uint8Array): RtpView => {
  const view = createRtpView();
  if (!parseRtp(packet, packet.length, view)) throw new Error('not RTP');
  return view;
};

/** A generator of numbers in [0, 1): the same ones for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
