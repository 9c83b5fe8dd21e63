/** A link's outgoing packets, stamped for the room, and the sender reports that belong to them. */
import { RtcpSenderInfo, RtcpSrPacket, RtpHeader, type RTCDtlsTransport } from 'werift';
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts';
import type { RtpPath } from './rtp-path.ts';

/** Sends one RTP packet; see `CallerLink.writeRtp`. */
export type RtpWriter = (packet: Buffer, audioLevelDbov: number, voice: boolean) => void;

/** Of the header extension, as offered. */
export const audioLevelId = 1;
/** With a header extension of one word. */
const levelledHeaderBytes = rtpHeaderBytes + 8;
/** RFC 3550 §6.2 recommends five seconds at least between reports. */
const senderReportIntervalMs = 5_000;
const ntpEpochOffsetS = 2_208_988_800;

export interface RtpWriterDeps {
  readonly ssrc: number;
  readonly now: () => number;
  readonly transport: () => RTCDtlsTransport | undefined;
  /** Ours, or undefined where werift is not built as expected. */
  readonly path: () => RtpPath | undefined;
  readonly payloadType: () => number | undefined;
}

/** Sends packets and, on the packets' own beat, sender reports. */
export const createRtpWriter = (deps: RtpWriterDeps): RtpWriter => {
  const { ssrc, now } = deps;
  let packetCount = 0;
  let octetCount = 0;
  let nextReportAt = 0;

  const report = (to: RTCDtlsTransport, rtpTimestamp: number): void => {
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: ntpTimestamp(now()),
      rtpTimestamp,
      packetCount: packetCount >>> 0,
      octetCount: octetCount >>> 0,
    });
    void to.sendRtcp([new RtcpSrPacket({ ssrc, senderInfo })]).catch(() => undefined);
    nextReportAt = now() + senderReportIntervalMs;
  };

  return (plain, audioLevelDbov, voice) => {
    const to = deps.transport();
    const payloadType = deps.payloadType();
    const payloadBytes = plain.length - rtpHeaderBytes;
    if (to === undefined || payloadType === undefined || payloadBytes <= 0) return;
    const path = deps.path();
    const bytes = levelledHeaderBytes + payloadBytes;
    const packet = path?.buffer(bytes) ?? Buffer.alloc(bytes);
    plain.copy(packet, 0, 0, rtpHeaderBytes);
    plain.copy(packet, levelledHeaderBytes, rtpHeaderBytes);
    writeLevelledHeader(packet, payloadType, ssrc, audioLevelDbov, voice);
    if (path === undefined) sendByWerift(to, packet);
    else path.send(bytes);
    packetCount += 1;
    octetCount += payloadBytes;
    if (now() >= nextReportAt) report(to, plain.readUInt32BE(4));
  };
};

/** Completes a header whose marker, sequence number and time stamp are there. RFC 8285 §4.2 */
export const writeLevelledHeader = (
  packet: Buffer,
  payloadType: number,
  ssrc: number,
  audioLevelDbov: number,
  voice: boolean,
): void => {
  packet[0] = 0x90; // version 2 with an extension
  packet[1] = (packet.readUInt8(1) & 0x80) | payloadType;
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt32BE(0xbede_0001, 12); // one-byte headers, one word of them
  packet[16] = audioLevelId << 4; // of one byte
  // One bit of voice activity, seven of level below full scale. RFC 6464 §3
  const level = Math.min(127, Math.max(0, Math.round(-audioLevelDbov)));
  packet[17] = (voice ? 0x80 : 0) | level;
  packet.writeUInt16BE(0, 18);
};

const sendByWerift = (to: RTCDtlsTransport, packet: Buffer): void => {
  void to.sendRtp(packet.subarray(levelledHeaderBytes), RtpHeader.deSerialize(packet));
};

/** Epoch milliseconds as NTP: seconds since 1900 in the upper half, fraction in the lower. RFC 3550 §4 */
export const ntpTimestamp = (epochMs: number): bigint => {
  const seconds = Math.floor(epochMs / 1000);
  const fraction = Math.floor(((epochMs - seconds * 1000) / 1000) * 2 ** 32);
  return (BigInt(seconds + ntpEpochOffsetS) << 32n) | BigInt(fraction);
};
