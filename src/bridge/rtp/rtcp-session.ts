import type { ReceptionReport, ReceptionStats } from './reception-stats.ts';
import { buildRtcp, parseRtcp, type NtpTime, type RtcpPacket } from './rtcp-packet.ts';

/** RTCP of one RTP stream each way (RFC 3550 §6). Times are epoch milliseconds, and arguments. */
export interface RtcpSession {
  /** RTP that we sent: one packet, or `packets` of them and what they held, before the next `poll`. The time stamp is that of `nowMs`. */
  onRtpSent(payloadBytes: number, rtpTimestamp: number, nowMs: number, packets?: number): void;
  /** Of our time stamps: another codec goes. */
  setSentClockRate(clockRateHz: number): void;
  /** Any datagram that came as RTCP. `bye`: the peer's stream ended. */
  onRtcp(datagram: Uint8Array, nowMs: number): { readonly bye: boolean };
  /** The compound to send now, if one is due. */
  poll(nowMs: number): Buffer | undefined;
  /** The last compound, with BYE. */
  goodbye(nowMs: number): Buffer;
  /** How the peer hears us; undefined until it has said so. */
  remote(): RemoteReception | undefined;
  /** Round trip by LSR and DLSR (RFC 3550 §6.4.1); undefined until measured. */
  roundTripMs(): number | undefined;
}

/** The peer's last reception report about our stream. */
export interface RemoteReception {
  readonly packets: number;
  readonly lost: number;
  readonly lossPct: number;
  readonly jitterMs: number;
}

export interface RtcpSessionOptions {
  /** Of the stream that we send. */
  readonly ssrc: number;
  readonly cname: string;
  readonly sentClockRateHz: number;
  /** Of the stream that we receive. */
  readonly reception: ReceptionStats;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly startMs: number;
}

const intervalMs = 5000;
/** NTP counts from 1900, the epoch from 1970. */
const ntpEpochOffsetS = 2_208_988_800;
/** A round trip beyond this is a wrong echo. */
const maxRoundTripMs = 10_000;

export const toNtp = (epochMs: number): NtpTime => {
  const wholeSeconds = Math.floor(epochMs / 1000);
  return {
    seconds: (wholeSeconds + ntpEpochOffsetS) >>> 0,
    fraction: Math.floor(((epochMs - wholeSeconds * 1000) / 1000) * 2 ** 32) >>> 0,
  };
};

/** The middle 32 bits: 1/65536 s. */
export const compactNtp = ({ seconds, fraction }: NtpTime): number =>
  (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;

export const createRtcpSession = (options: RtcpSessionOptions): RtcpSession => {
  const { ssrc, cname, reception, random } = options;
  let { sentClockRateHz } = options;
  let sentSinceReport = false;
  let packetCount = 0;
  let octetCount = 0;
  let lastRtpTimestamp = 0;
  let lastRtpAtMs = 0;
  let lastSenderReport = 0;
  let lastSenderReportAtMs = 0;
  let remote: RemoteReception | undefined;
  let roundTripMs: number | undefined;

  // RFC 3550 §6.2, 6.3.1: half the interval at first, and each between 0.5 and 1.5 of it, so that
  // sessions that begin together don't report together.
  const draw = (meanMs: number): number => meanMs * (0.5 + random());
  let dueAtMs = options.startMs + draw(intervalMs / 2);

  const build = (nowMs: number, bye: boolean): Buffer => {
    const sender = sentSinceReport
      ? {
          ntp: toNtp(nowMs),
          rtpTimestamp:
            (lastRtpTimestamp + Math.round(((nowMs - lastRtpAtMs) * sentClockRateHz) / 1000)) >>> 0,
          packetCount,
          octetCount,
        }
      : undefined;
    sentSinceReport = false;
    const counted = reception.report();
    const delaySinceLastSenderReport =
      lastSenderReport === 0 ? 0 : Math.round(((nowMs - lastSenderReportAtMs) * 65536) / 1000);
    const reports: ReceptionReport[] =
      counted === undefined ? [] : [{ ...counted, lastSenderReport, delaySinceLastSenderReport }];
    return buildRtcp({ ssrc, cname, sender, reports, bye });
  };

  const takeReport = (report: ReceptionReport, nowMs: number): void => {
    if (report.ssrc !== ssrc) return;
    const lost = Math.max(0, report.cumulativeLost);
    remote = {
      packets: Math.max(0, packetCount - lost),
      lost,
      lossPct: packetCount === 0 ? 0 : Math.min(100, (lost * 100) / packetCount),
      jitterMs: (report.jitter * 1000) / sentClockRateHz,
    };
    if (report.lastSenderReport === 0) return;
    const units =
      (compactNtp(toNtp(nowMs)) - report.lastSenderReport - report.delaySinceLastSenderReport) | 0;
    const measuredMs = (units * 1000) / 65536;
    // Rounding makes it negative on a fast network.
    if (measuredMs > -10 && measuredMs < maxRoundTripMs) roundTripMs = Math.max(0, measuredMs);
  };

  const take = (packet: RtcpPacket, nowMs: number): boolean => {
    switch (packet.type) {
      case 'sender-report':
        lastSenderReport = compactNtp(packet.sender.ntp);
        lastSenderReportAtMs = nowMs;
        for (const report of packet.reports) takeReport(report, nowMs);
        return false;
      case 'receiver-report':
        for (const report of packet.reports) takeReport(report, nowMs);
        return false;
      case 'bye':
        return packet.ssrcs.includes(reception.figures().ssrc);
      default:
        return false;
    }
  };

  return {
    onRtpSent(payloadBytes, rtpTimestamp, nowMs, packets = 1) {
      packetCount += packets;
      octetCount += payloadBytes;
      lastRtpTimestamp = rtpTimestamp;
      lastRtpAtMs = nowMs;
      sentSinceReport = true;
    },
    setSentClockRate(clockRateHz) {
      sentClockRateHz = clockRateHz;
    },
    onRtcp(datagram, nowMs) {
      let bye = false;
      for (const packet of parseRtcp(datagram)) bye = take(packet, nowMs) || bye;
      return { bye };
    },
    poll(nowMs) {
      if (nowMs < dueAtMs) return undefined;
      dueAtMs = nowMs + draw(intervalMs);
      return build(nowMs, false);
    },
    goodbye: (nowMs) => build(nowMs, true),
    remote: () => remote,
    roundTripMs: () => roundTripMs,
  };
};
