/**
 * RTCP of the pictures between a device and us: reports, and what each side says back about the
 * other's stream. Feedback goes out at once, in a compound of its own. RFC 4585 §3.1
 */
import { randomBytes } from 'node:crypto';
import type { PictureFeedback } from '../../call/ports/media.ts';
import { createReceptionStats } from '../rtp/reception-stats.ts';
import { buildRtcpFeedback, parseRtcpFeedback, type RtcpFeedback } from '../rtp/rtcp-feedback.ts';
import { buildRtcp, parseRtcp } from '../rtp/rtcp-packet.ts';
import { createRtcpSession } from '../rtp/rtcp-session.ts';
import type { RtpView } from '../rtp/rtp-packet.ts';
import { buildLimit, parseLimitRequests } from './stream-limit.ts';
import { videoClockKhz } from './stream-line.ts';

export interface PictureReports {
  onRtpReceived(view: RtpView, nowMs: number): void;
  onRtpSent(payloadBytes: number, rtpTimestamp: number): void;
  onRtcp(compound: Uint8Array): void;
  /** Sends the report and the limit that are due. */
  tick(nowMs: number): void;
  askKeyFrame(mediaSsrc: number, by: 'pli' | 'fir'): void;
  readonly askPackets: (mediaSsrc: number, sequences: readonly number[]) => void;
  /** What we take of the device's pictures from now on. */
  setLimit(bitsPerSecond: number): void;
  goodbye(): void;
}

export interface PictureReportsDeps {
  /** Of the stream that we send. */
  readonly ssrc: number;
  /** Epoch milliseconds on a clock without jumps. */
  readonly dayMs: () => number;
  readonly send: (compound: Buffer) => void;
  /** Of the device's stream, and what the device listens to; undefined while none came. */
  readonly device: () => { readonly ssrc: number; readonly accepts: PictureFeedback } | undefined;
  readonly onFeedback: (feedback: RtcpFeedback) => void;
  /** The device takes so much of our stream. */
  readonly onLimit: (bitsPerSecond: number) => void;
  /** The device lost so much of our stream since its last report, of 256. */
  readonly onLoss: (fractionLost: number) => void;
}

/** A limit is told again, since it may be lost; and a smaller change is not worth telling. */
const limitIntervalMs = 5000;
const worthTelling = 0.05;

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
  let limit: number | undefined;
  let toldLimit = 0;
  let limitDueMs = Number.NEGATIVE_INFINITY;

  const lead = buildRtcp({ ssrc, cname, reports: [] });
  const say = (...packets: readonly Buffer[]): void => {
    send(Buffer.concat([lead, ...packets]));
  };
  const tellLimit = (nowMs: number): void => {
    const device = deps.device();
    if (limit === undefined || device === undefined) return;
    const isChanged = Math.abs(limit - toldLimit) > toldLimit * worthTelling;
    if (!isChanged && nowMs < limitDueMs) return;
    toldLimit = limit;
    limitDueMs = nowMs + limitIntervalMs;
    if (device.accepts.tmmbr)
      say(buildLimit('request', { senderSsrc: ssrc, ssrc: device.ssrc, bitsPerSecond: limit }));
    else if (device.accepts.remb)
      say(
        buildRtcpFeedback(ssrc, {
          type: 'max-bitrate',
          bitsPerSecond: limit,
          mediaSsrcs: [device.ssrc],
        }),
      );
  };
  const takeReports = (compound: Uint8Array): void => {
    for (const packet of parseRtcp(compound)) {
      if (packet.type !== 'sender-report' && packet.type !== 'receiver-report') continue;
      for (const block of packet.reports) if (block.ssrc === ssrc) deps.onLoss(block.fractionLost);
    }
  };
  const takeLimits = (compound: Uint8Array): void => {
    for (const { senderSsrc, ssrc: of, bitsPerSecond } of parseLimitRequests(compound)) {
      if (of !== ssrc) continue;
      deps.onLimit(bitsPerSecond);
      say(buildLimit('notice', { senderSsrc: ssrc, ssrc: senderSsrc, bitsPerSecond }));
    }
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
      takeReports(compound);
      takeLimits(compound);
      for (const feedback of parseRtcpFeedback(compound)) deps.onFeedback(feedback);
    },
    tick: (nowMs) => {
      const due = session.poll(dayMs());
      if (due !== undefined) send(due);
      tellLimit(nowMs);
    },
    askKeyFrame: (mediaSsrc, by) => {
      if (by === 'fir') request = (request + 1) & 0xff;
      say(
        buildRtcpFeedback(
          ssrc,
          by === 'pli'
            ? { type: 'picture-loss', mediaSsrc }
            : { type: 'full-intra', mediaSsrc, request },
        ),
      );
    },
    askPackets: (mediaSsrc, sequences) => {
      say(buildRtcpFeedback(ssrc, { type: 'nack', mediaSsrc, sequences }));
    },
    setLimit: (bitsPerSecond) => {
      limit = bitsPerSecond;
    },
    goodbye: () => {
      send(session.goodbye(dayMs()));
    },
  };
};
