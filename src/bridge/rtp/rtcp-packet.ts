import type { ReceptionReport } from './reception-stats.ts';

/** A point of the NTP time scale, as SR carries it. */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

export interface SenderInfo {
  readonly ntp: NtpTime;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
}

/** One packet of a compound (RFC 3550 §6.4 to 6.6); what we have no use for is `other`. */
export type RtcpPacket =
  | {
      readonly type: 'sender-report';
      readonly ssrc: number;
      readonly sender: SenderInfo;
      readonly reports: readonly ReceptionReport[];
    }
  | {
      readonly type: 'receiver-report';
      readonly ssrc: number;
      readonly reports: readonly ReceptionReport[];
    }
  | { readonly type: 'source-description'; readonly chunks: readonly SourceDescription[] }
  | { readonly type: 'bye'; readonly ssrcs: readonly number[]; readonly reason: string | undefined }
  | { readonly type: 'other'; readonly packetType: number };

export interface SourceDescription {
  readonly ssrc: number;
  readonly cname: string | undefined;
}

const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const goodbye = 203;
const cnameItem = 1;
const reportBlockBytes = 24;

/**
 * The packets of a compound. Empty where any of it is malformed: another version, a length beyond
 * the datagram or too short for its counts, padding before the last packet (RFC 3550 A.2). A
 * compound that does not begin with a report is taken all the same (RFC 5506).
 */
export const parseRtcp = (datagram: Uint8Array): readonly RtcpPacket[] => {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const packets: RtcpPacket[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + 4 > bytes.length) return [];
    const first = bytes.readUInt8(offset);
    const end = offset + (bytes.readUInt16BE(offset + 2) + 1) * 4;
    if (first >> 6 !== 2 || end > bytes.length) return [];
    let bodyEnd = end;
    if ((first & 0x20) !== 0) {
      const padding = bytes.readUInt8(end - 1);
      if (end !== bytes.length || padding === 0 || offset + 4 + padding > end) return [];
      bodyEnd -= padding;
    }
    const packetType = bytes.readUInt8(offset + 1);
    const packet = parseBody(packetType, first & 0x1f, bytes.subarray(offset + 4, bodyEnd));
    if (packet === undefined) return [];
    packets.push(packet);
    offset = end;
  }
  return packets;
};

const parseBody = (packetType: number, count: number, body: Buffer): RtcpPacket | undefined => {
  switch (packetType) {
    case senderReport: {
      const reports = parseReports(body, 24, count);
      if (reports === undefined) return undefined;
      const sender: SenderInfo = {
        ntp: { seconds: body.readUInt32BE(4), fraction: body.readUInt32BE(8) },
        rtpTimestamp: body.readUInt32BE(12),
        packetCount: body.readUInt32BE(16),
        octetCount: body.readUInt32BE(20),
      };
      return { type: 'sender-report', ssrc: body.readUInt32BE(0), sender, reports };
    }
    case receiverReport: {
      const reports = parseReports(body, 4, count);
      if (reports === undefined) return undefined;
      return { type: 'receiver-report', ssrc: body.readUInt32BE(0), reports };
    }
    case sourceDescription:
      return parseSourceDescription(body, count);
    case goodbye:
      return parseBye(body, count);
    default:
      return { type: 'other', packetType };
  }
};

/** Undefined where the body is too short for what it must hold. */
const parseReports = (body: Buffer, at: number, count: number): ReceptionReport[] | undefined => {
  if (body.length < at + count * reportBlockBytes) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const block = at + index * reportBlockBytes;
    return {
      ssrc: body.readUInt32BE(block),
      fractionLost: body.readUInt8(block + 4),
      cumulativeLost: body.readIntBE(block + 5, 3),
      extendedHighestSequence: body.readUInt32BE(block + 8),
      jitter: body.readUInt32BE(block + 12),
      lastSenderReport: body.readUInt32BE(block + 16),
      delaySinceLastSenderReport: body.readUInt32BE(block + 20),
    };
  });
};

