/** What is counted of calls and parts, and that dashboard and alerts name what there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { terminationOf } from '../../src/call/end-reasons.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import type { PartSources } from '../../src/metrics/part-metrics.ts';
import { callRecord, endedRecord } from '../store/records.ts';

const never = new Promise<boolean>(() => undefined);
const sources = (changes: Partial<PartSources> = {}): PartSources => ({
  liveCalls: () => ({ ringing: 0, ivr: 1, waiting: 2, joined: 3 }),
  refusals: () => new Map([['overload', 4]]),
  draining: () => false,
  checks: { store: () => true, livekit: () => Promise.reject(new Error('down')) },
  engine: () => ({ legs: 6, tcpConnections: 1 }),
  media: () =>
    Promise.resolve({
      workers: 2,
      joinsWaiting: 1,
      worstLatenessMs: 12,
      skippedTicks: 5,
      linkDatagramsLost: 3,
    }),
  trunks: () => [
    { name: 'north', registered: true, peer: 'up' },
    { name: 'south', registered: true, peer: 'down' },
  ],
  journalBacklog: () => 7,
  eventStreams: () => 8,
  webhooks: {
    counts: () => ({ taken: 9, failed: 1, disabled: 0 }),
    backlog: () => Promise.resolve({ messages: 10, oldestAt: 40_000 }),
  },
  now: () => 100_000,
  version: '1.2.3',
  ...changes,
});

let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics();
});

const lines = async (): Promise<readonly string[]> => (await metrics.read()).text.split('\n');

describe('calls', () => {
  const steps = (...changes: readonly Partial<CallRecord>[]): void => {
    for (const change of changes) metrics.callChanged(callRecord('leg', change));
  };

  test('are counted once each, with how long things took', async () => {
    const quality = { packets: 990, lost: 10, lossPct: 1, jitterMs: 2, mos: 4.1 };
    const arrived = { at: 1_000, event: 'arrived' };
    const guess = { at: 2_500, event: 'guess', fields: { why: 'wrong-id' } };
    const waiting = { at: 3_000, event: 'waiting' };
    const joined = { at: 23_000, event: 'joined' };
    steps(
      { state: 'ringing' },
      { state: 'ivr', timeline: [arrived, guess] },
      { state: 'ivr', timeline: [arrived, guess] },
      { state: 'waiting', timeline: [arrived, guess, waiting] },
      { state: 'joined', joinedAt: 23_000, timeline: [arrived, guess, waiting, joined] },
      // Without figures first: they are asked for at the end.
      endedRecord('leg', { joinedAt: 23_000, endedAt: 61_500 }),
      endedRecord('leg', {
        joinedAt: 23_000,
        endedAt: 61_500,
        quality: { up: quality, down: undefined },
        timeline: [arrived, guess, waiting, joined],
      }),
    );
    const { result, reason } = terminationOf('hung-up');
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ringbro_calls_started_total{direction="inbound"} 1',
        `ringbro_calls_ended_total{result="${result}",reason="${reason}"} 1`,
        'ringbro_guesses_total{why="wrong-id"} 1',
        'ringbro_call_setup_seconds_sum 0.5',
        'ringbro_call_join_seconds_sum 21.5',
        'ringbro_call_length_seconds_sum 60',
        'ringbro_wait_seconds_sum{outcome="let-in"} 20',
        'ringbro_rtp_packets_total{direction="up"} 990',
        'ringbro_rtp_lost_packets_total{direction="up"} 10',
        'ringbro_call_loss_ratio_bucket{le="0.01",direction="up"} 1',
        'ringbro_call_mos_bucket{le="4",direction="up"} 0',
        'ringbro_call_mos_bucket{le="4.2",direction="up"} 1',
      ]),
    );
  });

  test('a caller who gives up waiting was not let in', async () => {
    const timeline = [{ at: 3_000, event: 'waiting' }];
    steps(
      { state: 'waiting', timeline },
      endedRecord('leg', { timeline: [...timeline, { at: 9_000, event: 'ended' }] }),
    );
    expect(await lines()).toContain('ringbro_wait_seconds_sum{outcome="not-let-in"} 6');
  });
});

describe('parts', () => {
  test('are asked when somebody reads, and again the next time', async () => {
    let legs = 6;
    metrics.watch(sources({ engine: () => ({ legs, tcpConnections: 1 }) }));
    await metrics.read();
    legs = 5;
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ringbro_calls{state="waiting"} 2',
        'ringbro_calls_refused_total{reason="overload"} 4',
        'ringbro_part_up{part="store"} 1',
        'ringbro_part_up{part="livekit"} 0',
        'ringbro_sip_engine{what="legs"} 5',
        'ringbro_sip_engine{what="tcp_connections"} 1',
        'ringbro_media{what="joins_waiting"} 1',
        'ringbro_link_datagrams_lost_total 3',
        'ringbro_media_loop_delay_seconds 0.012',
        'ringbro_media_skipped_ticks_total 5',
        'ringbro_trunk_up{trunk="north"} 1',
        'ringbro_trunk_up{trunk="south"} 0',
        'ringbro_webhook_backlog_messages 10',
        'ringbro_webhook_oldest_seconds 60',
        'ringbro_webhook_attempts_total{outcome="taken"} 9',
        'ringbro_journal_backlog_calls 7',
        'ringbro_event_streams 8',
        'ringbro_build_info{version="1.2.3"} 1',
      ]),
    );
  });

  test('figures of the media workers are those of this reading, asked for once', async () => {
    let readings = 0;
    const media = () => {
      readings += 1;
      const transcodes = { transcodes: 2, transcodesStarted: 3, transcodesFailed: 1 };
      return Promise.resolve({ legs: 4, skippedTicks: 5, ...transcodes, transcodeCpuSeconds: 1.5 });
    };
    metrics.watch(sources({ media }));
    const text = await lines();
    expect(readings).toBe(1);
    expect(text).toEqual(
      expect.arrayContaining([
        'ringbro_media{what="legs"} 4',
        'ringbro_media_skipped_ticks_total 5',
        'ringbro_transcodes 2',
        'ringbro_transcodes_total{outcome="started"} 3',
        'ringbro_transcodes_total{outcome="failed"} 1',
        'ringbro_transcodes_total{outcome="refused"} 0',
        'ringbro_transcode_cpu_seconds_total 1.5',
      ]),
    );
    expect(text.filter((line) => line.includes('what="transcode'))).toEqual([]);
  });

  test('one that hangs or throws is down, and the others are told of all the same', async () => {
    metrics.watch(
      sources({
        checks: {
          livekit: () => never,
          sip: () => {
            throw new Error('bug');
          },
        },
        checkTimeoutMs: 20,
        media: () => Promise.reject(new Error('closed')),
      }),
    );
    const text = await lines();
    expect(text).toContain('ringbro_part_up{part="livekit"} 0');
    expect(text).toContain('ringbro_part_up{part="sip"} 0');
    expect(text).toContain('ringbro_calls{state="joined"} 3');
  });
});

describe('deploy', () => {
  const file = (name: string): string =>
    readFileSync(join(import.meta.dirname, '../../deploy', name), 'utf8');
  const named = (text: string): string[] =>
    [...text.matchAll(/\b(?:ringbro|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name);

  async function known(): Promise<Set<string>> {
    metrics.watch(sources());
    metrics.directoryAnswered('found', 10);
    const types = (await lines()).flatMap((line) => {
      const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (name === undefined) return [];
      return type === 'histogram'
        ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]
        : [name];
    });
    return new Set(types);
  }

  test('the dashboard and the alerts name only metrics that there are, and all of ours', async () => {
    const there = await known();
    const dashboard = named(file('grafana/ringbro.json'));
    const alerts = named(file('prometheus/alerts.yml'));
    expect(dashboard.length).toBeGreaterThan(30);
    for (const name of [...dashboard, ...alerts])
      expect([name, there.has(name)]).toEqual([name, true]);
    const shown = new Set([...dashboard, ...alerts].map((name) => name.replace(/_bucket$/, '')));
    const ours = [...there]
      .filter((name) => name.startsWith('ringbro_') && !/_(?:sum|count)$/.test(name))
      .map((name) => name.replace(/_bucket$/, ''));
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });

  test('every alert says how bad it is and what to do', () => {
    const { groups } = parse(file('prometheus/alerts.yml')) as {
      groups: { rules: { labels: object; annotations: object }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    for (const { labels, annotations } of rules) {
      expect(Object.values(labels)[0]).toMatch(/^(?:page|ticket)$/);
      expect(Object.keys(annotations)).toEqual(['summary', 'action']);
    }
  });

  test('every panel has a place of its own', () => {
    const { panels } = JSON.parse(file('grafana/ringbro.json')) as {
      panels: { gridPos: { x: number; y: number } }[];
    };
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
  });
});
