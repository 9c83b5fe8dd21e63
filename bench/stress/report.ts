/** A stress run told to people: one text as Markdown, and as a page with its plots. */
import { markdownTable, shown } from '../support/figure-table.ts';
import { estimateMos, g711Impairment } from '../../src/call/mos.ts';
import { longGapMs } from '../support/spacing-record.ts';
import { percentilesOf } from './percentiles.ts';
import { escapeXml, plot } from './plot.ts';
import type { ProcessSeries } from './process-series.ts';
import type { Percentiles, StressResult } from './stress-result.ts';
import type { Judgement } from './verdict.ts';

interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Mouth to ear without network: packetisation, the gateway's and the listener's jitter buffers. */
const assumedDelayMs = 100;

const timesRow = (what: string, times: Percentiles): readonly string[] => [
  what,
  String(times.count),
  shown(times.p50, 0, 'ms'),
  shown(times.p95, 0, 'ms'),
  shown(times.p99, 0, 'ms'),
];

const countRows = (counts: Readonly<Record<string, number>>): readonly (readonly string[])[] =>
  Object.entries(counts).map(([what, count]) => [what, String(count)]);

function tablesOf(result: StressResult, judgements: readonly Judgement[]): readonly Table[] {
  const { sipp, outcomes, timed, listeners, processes, machineShare, leaks } = result;
  return [
    {
      title: 'Limits',
      header: ['what', 'measured', 'limit', 'kept'],
      rows: judgements.map(({ what, measured, limit, kept }) => [
        what,
        shown(measured, Number.isInteger(measured) ? 0 : 1, ''),
        String(limit),
        kept ? 'yes' : 'no',
      ]),
    },
    {
      title: 'Calls',
      header: ['', 'calls'],
      rows: [
        ['offered by SIPp', String(sipp.offered)],
        ['played to their end by SIPp', String(sipp.succeeded)],
        ['failed in SIPp', String(sipp.failed)],
        ['in the call log', String(outcomes.logged)],
        ['joined their room', String(outcomes.joined)],
        ['in a room that was not keyed', String(outcomes.misrouted)],
        ['failed by the call log', String(outcomes.failed)],
        ...countRows(outcomes.byReason).map(([what = '', count = '']) => [`… ${what}`, count]),
        ...countRows(sipp.complaints).map(([what = '', count = '']) => [`SIPp: ${what}`, count]),
      ],
    },
    {
      title: 'Times',
      header: ['', 'calls', 'p50', 'p95', 'p99'],
      rows: [
        timesRow('INVITE to 200, as SIPp read it', percentilesOf(sipp.answerTimesMs)),
        timesRow('answer to the first prompt', timed.firstPromptMs),
        timesRow("ninth digit to the room at the caller's ear", timed.soundMs),
        timesRow("ninth digit to the caller at the guest's ear", timed.heardInRoomMs),
        ...timed.failures.map((failure) => [failure, '', '', '', '']),
      ],
    },
    {
      title: 'Sound at the listeners',
      header: ['listener', 'packets', 'spacing p99', 'longest gap', 'loss', 'jitter', 'MOS'],
      rows: listeners.map((line) => [
        line.key,
        String(line.packets),
        shown(line.spacingP99Ms, 0, 'ms'),
        shown(line.longestMs, 0, 'ms'),
        shown(line.lossPct, 2, '%'),
        shown(line.jitterMs, 1, 'ms'),
        line.packets === 0 ? 'not measured' : mosOf(line.lossPct).toFixed(2),
      ]),
    },
    {
      title: "Callers' sound at the gateway",
      header: ['lowest MOS', 'median MOS', 'highest loss'],
      rows: [
        [
          shown(outcomes.up.mosMin, 2, ''),
          shown(outcomes.up.mosP50, 2, ''),
          shown(outcomes.up.lossPctMax, 2, '%'),
        ],
      ],
    },
    {
      title: 'Processes',
      header: ['process', 'CPU mean', 'CPU highest', 'memory at first', 'memory highest'],
      rows: processes.map(processRow),
    },
    {
      title: 'The machine, while all were held',
      header: ['', 'measured'],
      rows: [
        ['processors busy', shown(machineShare.busyPct, 0, '%')],
        ['processors given to others by its host (steal)', shown(machineShare.stolenPct, 1, '%')],
        [
          'longest that a processor stood still: a thread before all others woke up late by',
          shown(machineShare.longestStallMs, 0, 'ms'),
        ],
        [`gaps over ${longGapMs} ms at the listeners, all together`, String(machineShare.longGaps)],
        [
          `… no longer than ${longGapMs} ms but for that`,
          shown(machineShare.longGapsByStalls, 0, ''),
        ],
      ],
    },
    {
      title: 'After the end',
      header: ['live calls', 'descriptors', 'memory of the gateways'],
      rows: [
        [
          String(leaks.liveCalls),
          `${leaks.descriptors >= 0 ? '+' : ''}${leaks.descriptors}`,
          `${leaks.rssMib >= 0 ? '+' : ''}${leaks.rssMib.toFixed(1)} MiB`,
        ],
      ],
    },
  ];
}