const parseSourceDescription = (body: Buffer, count: number): RtcpPacket | undefined => {
  const chunks: SourceDescription[] = [];
  let at = 0;
  for (let chunk = 0; chunk < count; chunk += 1) {
    if (at + 4 > body.length) return undefined;
    const ssrc = body.readUInt32BE(at);
    let cname: string | undefined;
    at += 4;
    for (;;) {
      if (at >= body.length) return undefined;
      const item = body.readUInt8(at);
      if (item === 0) break;
      if (at + 2 > body.length) return undefined;
      const itemEnd = at + 2 + body.readUInt8(at + 1);
      if (itemEnd > body.length) return undefined;
      if (item === cnameItem) cname = body.toString('utf8', at + 2, itemEnd);
      at = itemEnd;
    }
    // One null ends the list, more fill the 32-bit word.
    at = (at + 4) & ~3;
    chunks.push({ ssrc, cname });
  }
  return { type: 'source-description', chunks };
};

const parseBye = (body: Buffer, count: number): RtcpPacket | undefined => {
  if (body.length < count * 4) return undefined;
  const ssrcs = Array.from({ length: count }, (_, index) => body.readUInt32BE(index * 4));
  const reasonAt = count * 4;
  if (reasonAt >= body.length) return { type: 'bye', ssrcs, reason: undefined };
  const reasonEnd = reasonAt + 1 + body.readUInt8(reasonAt);
  if (reasonEnd > body.length) return undefined;
  return { type: 'bye', ssrcs, reason: body.toString('utf8', reasonAt + 1, reasonEnd) };
};

export interface CompoundReport {
  readonly ssrc: number;
  readonly cname: string;
  /** With it a sender report, without a receiver report. */
  readonly sender?: SenderInfo | undefined;
  /** At most 31. */
  readonly reports: readonly ReceptionReport[];
  readonly bye?: boolean;
}

/** One compound: SR or RR, SDES with CNAME, and BYE where the stream ends (RFC 3550 §6.1). */
export const buildRtcp = (compound: CompoundReport): Buffer => {
  const parts = [buildReport(compound), buildCname(compound.ssrc, compound.cname)];
  if (compound.bye === true) {
    const bye = createPacket(goodbye, 1, 4);
    bye.writeUInt32BE(compound.ssrc >>> 0, 4);
    parts.push(bye);
  }
  return Buffer.concat(parts);
};

const createPacket = (packetType: number, count: number, bodyBytes: number): Buffer => {
  const packet = Buffer.alloc(4 + bodyBytes);
  packet.writeUInt8(0x80 | count, 0);
  packet.writeUInt8(packetType, 1);
  packet.writeUInt16BE(bodyBytes / 4, 2);
  return packet;
};

const buildReport = ({ ssrc, sender, reports }: CompoundReport): Buffer => {
  const first = sender === undefined ? 8 : 28;
  const count = Math.min(31, reports.length);
  const packet = createPacket(
    sender === undefined ? receiverReport : senderReport,
    count,
    first - 4 + count * reportBlockBytes,
  );
  packet.writeUInt32BE(ssrc >>> 0, 4);
  if (sender !== undefined) {
    packet.writeUInt32BE(sender.ntp.seconds >>> 0, 8);
    packet.writeUInt32BE(sender.ntp.fraction >>> 0, 12);
    packet.writeUInt32BE(sender.rtpTimestamp >>> 0, 16);
    packet.writeUInt32BE(sender.packetCount >>> 0, 20);
    packet.writeUInt32BE(sender.octetCount >>> 0, 24);
  }
  for (const [index, report] of reports.slice(0, count).entries()) {
    const at = first + index * reportBlockBytes;
    packet.writeUInt32BE(report.ssrc >>> 0, at);
    packet.writeUInt8(report.fractionLost & 0xff, at + 4);
    packet.writeIntBE(report.cumulativeLost, at + 5, 3);
    packet.writeUInt32BE(report.extendedHighestSequence >>> 0, at + 8);
    packet.writeUInt32BE(report.jitter >>> 0, at + 12);
    packet.writeUInt32BE(report.lastSenderReport >>> 0, at + 16);
    packet.writeUInt32BE(report.delaySinceLastSenderReport >>> 0, at + 20);
  }
  return packet;
};

const buildCname = (ssrc: number, cname: string): Buffer => {
  const text = Buffer.from(cname, 'utf8').subarray(0, 255);
  // SSRC, item header, text, and at least one null up to the next word.
  const bodyBytes = (4 + 2 + text.length + 4) & ~3;
  const packet = createPacket(sourceDescription, 1, bodyBytes);
  packet.writeUInt32BE(ssrc >>> 0, 4);
  packet.writeUInt8(cnameItem, 8);
  packet.writeUInt8(text.length, 9);
  text.copy(packet, 10);
  return packet;
};
