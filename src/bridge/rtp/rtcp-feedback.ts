/** What receivers of pictures say back to who sends them: RFC 4585, RFC 5104 and REMB. */

/** One feedback message; what we have no use for is left out. */
export type RtcpFeedback =
  /** A picture was lost: a key frame is wanted. RFC 4585 §6.3.1 */
  | { readonly type: 'picture-loss'; readonly mediaSsrc: number }
  /** A key frame is wanted; the same request again has the same number. RFC 5104 §4.3.1 */
  | { readonly type: 'full-intra'; readonly mediaSsrc: number; readonly request: number }
  /** These packets did not come. RFC 4585 §6.2.1 */
  | { readonly type: 'nack'; readonly mediaSsrc: number; readonly sequences: readonly number[] }
  /** Of all streams together at most so much. draft-alvestrand-rmcat-remb-03 */
  | {
      readonly type: 'max-bitrate';
      readonly bitsPerSecond: number;
      readonly mediaSsrcs: readonly number[];
    };

const transportFeedback = 205;
const payloadFeedback = 206;
const genericNack = 1;
const pictureLoss = 1;
const fullIntra = 4;
const applicationLayer = 15;
const rembName = 0x52454d42; // "REMB"

/**
 * The feedback in a compound, in its order. What is malformed is left out, and all that follows it:
 * the lengths can't be trusted then.
 */
export const parseRtcpFeedback = (compound: Uint8Array): readonly RtcpFeedback[] => {
  const bytes = Buffer.from(compound.buffer, compound.byteOffset, compound.byteLength);
  const found: RtcpFeedback[] = [];
  let end = 0;
  for (let offset = 0; offset + 4 <= bytes.length; offset = end) {
    const first = bytes.readUInt8(offset);
    end = offset + (bytes.readUInt16BE(offset + 2) + 1) * 4;
    if (first >> 6 !== 2 || end > bytes.length) return found;
    // Header, SSRC of the sender and SSRC of the media. RFC 4585 §6.1
    if (end - offset < 12) continue;
    const packet = bytes.subarray(offset, end);
    const packetType = packet.readUInt8(1);
    if (packetType === transportFeedback) found.push(...parseTransport(first & 0x1f, packet));
    else if (packetType === payloadFeedback) found.push(...parsePayload(first & 0x1f, packet));
  }
  return found;
};

const parseTransport = (format: number, packet: Buffer): readonly RtcpFeedback[] => {
  if (format !== genericNack) return [];
  const sequences: number[] = [];
  for (let at = 12; at + 4 <= packet.length; at += 4) {
    const first = packet.readUInt16BE(at);
    const following = packet.readUInt16BE(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit += 1) {
      if ((following & (1 << bit)) !== 0) sequences.push((first + bit + 1) & 0xffff);
    }
  }
  return [{ type: 'nack', mediaSsrc: packet.readUInt32BE(8), sequences }];
};

const parsePayload = (format: number, packet: Buffer): readonly RtcpFeedback[] => {
  if (format === pictureLoss) {
    return [{ type: 'picture-loss', mediaSsrc: packet.readUInt32BE(8) }];
  }
  if (format === fullIntra) {
    const found: RtcpFeedback[] = [];
    for (let at = 12; at + 8 <= packet.length; at += 8) {
      const mediaSsrc = packet.readUInt32BE(at);
      found.push({ type: 'full-intra', mediaSsrc, request: packet.readUInt8(at + 4) });
    }
    return found;
  }
  return format === applicationLayer ? parseRemb(packet) : [];
};

const parseRemb = (packet: Buffer): readonly RtcpFeedback[] => {
  if (packet.length < 20 || packet.readUInt32BE(12) !== rembName) return [];
  const count = packet.readUInt8(16);
  if (packet.length < 20 + count * 4) return [];
  const exponent = packet.readUInt8(17) >> 2;
  const mantissa = packet.readUIntBE(17, 3) & 0x3ffff;
  const mediaSsrcs = Array.from({ length: count }, (_, at) => packet.readUInt32BE(20 + at * 4));
  return [{ type: 'max-bitrate', bitsPerSecond: mantissa * 2 ** exponent, mediaSsrcs }];
};

/** One feedback packet, to be sent alone (RFC 5506) or behind a report. */
export const buildRtcpFeedback = (senderSsrc: number, feedback: RtcpFeedback): Buffer => {
  switch (feedback.type) {
    case 'picture-loss':
      return createFeedback(payloadFeedback, pictureLoss, senderSsrc, feedback.mediaSsrc, 0);
    case 'full-intra': {
      const packet = createFeedback(payloadFeedback, fullIntra, senderSsrc, 0, 8);
      packet.writeUInt32BE(feedback.mediaSsrc >>> 0, 12);
      packet.writeUInt8(feedback.request & 0xff, 16);
      return packet;
    }
    case 'nack': {
      const pairs = nackPairs(feedback.sequences);
      const packet = createFeedback(
        transportFeedback,
        genericNack,
        senderSsrc,
        feedback.mediaSsrc,
        pairs.length * 4,
      );
      for (const [index, { first, following }] of pairs.entries()) {
        packet.writeUInt16BE(first, 12 + index * 4);
        packet.writeUInt16BE(following, 14 + index * 4);
      }
      return packet;
    }
    case 'max-bitrate':
      return buildRemb(senderSsrc, feedback.bitsPerSecond, feedback.mediaSsrcs);
  }
};

const createFeedback = (
  packetType: number,
  format: number,
  senderSsrc: number,
  mediaSsrc: number,
  controlBytes: number,
): Buffer => {
  const packet = Buffer.alloc(12 + controlBytes);
  packet.writeUInt8(0x80 | format, 0);
  packet.writeUInt8(packetType, 1);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(senderSsrc >>> 0, 4);
  packet.writeUInt32BE(mediaSsrc >>> 0, 8);
  return packet;
};

/** Each pair is one lost packet and a bit for each of the 16 that follow it. */
const nackPairs = (
  sequences: readonly number[],
): readonly { readonly first: number; readonly following: number }[] => {
  const pairs: { first: number; following: number }[] = [];
  for (const sequence of sequences) {
    const last = pairs.at(-1);
    const ahead = last === undefined ? 0 : (sequence - last.first) & 0xffff;
    if (last !== undefined && ahead >= 1 && ahead <= 16) last.following |= 1 << (ahead - 1);
    else if (last === undefined || ahead !== 0) pairs.push({ first: sequence, following: 0 });
  }
  return pairs;
};

const buildRemb = (
  senderSsrc: number,
  bitsPerSecond: number,
  mediaSsrcs: readonly number[],
): Buffer => {
  const count = Math.min(255, mediaSsrcs.length);
  const packet = createFeedback(payloadFeedback, applicationLayer, senderSsrc, 0, 8 + count * 4);
  // 18 bits of mantissa, rounded down: never more than was meant.
  const exponent = Math.max(0, Math.floor(Math.log2(Math.max(1, bitsPerSecond))) - 17);
  const mantissa = Math.floor(bitsPerSecond / 2 ** exponent);
  packet.writeUInt32BE(rembName, 12);
  packet.writeUInt8(count, 16);
  packet.writeUIntBE((exponent << 18) | (mantissa & 0x3ffff), 17, 3);
  for (const [index, ssrc] of mediaSsrcs.slice(0, count).entries()) {
    packet.writeUInt32BE(ssrc >>> 0, 20 + index * 4);
  }
  return packet;
};
