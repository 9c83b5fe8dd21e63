/** RTCP of one leg, and the quality figures made from it. Asked at each tick; has no timer. */
import { randomBytes } from 'node:crypto';
import type { LegQuality, Quality } from '../call/ports/sip-engine.ts';
import { g711RateHz } from './audio/g711.ts';
import { frameMs } from './media-clock.ts';
import { estimateMos, g711Impairment } from '../call/mos.ts';
import { createReceptionStats, type ReceptionStats } from './rtp/reception-stats.ts';
import { createRtcpSession, type RtcpSession } from './rtp/rtcp-session.ts';

export interface LegReports {
  readonly reception: ReceptionStats;
  readonly rtcp: RtcpSession;
  /** After a change of codec: the RTP clock of both ways. */
  setClockRate(clockRateHz: number): void;
  /** `playoutDelayMs`: what our jitter buffer adds now. */
  quality(playoutDelayMs: number): LegQuality;
}

/** A telephone's own jitter buffer, which we cannot see. */
export const farPlayoutDelayMs = 60;

/** `ssrc`: of the stream that we send; `nowMs`: epoch milliseconds. */
export const createLegReports = (ssrc: number, nowMs: number): LegReports => {
  const reception = createReceptionStats(g711RateHz);
  const rtcp = createRtcpSession({
    ssrc,
    // Says nothing about who or where. RFC 7022 §4.2
    cname: randomBytes(12).toString('base64'),
    sentClockRateHz: g711RateHz,
    reception,
    random: Math.random,
    startMs: nowMs,
  });

  const rate = (counted: Omit<Quality, 'mos'>, playoutDelayMs: number): Quality => {
    const { packets, lost, lossPct, jitterMs } = counted;
    const delayMs = frameMs + (rtcp.roundTripMs() ?? 0) / 2 + playoutDelayMs;
    const mos = packets === 0 ? 1 : estimateMos({ delayMs, lossPct, codec: g711Impairment });
    return { packets, lost, lossPct, jitterMs, mos };
  };

  return {
    reception,
    rtcp,
    setClockRate: (clockRateHz) => {
      reception.setClockRate(clockRateHz);
      rtcp.setSentClockRate(clockRateHz);
    },
    quality: (playoutDelayMs) => {
      const { received: packets, lost, lossPct, jitterMs } = reception.figures();
      const remote = rtcp.remote();
      return {
        up: rate({ packets, lost, lossPct, jitterMs }, playoutDelayMs),
        down: remote && rate(remote, farPlayoutDelayMs),
      };
    },
  };
};
