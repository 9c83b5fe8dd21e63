/** Our camera on its way into a room, on one connection: packets, sender reports, and what the room says back. */
import type { RtcpPacket, SenderInfo } from '../rtp/rtcp-packet.ts';
import type { RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts';
import { toNtp } from '../rtp/rtcp-session.ts';
import { timestampDelta } from '../rtp/sequence.ts';
import { createLossEstimate } from './loss-estimate.ts';
import type { SentPictureEvent } from './link-types.ts';
import { picturePayloadTypes, pictureRateHz } from './picture-codecs.ts';
import type { RtpStream } from './rtp-path.ts';

export interface CameraSender {
  /** See `PictureLink.writeRtp`; dropped while there is no stream. */
  writeRtp(packet: Buffer, nowMs: number): void;
  takeFeedback(feedback: RtcpFeedback): void;
  takeReport(packet: RtcpPacket): void;
  /** Whether anybody subscribes to the camera. */
  setWanted(wanted: boolean): void;
  /** Whether the room's side has muted it. */
  setMutedByRoom(muted: boolean): void;
  /** For a sender report; undefined where nothing was sent since the last. */
  senderInfo(nowMs: number): SenderInfo | undefined;
}

export interface CameraSenderDeps {
  readonly ssrc: number;
  readonly maxBitrateKbps: number;
  readonly stream: () => RtpStream | undefined;
  readonly onEvent: (event: SentPictureEvent) => void;
}

const minBitrateKbps = 100;
/** A smaller change is not told. */
const worthTelling = 0.05;

export const createCameraSender = (deps: CameraSenderDeps): CameraSender => {
  const { ssrc, onEvent } = deps;
  const maxKbps = Math.max(minBitrateKbps, deps.maxBitrateKbps);
  const estimate = createLossEstimate({ minKbps: minBitrateKbps, maxKbps: () => maxKbps });
  /** What the room itself says, where it does. */
  let limitKbps = Infinity;
  // Until it is told otherwise: a track is there for others from its first packets on.
  let wanted = true;
  let mutedByRoom = false;
  let toldKbps = maxKbps;
  let lastRequest: number | undefined;

  let sentSinceReport = false;
  let packetCount = 0;
  let octetCount = 0;
  let lastRtpTimestamp = 0;
  let lastRtpAtMs = 0;

  const tellBitrate = (): void => {
    const kbps = wanted && !mutedByRoom ? Math.round(Math.min(estimate.kbps(), limitKbps)) : 0;
    const isSmall = kbps > 0 && Math.abs(kbps - toldKbps) < toldKbps * worthTelling;
    const isFull = kbps === maxKbps && toldKbps !== maxKbps;
    if (kbps === toldKbps || (isSmall && !isFull)) return;
    toldKbps = kbps;
    onEvent({ type: 'camera-bitrate', kbps });
  };

  return {
    writeRtp: (plain, nowMs) => {
      const stream = deps.stream();
      if (stream === undefined || plain.length <= rtpHeaderBytes) return;
      const packet = stream.buffer(plain.length);
      plain.copy(packet);
      packet[1] = (packet.readUInt8(1) & 0x80) | picturePayloadTypes.h264;
      packet.writeUInt32BE(ssrc, 8);
      stream.send(plain.length);
      packetCount += 1;
      octetCount += plain.length - rtpHeaderBytes;
      sentSinceReport = true;
      const rtpTimestamp = plain.readUInt32BE(4);
      // One that is sent again is of a frame before.
      if (packetCount > 1 && timestampDelta(rtpTimestamp, lastRtpTimestamp) < 0) return;
      lastRtpTimestamp = rtpTimestamp;
      lastRtpAtMs = nowMs;
    },
    takeFeedback: (feedback) => {
      switch (feedback.type) {
        case 'picture-loss':
          if (feedback.mediaSsrc === ssrc) onEvent({ type: 'key-frame-wanted' });
          return;
        case 'full-intra':
          // The same number: the same request, sent again. RFC 5104 §4.3.1.1
          if (feedback.mediaSsrc !== ssrc || feedback.request === lastRequest) return;
          lastRequest = feedback.request;
          onEvent({ type: 'key-frame-wanted' });
          return;
        case 'nack':
          if (feedback.mediaSsrc !== ssrc) return;
          onEvent({ type: 'packets-missed', sequences: feedback.sequences });
          return;
        case 'max-bitrate':
          if (!feedback.mediaSsrcs.includes(ssrc)) return;
          limitKbps = feedback.bitsPerSecond / 1000;
          tellBitrate();
      }
    },
    takeReport: (packet) => {
      if (packet.type !== 'sender-report' && packet.type !== 'receiver-report') return;
      for (const report of packet.reports) {
        if (report.ssrc !== ssrc) continue;
        estimate.report(report.fractionLost);
        tellBitrate();
      }
    },
    setWanted: (next) => {
      wanted = next;
      tellBitrate();
    },
    setMutedByRoom: (muted) => {
      mutedByRoom = muted;
      tellBitrate();
    },
    senderInfo: (nowMs) => {
      if (!sentSinceReport) return undefined;
      sentSinceReport = false;
      const sinceMs = nowMs - lastRtpAtMs;
      return {
        ntp: toNtp(nowMs),
        rtpTimestamp: (lastRtpTimestamp + Math.round((sinceMs * pictureRateHz) / 1000)) >>> 0,
        packetCount: packetCount >>> 0,
        octetCount: octetCount >>> 0,
      };
    },
  };
};
