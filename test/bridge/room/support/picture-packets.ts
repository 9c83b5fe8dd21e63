/** RTP packets of pictures, as their parts. */
export const rtpPacket = ({
  ssrc,
  sequence,
  payload,
  payloadType = 102,
  marker = false,
  timestamp = 90_000,
}: {
  readonly ssrc: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly timestamp?: number;
}): Buffer => {
  const packet = Buffer.alloc(12 + payload.length);
  packet[0] = 0x80;
  packet[1] = (marker ? 0x80 : 0) | payloadType;
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.set(payload, 12);
  return packet;
};
