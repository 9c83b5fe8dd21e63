import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../bench/stress/plan.ts';
import { niceStep, plot } from '../../../bench/stress/plot.ts';
import { meanCpuPct } from '../../../bench/stress/process-series.ts';
import { htmlReport, markdownReport } from '../../../bench/stress/report.ts';
import type { StressResult } from '../../../bench/stress/stress-result.ts';
import { noTimedCalls } from '../../../bench/stress/timed-calls.ts';
import { judge } from '../../../bench/stress/verdict.ts';

const listener = {
  ...{ key: 'listener 1', ended: false, packets: 1500, spacingP99Ms: 22, longestMs: 31 },
  ...{
    longGaps: 0,
    gaps: [],
    soundingPackets: 1200,
    firstSoundAfterMs: 200,
    lossPct: 0,
    jitterMs: 0.4,
  },
};
const result: StressResult = {
  plan: parsePlan(['--timed', '0', '--max-answer', '100']),
  machine: 'a machine <with> 2 cores',
  sipp: { offered: 50, succeeded: 50, failed: 0, answerTimesMs: [4, 5, 9], complaints: {} },
  outcomes: {
    ...{ offered: 50, logged: 50, joined: 50, failed: 0, byReason: {}, misrouted: 0 },
    up: { mosMin: 4.3, mosP50: 4.4, lossPctMax: 0 },
  },
  timed: noTimedCalls,
  listeners: [listener],
  cpuPerCallerPct: 0.3,
  watchedPerCaller: [{ name: 'freeswitch', cpuPct: 0.25 }],
  processes: [
    {
      name: 'gateway',
      samples: [
        { atS: 1, cpuPct: 10, rssMib: 100 },
        { atS: 2, cpuPct: 30, rssMib: 110 },
      ],
    },
  ],
  machineShare: {
    ...{ busyPct: 71, stolenPct: 2.5, longestStallMs: 31 },
    ...{ longGaps: 3, longGapsByStalls: Number.NaN },
  },
  leaks: { liveCalls: 0, descriptors: 2, rssMib: 1.5 },
};
const { limits } = result.plan;
const broken = (changes: Partial<StressResult>) =>
  judge({ ...result, ...changes }, limits)
    .filter(({ kept }) => !kept)
    .map(({ what }) => what);

describe('the verdict', () => {
  it('is good where every limit is kept', () => {
    expect(broken({})).toEqual([]);
  });

  it.each<[Partial<StressResult>, string]>([
    [{ outcomes: { ...result.outcomes, failed: 1 } }, 'calls that failed'],
    [{ outcomes: { ...result.outcomes, misrouted: 1 } }, 'calls in another room than keyed'],
    [{ listeners: [listener, { ...listener, longestMs: 61 }] }, 'longest RTP gap (ms)'],
    [{ sipp: { ...result.sipp, answerTimesMs: [101] } }, 'INVITE to 200, p99 (ms)'],
    [{ leaks: { ...result.leaks, liveCalls: 1 } }, 'calls still live after the end'],
    [{ leaks: { ...result.leaks, descriptors: 30 } }, 'descriptors more than before'],
  ])('is bad where one is broken: %#', (changes, what) => {
    expect(broken(changes)).toEqual([what]);
  });

  it('does not take what could not be measured for kept', () => {
    expect(broken({ sipp: { ...result.sipp, answerTimesMs: [] } })).toEqual([
      'INVITE to 200, p99 (ms)',
    ]);
  });
});

describe('the report', () => {
  it('is the same in both forms, and the page lets no markup through', () => {
    const judgements = judge(result, limits);
    const [markdown, html] = [markdownReport(result, judgements), htmlReport(result, judgements)];
    for (const text of [markdown, html]) {
      expect(text).toContain('joined their room');
      expect(text).toContain('0.300 % of a core');
      expect(text).toContain('CPU of freeswitch a caller: 0.250 % of a core');
      expect(text).toContain('31 ms');
      expect(text).toContain('not measured');
    }
    expect(html).not.toContain('<with>');
    expect(html.match(/<svg/g)).toHaveLength(2);
  });
});

describe('plots and series', () => {
  it.each([
    [4, 1],
    [37, 10],
    [0.9, 0.2],
    [1000, 200],
  ])('a scale to %d has steps of %d', (highest, step) => {
    expect(niceStep(highest)).toBeCloseTo(step);
  });

  it('draws the highest point inside the frame', () => {
    const svg = plot('t', 's', '%', [
      {
        name: 'a',
        points: [
          { x: 0, y: 0 },
          { x: 3, y: 950 },
        ],
      },
    ]);
    const [, points = ''] = /points="([^"]*)"/.exec(svg) ?? [];
    for (const pair of points.split(' ')) {
      const [x = -1, y = -1] = pair.split(',').map(Number);
      expect(x >= 56 && x <= 560 && y >= 12 && y <= 208).toBe(true);
    }
  });

  it('takes the mean of the samples in the window alone', () => {
    const [series] = result.processes;
    expect(series === undefined ? 0 : meanCpuPct(series, 1, 2)).toBe(30);
    expect(series === undefined ? 0 : meanCpuPct(series, 5, 9)).toBeNaN();
  });
});
