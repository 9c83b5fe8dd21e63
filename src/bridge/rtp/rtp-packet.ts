/** What one RTP packet says (RFC 3550 §5.1). Made once and filled anew for each packet. */
export interface RtpView {
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  /** In units of the payload's RTP clock. */
  timestamp: number;
  ssrc: number;
  /** Where the payload begins in the packet, past CSRC list and header extension. */
  payloadOffset: number;
  /** Without padding; may be 0. */
  payloadLength: number;
}

export const rtpHeaderBytes = 12;

export const createRtpView = (): RtpView => ({
  payloadType: 0,
  marker: false,
  sequenceNumber: 0,
  timestamp: 0,
  ssrc: 0,
  payloadOffset: 0,
  payloadLength: 0,
});

const readUint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

/**
 * Reads the first `length` bytes of `packet` into `view`. False on anything that is no RTP packet:
 * another version, or a CSRC list, extension or padding that runs out of the packet (RFC 3550 A.1).
 * The view is then as it was.
 */
export const parseRtp = (packet: Uint8Array, length: number, view: RtpView): boolean => {
  if (length < rtpHeaderBytes || length > packet.length) return false;
  const first = packet[0]!;
  if (first >> 6 !== 2) return false;
  let offset = rtpHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (offset + 4 > length) return false;
    offset += 4 + ((packet[offset + 2]! << 8) | packet[offset + 3]!) * 4;
  }
  if (offset > length) return false;
  let padding = 0;
  if ((first & 0x20) !== 0) {
    padding = packet[length - 1]!;
    if (padding === 0 || offset + padding > length) return false;
  }
  const second = packet[1]!;
  view.marker = (second & 0x80) !== 0;
  view.payloadType = second & 0x7f;
  view.sequenceNumber = (packet[2]! << 8) | packet[3]!;
  view.timestamp = readUint32(packet, 4);
  view.ssrc = readUint32(packet, 8);
  view.payloadOffset = offset;
  view.payloadLength = length - offset - padding;
  return true;
};

/** Writes the 12 bytes of a header without CSRC, extension or padding to the start of `out`. */
export const writeRtpHeader = (
  out: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): void => {
  out[0] = 0x80;
  out[1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  out[2] = sequenceNumber >>> 8;
  out[3] = sequenceNumber;
  out[4] = timestamp >>> 24;
  out[5] = timestamp >>> 16;
  out[6] = timestamp >>> 8;
  out[7] = timestamp;
  out[8] = ssrc >>> 24;
  out[9] = ssrc >>> 16;
  out[10] = ssrc >>> 8;
  out[11] = ssrc;
};

/**
 * Whether a packet that came to a port shared by RTP and RTCP is RTCP: packet types 192 to 223 are
 * payload types 64 to 95 with the marker, which RTP leaves unused (RFC 5761 §4).
 */
export const isRtcp = (packet: Uint8Array): boolean =>
  packet.length >= 8 && packet[0]! >> 6 === 2 && packet[1]! >= 192 && packet[1]! <= 223;