const mosOf = (lossPct: number): number =>
  estimateMos({ delayMs: assumedDelayMs, lossPct, codec: g711Impairment });

function processRow({ name, samples }: ProcessSeries): readonly string[] {
  const cpu = samples.map(({ cpuPct }) => cpuPct);
  const memory = samples.map(({ rssMib }) => rssMib);
  return [
    name,
    shown(cpu.reduce((sum, value) => sum + value, 0) / cpu.length, 1, '%'),
    shown(Math.max(...cpu), 1, '%'),
    shown(memory[0] ?? Number.NaN, 0, 'MiB'),
    shown(Math.max(...memory), 0, 'MiB'),
  ];
}

const nodesOf = ({ nodes, noLinks, wholeMeetings }: StressResult['plan']): string =>
  nodes === 1
    ? '1 node'
    : `${nodes} nodes, meetings ${wholeMeetings ? 'whole on one' : 'over all'}, ${noLinks ? 'without' : 'with'} links`;

function introduction(result: StressResult): readonly string[] {
  const { plan, machine, cpuPerCallerPct, watchedPerCaller } = result;
  const rooms = plan.rooms === 0 ? 'in the IVR' : `in ${plan.rooms} rooms`;
  return [
    `${plan.calls} calls at ${plan.callsPerSecond} a second, each held ${plan.holdS} s ${rooms}; ` +
      `${plan.listeners} listeners, ${plan.witnesses} witnesses, ${plan.timedCalls} timed calls; ` +
      `engine ${plan.engine}, ${nodesOf(plan)}.`,
    machine,
    `CPU of the gateway a caller while all were held: ${shown(cpuPerCallerPct, 3, '% of a core')}.`,
    ...watchedPerCaller.map(
      ({ name, cpuPct }) => `CPU of ${name} a caller: ${shown(cpuPct, 3, '% of a core')}.`,
    ),
  ];
}

export function markdownReport(result: StressResult, judgements: readonly Judgement[]): string {
  return [
    '# Stress run',
    ...introduction(result),
    ...tablesOf(result, judgements)
      .filter(({ rows }) => rows.length > 0)
      .flatMap(({ title, header, rows }) => [`## ${title}`, markdownTable(header, rows)]),
    '',
  ].join('\n\n');
}

/** Everything in one file: no script, nothing fetched. */
export function htmlReport(result: StressResult, judgements: readonly Judgement[]): string {
  const cell = (tag: string) => (text: string) => `<${tag}>${escapeXml(text)}</${tag}>`;
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map(cell(tag)).join('')}</tr>`;
  const tables = tablesOf(result, judgements)
    .filter(({ rows }) => rows.length > 0)
    .map(
      ({ title, header, rows }) =>
        `<h2>${escapeXml(title)}</h2><table>${row('th', header)}${rows.map((cells) => row('td', cells)).join('')}</table>`,
    );
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Stress run</title>',
    '<meta name="viewport" content="width=device-width">',
    '<style>body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}',
    'table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left}',
    'svg{max-width:100%;height:auto}</style>',
    '<h1>Stress run</h1>',
    ...introduction(result).map((text) => `<p>${escapeXml(text)}</p>`),
    '<h2>CPU over time</h2>',
    plot('CPU over time', 's', '% of a core', linesOf(result, 'cpuPct')),
    '<h2>Memory over time</h2>',
    plot('Memory over time', 's', 'MiB', linesOf(result, 'rssMib')),
    ...tables,
    '</html>',
    '',
  ].join('\n');
}

const linesOf = ({ processes }: StressResult, what: 'cpuPct' | 'rssMib') =>
  processes.map(({ name, samples }) => ({
    name,
    points: samples.map((sample) => ({ x: sample.atS, y: sample[what] })),
  }));
