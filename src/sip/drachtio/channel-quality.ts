/** Reception quality of the caller's side out of FreeSWITCH's channel variables (`rtp_audio_in_…`). */
import { estimateMos, g711Impairment } from '../../call/mos.ts';
import type { Quality } from '../../call/ports/sip-engine.ts';
import type { StreamCounts } from '../../call/quality/sound-tally.ts';

export const noPackets: Quality = { packets: 0, lost: 0, lossPct: 0, jitterMs: 0, mos: 1 };

/** One packet that is missing is one flaw, and FreeSWITCH adds two more as it goes on. */
const flawsPerLoss = 3;

const figureOf = (variables: ReadonlyMap<string, string>, name: string): number => {
  const value = Number(variables.get(`variable_rtp_audio_in_${name}`));
  return Number.isFinite(value) && value > 0 ? value : 0;
};

/**
 * What came from the caller by now, to be looked at in differences: the flaws alone, since the rate
 * of loss of a long call jumps by more than a window has.
 */
export const channelCounts = (variables: ReadonlyMap<string, string>): StreamCounts => {
  const packets = figureOf(variables, 'media_packet_count');
  const lost = Math.floor(figureOf(variables, 'flaw_total') / flawsPerLoss);
  const jitterMs = Math.sqrt(figureOf(variables, 'jitter_max_variance'));
  return { expected: packets + lost, lost, jitterMs };
};

/**
 * Loss comes as a rate of two decimals, brought up to date every 5 s; what is too little for that is
 * taken from the flaws. (Skipped packets are not lost ones: FreeSWITCH looked before they came.)
 * Jitter is the root of the worst variance of arrival.
 */
export const channelQuality = (variables: ReadonlyMap<string, string>): Quality => {
  const figure = (name: string): number => figureOf(variables, name);
  const packets = figure('media_packet_count');
  if (packets === 0) return noPackets;
  const rate = figure('jitter_loss_rate');
  const lost =
    rate > 0 ? Math.round(rate * packets) : Math.ceil(figure('flaw_total') / flawsPerLoss);
  return {
    packets,
    lost,
    lossPct: (100 * lost) / (packets + lost),
    jitterMs: Math.sqrt(figure('jitter_max_variance')),
    mos: Math.min(4.5, Math.max(1, figure('mos'))),
  };
};

/** The lines `name: value` of `uuid_dump`. */
export const parseVariables = (dump: string): ReadonlyMap<string, string> =>
  new Map(
    dump.split('\n').flatMap((line) => {
      const colon = line.indexOf(': ');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 2).trim()] as const] : [];
    }),
  );

export interface ReceiverReport {
  readonly lost: number;
  readonly jitterMs: number;
  /** Smoothed by FreeSWITCH; undefined until the other side has answered a report of ours. */
  readonly roundTripMs?: number;
}

const clockRateHz = 8000;

/** RFC 3550 §6.4.2, by the headers of FreeSWITCH's RECV_RTCP_MESSAGE. Undefined without a block. */
export const receiverReport = (
  header: (name: string) => string | undefined,
): ReceiverReport | undefined => {
  const [lost, jitter] = ['Lost', 'Jitter'].map((name) =>
    Number(header(`Source0-${name}`) ?? 'none'),
  );
  if (lost === undefined || jitter === undefined || !(lost >= 0 && jitter >= 0)) return undefined;
  const roundTripS = Number(header('Rtt0-Avg') ?? 0);
  return {
    lost,
    jitterMs: (1000 * jitter) / clockRateHz,
    ...(roundTripS > 0 && { roundTripMs: 1000 * roundTripS }),
  };
};

/** Mouth to ear, where nobody measured it: one network, packets, and a jitter buffer at each end. */
export const assumedDelayMs = 100;

/** How our sound comes to the caller: of what FreeSWITCH sent, what the caller says was lost. */
export const reportedQuality = (
  { lost, jitterMs }: ReceiverReport,
  variables: ReadonlyMap<string, string>,
): Quality => {
  const sent = Number(variables.get('variable_rtp_audio_out_media_packet_count') ?? 0) || 0;
  const packets = Math.max(0, sent - lost);
  const lossPct = sent > 0 ? Math.min(100, (100 * lost) / sent) : 0;
  const mos = estimateMos({ delayMs: assumedDelayMs, lossPct, codec: g711Impairment });
  return { packets, lost, lossPct, jitterMs, mos: packets === 0 ? 1 : mos };
};
