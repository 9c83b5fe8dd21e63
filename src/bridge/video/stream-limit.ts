/**
 * How many bits a second a receiver takes of a stream, asked for and granted: TMMBR and TMMBN,
 * RFC 5104 §4.2.1, §4.2.2.
 */
export interface StreamLimit {
  /** Who says it. */
  readonly senderSsrc: number;
  /** TMMBR: whose stream it is about; TMMBN: who asked for it. */
  readonly ssrc: number;
  readonly bitsPerSecond: number;
}

const transportFeedback = 205;
const formats = { request: 3, notice: 4 } as const;
const mantissaBits = 17;
/** IPv4, UDP and RTP, which count too. */
const overheadBytes = 40;

/** The TMMBR in a compound; what is malformed ends it. */
export const parseLimitRequests = (compound: Uint8Array): readonly StreamLimit[] => {
  const bytes = Buffer.from(compound.buffer, compound.byteOffset, compound.byteLength);
  const found: StreamLimit[] = [];
  let end = 0;
  for (let offset = 0; offset + 4 <= bytes.length; offset = end) {
    const first = bytes.readUInt8(offset);
    end = offset + (bytes.readUInt16BE(offset + 2) + 1) * 4;
    if (first >> 6 !== 2 || end > bytes.length) return found;
    const isRequest = bytes.readUInt8(offset + 1) === transportFeedback;
    if (!isRequest || (first & 0x1f) !== formats.request) continue;
    for (let at = offset + 12; at + 8 <= end; at += 8) {
      const word = bytes.readUInt32BE(at + 4);
      found.push({
        senderSsrc: bytes.readUInt32BE(offset + 4),
        ssrc: bytes.readUInt32BE(at),
        bitsPerSecond: ((word >>> 9) & (2 ** mantissaBits - 1)) * 2 ** (word >>> 26),
      });
    }
  }
  return found;
};

/** One TMMBR or TMMBN, to follow a report. */
export const buildLimit = (kind: keyof typeof formats, limit: StreamLimit): Buffer => {
  const bits = Math.max(1, Math.floor(limit.bitsPerSecond));
  // Rounded down: never more than was meant.
  const exponent = Math.max(0, Math.floor(Math.log2(bits)) + 1 - mantissaBits);
  const mantissa = Math.floor(bits / 2 ** exponent);
  const packet = Buffer.alloc(20);
  packet.writeUInt8(0x80 | formats[kind], 0);
  packet.writeUInt8(transportFeedback, 1);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(limit.senderSsrc >>> 0, 4);
  packet.writeUInt32BE(limit.ssrc >>> 0, 12);
  packet.writeUInt32BE(((exponent << 26) | (mantissa << 9) | overheadBytes) >>> 0, 16);
  return packet;
};
