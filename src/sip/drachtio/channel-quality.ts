/** Reception quality of the caller's side out of FreeSWITCH's channel variables (`rtp_audio_in_…`). */
import type { Quality } from '../../call/ports.ts';

export const noPackets: Quality = { packets: 0, lost: 0, lossPct: 0, jitterMs: 0, mos: 1 };

/**
 * FreeSWITCH counts packets that did not come when they were due as skipped; its variance of
 * arrival is in ms², so jitter is its root. It gives no reports of the other direction.
 */
export const channelQuality = (variables: ReadonlyMap<string, string>): Quality => {
  const figure = (name: string): number => {
    const value = Number(variables.get(`variable_rtp_audio_${name}`));
    return Number.isFinite(value) && value > 0 ? value : 0;
  };
  const packets = figure('in_media_packet_count');
  if (packets === 0) return noPackets;
  const lost = figure('in_skip_packet_count');
  return {
    packets,
    lost,
    lossPct: (100 * lost) / (packets + lost),
    jitterMs: Math.sqrt(figure('in_jitter_max_variance')),
    mos: Math.min(4.5, Math.max(1, figure('in_mos'))),
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
