/** Calls as metrics: counted as their records change. Labels are from lists, never from callers. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { LegId } from '../call/identifiers.ts';
import { createRecentSet } from '../call/recent-set.ts';
import type { CallRecord } from '../call/ports/call-records.ts';
import { soundWays, type Quality, type SoundWay } from '../call/ports/sip-engine.ts';

export interface CallMetrics {
  /** Every change of every call of this node. */
  readonly changed: (record: CallRecord) => void;
}

const setupBucketsS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10];
const joinBucketsS = [5, 10, 20, 30, 45, 60, 90, 120, 300];
const waitBucketsS = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600];
const lengthBucketsS = [10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400];
const mosBuckets = [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.2, 4.5];
const lossBuckets = [0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

/** An ended call changes once more, with its figures. */
const endedKept = 1_000;

const roundTripBucketsS = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2];

export function createCallMetrics(registry: Registry): CallMetrics {
  const m = callMetrics(registry);
  /** Since when each call waits, and how many of its lines were counted. */
  const seen = new Map<LegId, { waitingSince: number | undefined; lines: number }>();

  const ended = createRecentSet<LegId>(endedKept);
  const measured = createRecentSet<LegId>(endedKept);

  function observeQuality(direction: SoundWay, figures: Quality): void {
    const { packets, lost, lossPct, mos } = figures;
    m.packets.inc({ direction }, packets);
    m.lost.inc({ direction }, Math.max(0, lost));
    m.loss.observe({ direction }, lossPct / 100);
    if (packets > 0) m.mos.observe({ direction }, mos);
  }

  function countEnd(record: CallRecord): void {
    const { startedAt, answeredAt, joinedAt, endedAt, termination } = record;
    const { result = 'server-error', reason = 'bug' } = termination ?? {};
    m.ended.inc({ result, reason });
    if (answeredAt !== undefined) m.setup.observe((answeredAt - startedAt) / 1000);
    if (answeredAt !== undefined && joinedAt !== undefined)
      m.join.observe((joinedAt - answeredAt) / 1000);
    if (answeredAt !== undefined && endedAt !== undefined)
      m.length.observe((endedAt - answeredAt) / 1000);
  }

  function measure({ legId, quality }: CallRecord): void {
    if (quality === undefined || !measured.add(legId)) return;
    for (const way of soundWays) {
      const figures = quality[way];
      if (figures !== undefined) observeQuality(way, figures);
    }
    const { roundTripMs, roomRoundTripMs } = quality;
    if (roundTripMs !== undefined) m.roundTrip.observe({ to: 'caller' }, roundTripMs / 1000);
    if (roomRoundTripMs !== undefined) m.roundTrip.observe({ to: 'room' }, roomRoundTripMs / 1000);
  }

  return {
    changed(record) {
      const { legId, state, timeline } = record;
      if (state === 'ended') measure(record);
      if (state === 'ended' && !ended.add(legId)) return;
      const before = seen.get(legId);
      if (before === undefined) m.started.inc({ direction: record.direction });
      for (const { event, fields } of timeline.slice(before?.lines ?? 0)) {
        const why = String(fields?.['why'] ?? 'unknown');
        if (event === 'guess') m.guesses.inc({ why });
        else if (event === 'not-heard') m.unheard.inc({ why });
        else if (event === 'quality-poor')
          m.poor.inc({ direction: String(fields?.['way'] ?? 'unknown') });
      }
      const now = timeline.at(-1)?.at ?? record.startedAt;
      let since = before?.waitingSince;
      if (state === 'waiting') since ??= now;
      else if (since !== undefined) {
        const outcome = state === 'joined' ? 'let-in' : 'not-let-in';
        m.wait.observe({ outcome }, (now - since) / 1000);
        since = undefined;
      }
      if (state !== 'ended') {
        seen.set(legId, { waitingSince: since, lines: timeline.length });
        return;
      }
      seen.delete(legId);
      countEnd(record);
    },
  };
}

function callMetrics(registry: Registry) {
  const registers = [registry];
  return {
    started: new Counter({
      name: 'ringbro_calls_started_total',
      help: 'Calls that passed the screening',
      labelNames: ['direction'] as const,
      registers,
    }),
    ended: new Counter({
      name: 'ringbro_calls_ended_total',
      help: 'Calls that are over, by result and reason (docs/errors.md)',
      labelNames: ['result', 'reason'] as const,
      registers,
    }),
    setup: new Histogram({
      name: 'ringbro_call_setup_seconds',
      help: 'From INVITE to 200 OK',
      buckets: setupBucketsS,
      registers,
    }),
    join: new Histogram({
      name: 'ringbro_call_join_seconds',
      help: 'From 200 OK until the caller was in the meeting for the first time',
      buckets: joinBucketsS,
      registers,
    }),
    length: new Histogram({
      name: 'ringbro_call_length_seconds',
      help: 'From 200 OK to the end',
      buckets: lengthBucketsS,
      registers,
    }),
    guesses: new Counter({
      name: 'ringbro_guesses_total',
      help: 'Entries that let nobody in',
      labelNames: ['why'] as const,
      registers,
    }),
    wait: new Histogram({
      name: 'ringbro_wait_seconds',
      help: 'How long callers waited to be let in',
      labelNames: ['outcome'] as const,
      buckets: waitBucketsS,
      registers,
    }),
    packets: new Counter({
      name: 'ringbro_rtp_packets_total',
      help: 'RTP packets of ended calls; up: caller to us, down: us to caller, toRoom, fromRoom',
      labelNames: ['direction'] as const,
      registers,
    }),
    lost: new Counter({
      name: 'ringbro_rtp_lost_packets_total',
      help: 'RTP packets that were missing in ended calls',
      labelNames: ['direction'] as const,
      registers,
    }),
    loss: new Histogram({
      name: 'ringbro_call_loss_ratio',
      help: 'Share of packets lost, by call',
      labelNames: ['direction'] as const,
      buckets: lossBuckets,
      registers,
    }),
    roundTrip: new Histogram({
      name: 'ringbro_call_round_trip_seconds',
      help: 'Round trip by RTCP, as measured last in a call',
      labelNames: ['to'] as const,
      buckets: roundTripBucketsS,
      registers,
    }),
    poor: new Counter({
      name: 'ringbro_quality_poor_total',
      help: 'Times that the sound of a call became poor',
      labelNames: ['direction'] as const,
      registers,
    }),
    unheard: new Counter({
      name: 'ringbro_not_heard_total',
      help: 'Times that nothing was heard of a caller: no packets, or nothing but silence',
      labelNames: ['why'] as const,
      registers,
    }),
    mos: new Histogram({
      name: 'ringbro_call_mos',
      help: 'Mean opinion score by the E-model (ITU-T G.107), by call',
      labelNames: ['direction'] as const,
      buckets: mosBuckets,
      registers,
    }),
  };
}
