/** RTCP of one leg, and the quality figures made from it. Asked at each tick; has no timer. */
import { randomBytes } from 'node:crypto';
import type { LegQuality, Quality } from '../call/ports/sip-engine.ts';
import { rtpClockOf, type LegCodec } from './audio/codec-rates.ts';
import { g711RateHz } from './audio/g711.ts';
import { frameMs } from './media-clock.ts';
import { estimateMos, g711Impairment, opusImpairment, type CodecImpairment } from '../call/mos.ts';
import { createReceptionStats, type ReceptionStats } from './rtp/reception-stats.ts';
import { createRtcpSession, type RtcpSession } from './rtp/rtcp-session.ts';

export interface LegReports {
  readonly reception: ReceptionStats;
  readonly rtcp: RtcpSession;
  /** Of both ways, from the next packet on. */
  setCodec(codec: LegCodec): void;
  /** `playoutDelayMs`: what our jitter buffer adds now. */
  quality(playoutDelayMs: number): LegQuality;
}

/** G.722 as G.711: the scale is that of telephones, on which it has no figure. ITU-T G.113 */
export const impairmentOf = (codec: LegCodec): CodecImpairment =>
  codec === 'opus' ? opusImpairment : g711Impairment;

/** A telephone's own jitter buffer, which we cannot see. */
export const farPlayoutDelayMs = 60;

/** `ssrc`: of the stream that we send; `nowMs`: epoch milliseconds. */
export const createLegReports = (ssrc: number, nowMs: number): LegReports => {
  let impairment = g711Impairment;
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
    const mos = packets === 0 ? 1 : estimateMos({ delayMs, lossPct, codec: impairment });
    return { packets, lost, lossPct, jitterMs, mos };
  };

  return {
    reception,
    rtcp,
    setCodec: (codec) => {
      impairment = impairmentOf(codec);
      reception.setClockRate(rtpClockOf(codec));
      rtcp.setSentClockRate(rtpClockOf(codec));
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
