/**
 * RTCP of the pictures between a device and us: reports, and what each side says back about the
 * other's stream. Feedback goes out at once, in a compound of its own. RFC 4585 §3.1
 */
import { randomBytes } from 'node:crypto';
import type { PictureFeedback } from '../../call/ports/media.ts';
import { createReceptionStats } from '../rtp/reception-stats.ts';
import { buildRtcp } from '../rtp/rtcp-packet.ts';
import { buildRtcpFeedback, parseRtcpFeedback, type RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { createRtcpSession } from '../rtp/rtcp-session.ts';
import type { RtpView } from '../rtp/rtp-packet.ts';
import { videoClockKhz } from './stream-line.ts';

export interface PictureReports {
  onRtpReceived(view: RtpView, nowMs: number): void;
  onRtpSent(payloadBytes: number, rtpTimestamp: number): void;
  onRtcp(compound: Uint8Array): void;
  /** Sends the report that is due. */
  tick(): void;
  askKeyFrame(mediaSsrc: number, by: 'pli' | 'fir'): void;
  readonly askPackets: (mediaSsrc: number, sequences: readonly number[]) => void;
  /** What we take of the device's pictures. */
  limit(mediaSsrc: number, bitsPerSecond: number, accepts: PictureFeedback): void;
  goodbye(): void;
}

export interface PictureReportsDeps {
  /** Of the stream that we send. */
  readonly ssrc: number;
  /** Epoch milliseconds on a clock without jumps. */
  readonly dayMs: () => number;
  readonly send: (compound: Buffer) => void;
  readonly onFeedback: (feedback: RtcpFeedback) => void;
}

export const createPictureReports = (deps: PictureReportsDeps): PictureReports => {
  const { ssrc, dayMs, send } = deps;
  const cname = randomBytes(12).toString('base64');
  const reception = createReceptionStats(videoClockKhz * 1000);
  const session = createRtcpSession({
    ssrc,
    cname,
    sentClockRateHz: videoClockKhz * 1000,
    reception,
    random: Math.random,
    startMs: dayMs(),
  });
  let request = 0;
  const lead = buildRtcp({ ssrc, cname, reports: [] });
  const say = (...feedback: readonly RtcpFeedback[]): void => {
    send(Buffer.concat([lead, ...feedback.map((one) => buildRtcpFeedback(ssrc, one))]));
  };

  return {
    onRtpReceived: (view, nowMs) => {
      reception.push(view, nowMs);
    },
    onRtpSent: (payloadBytes, rtpTimestamp) => {
      session.onRtpSent(payloadBytes, rtpTimestamp, dayMs());
    },
    onRtcp: (compound) => {
      session.onRtcp(compound, dayMs());
      for (const feedback of parseRtcpFeedback(compound)) deps.onFeedback(feedback);
    },
    tick: () => {
      const due = session.poll(dayMs());
      if (due !== undefined) send(due);
    },
    askKeyFrame: (mediaSsrc, by) => {
      if (by === 'pli') say({ type: 'picture-loss', mediaSsrc });
      else say({ type: 'full-intra', mediaSsrc, request: (request = (request + 1) & 0xff) });
    },
    askPackets: (mediaSsrc, sequences) => {
      say({ type: 'nack', mediaSsrc, sequences });
    },
    limit: (mediaSsrc, bitsPerSecond, accepts) => {
      if (accepts.remb) say({ type: 'max-bitrate', bitsPerSecond, mediaSsrcs: [mediaSsrc] });
    },
    goodbye: () => {
      send(session.goodbye(dayMs()));
    },
  };
};
