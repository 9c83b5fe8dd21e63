/** What the room's server says in its receiver reports about the track that we publish. */
import { compactNtp, toNtp } from '../rtp/rtcp-session.ts';
import { parseRtcp } from '../rtp/rtcp-packet.ts';
import type { ReceptionReport } from '../rtp/reception-stats.ts';

/** Counted from the first report on. */
export interface RoomReception {
  readonly expected: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | undefined;
}

export interface RoomReports {
  /** A compound of the server, in the clear. */
  readonly take: (compound: Uint8Array) => void;
  /** Undefined before the second report. */
  reception(): RoomReception | undefined;
}

/** A round trip beyond this is a wrong echo. */
const maxRoundTripMs = 10_000;

/** `now`: epoch milliseconds, by which our sender reports are stamped. */
export const createRoomReports = (options: {
  readonly ssrc: number;
  readonly clockRateHz: number;
  readonly now: () => number;
}): RoomReports => {
  const { ssrc, clockRateHz, now } = options;
  let first: ReceptionReport | undefined;
  let last: ReceptionReport | undefined;
  let roundTripMs: number | undefined;

  const take = (report: ReceptionReport): void => {
    if (report.ssrc !== ssrc) return;
    first ??= report;
    last = report;
    if (report.lastSenderReport === 0) return;
    const units =
      (compactNtp(toNtp(now())) - report.lastSenderReport - report.delaySinceLastSenderReport) | 0;
    const measuredMs = (units * 1000) / 65_536;
    // Rounding makes it negative on a fast network. RFC 3550 §6.4.1
    if (measuredMs > -10 && measuredMs < maxRoundTripMs) roundTripMs = Math.max(0, measuredMs);
  };

  return {
    take: (compound) => {
      for (const packet of parseRtcp(compound)) {
        if (packet.type !== 'sender-report' && packet.type !== 'receiver-report') continue;
        for (const report of packet.reports) take(report);
      }
    },
    reception: () => {
      if (first === undefined || last === undefined || first === last) return undefined;
      return {
        expected: (last.extendedHighestSequence - first.extendedHighestSequence) >>> 0,
        lost: Math.max(0, last.cumulativeLost - first.cumulativeLost),
        jitterMs: (last.jitter * 1000) / clockRateHz,
        roundTripMs,
      };
    },
  };
};
