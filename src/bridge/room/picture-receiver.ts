/**
 * The watched pictures of one connection on their way in: whose packet it is, what was sent again put
 * back to what it was (RFC 4588 §8), all with plain headers, and what is reported of them.
 *
 * The answer that names a stream and its first packets come on two ways, so packets of streams nobody
 * named yet are held for a moment: a key frame is among them.
 */
import type { RtcpPacket } from '../rtp/rtcp-packet.ts';
import { compactNtp } from '../rtp/rtcp-session.ts';
import {
  createReceptionStats,
  type ReceptionReport,
  type ReceptionStats,
} from '../rtp/reception-stats.ts';
import { createRtpView, parseRtp, rtpHeaderBytes, writeRtpHeader } from '../rtp/rtp-packet.ts';
import { isBlankFrame } from './blank-frame.ts';
import { ownPayloadTypes, pictureRateHz, type PicturePayloadTypes } from './picture-codecs.ts';
import type { PictureStream } from './picture-streams.ts';

export interface PictureReceiver {
  /** The streams of the last answer. */
  setStreams(streams: ReadonlyMap<number, PictureStream>, nowMs: number): void;
  take(ssrc: number, packet: Buffer, nowMs: number): void;
  takeReport(packet: RtcpPacket, nowMs: number): void;
  /** Report blocks of the streams that packets came of. Begins a new interval. */
  reports(nowMs: number): readonly ReceptionReport[];
  /** Of a track's packets; undefined before an answer named it. */
  ssrcOf(trackSid: string): number | undefined;
}

interface ReceivedStream {
  readonly stats: ReceptionStats;
  lastSenderReport: number;
  lastSenderReportAtMs: number;
}

const mostHeld = 400;
const longestHeldMs = 1_000;
/** Of RTX: the sequence number that the packet had at first. RFC 4588 §4 */
const originalSequenceBytes = 2;

export const createPictureReceiver = (
  onPacket: (trackSid: string, packet: Buffer) => void,
  payloadTypes: PicturePayloadTypes = ownPayloadTypes,
): PictureReceiver => {
  const view = createRtpView();
  let streams: ReadonlyMap<number, PictureStream> = new Map();
  let received = new Map<number, ReceivedStream>();
  let held: { readonly ssrc: number; readonly packet: Buffer; readonly atMs: number }[] = [];

  const isPicture = (packet: Buffer): boolean => {
    const payloadType = packet.readUInt8(1) & 0x7f;
    return payloadType === payloadTypes.primary || payloadType === payloadTypes.rtx;
  };

  const receivedOf = (ssrc: number): ReceivedStream => {
    const known = received.get(ssrc);
    if (known !== undefined) return known;
    const stats = createReceptionStats(pictureRateHz);
    const made = { stats, lastSenderReport: 0, lastSenderReportAtMs: 0 };
    received.set(ssrc, made);
    return made;
  };

  /** The packet with a plain header; in its own bytes, which nobody else has. */
  const plain = (
    packet: Buffer,
    { payloadOffset, payloadLength }: { payloadOffset: number; payloadLength: number },
    sequenceNumber: number,
    ssrc: number,
  ): Buffer => {
    const payloadEnd = payloadOffset + payloadLength;
    const isBlank = isBlankFrame(packet, payloadOffset);
    const { marker, timestamp } = view;
    const bytes = packet.subarray(
      payloadOffset - rtpHeaderBytes,
      isBlank ? payloadOffset : payloadEnd,
    );
    writeRtpHeader(bytes, payloadTypes.primary, marker, sequenceNumber, timestamp, ssrc);
    return bytes;
  };

  const deliver = ({ trackSid, primarySsrc }: PictureStream, packet: Buffer, nowMs: number) => {
    if (!parseRtp(packet, packet.length, view)) return;
    const { payloadOffset, payloadLength, sequenceNumber } = view;
    if (view.payloadType === payloadTypes.primary) {
      receivedOf(primarySsrc).stats.push(view, nowMs);
      onPacket(trackSid, plain(packet, view, sequenceNumber, primarySsrc));
    } else if (
      view.payloadType === payloadTypes.rtx &&
      // Less is padding: the server probes how much passes.
      payloadLength > originalSequenceBytes
    ) {
      const original = {
        payloadOffset: payloadOffset + originalSequenceBytes,
        payloadLength: payloadLength - originalSequenceBytes,
      };
      const sequence = packet.readUInt16BE(payloadOffset);
      onPacket(trackSid, plain(packet, original, sequence, primarySsrc));
    }
  };

  return {
    setStreams: (next, nowMs) => {
      streams = next;
      const primaries = new Set([...next.values()].map(({ primarySsrc }) => primarySsrc));
      received = new Map([...received].filter(([ssrc]) => primaries.has(ssrc)));
      const early = held;
      held = [];
      for (const { ssrc, packet, atMs } of early) {
        const stream = next.get(ssrc);
        if (stream !== undefined) deliver(stream, packet, atMs);
        else if (nowMs - atMs < longestHeldMs) held.push({ ssrc, packet, atMs });
      }
    },
    take: (ssrc, packet, nowMs) => {
      const stream = streams.get(ssrc);
      if (stream !== undefined) deliver(stream, packet, nowMs);
      else if (held.length < mostHeld && isPicture(packet)) {
        held.push({ ssrc, packet, atMs: nowMs });
      }
    },
    takeReport: (packet, nowMs) => {
      if (packet.type !== 'sender-report') return;
      const of = received.get(packet.ssrc);
      if (of === undefined) return;
      of.lastSenderReport = compactNtp(packet.sender.ntp);
      of.lastSenderReportAtMs = nowMs;
    },
    reports: (nowMs) => {
      held = held.filter(({ atMs }) => nowMs - atMs < longestHeldMs);
      return [...received.values()].flatMap(({ stats, lastSenderReport, lastSenderReportAtMs }) => {
        const counted = stats.report();
        if (counted === undefined) return [];
        const delayMs = lastSenderReport === 0 ? 0 : nowMs - lastSenderReportAtMs;
        const delaySinceLastSenderReport = Math.round((delayMs * 65_536) / 1000);
        return [{ ...counted, lastSenderReport, delaySinceLastSenderReport }];
      });
    },
    ssrcOf: (trackSid) =>
      [...streams.values()].find((stream) => stream.trackSid === trackSid)?.primarySsrc,
  };
};
