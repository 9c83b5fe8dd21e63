/** What a soak found, and whether anything stayed behind. */
import { markdownTable, shown } from '../support/figure-table.ts';
import { escapeXml, plot } from '../stress/plot.ts';
import type { Judgement } from '../stress/verdict.ts';
import type { GaugeSample } from './gauges.ts';
import { slopeOf } from './slope.ts';

export interface SoakResult {
  readonly minutes: number;
  readonly callers: number;
  readonly seed: number;
  readonly calls: number;
  readonly samples: readonly GaugeSample[];
  /** When all calls were over, and the gateway had time to let go. */
  readonly end: GaugeSample;
  /** What the callers did, and what went wrong for them. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How the calls ended, by the call log. */
  readonly byReason: Readonly<Record<string, number>>;
  readonly liveAtEnd: number;
}

/** Ends that a caller's own doing explains; any other is a fault of ours. */
const expectedReasons: ReadonlySet<string> = new Set([
  ...['cancelled', 'hung-up-in-ivr', 'hung-up-waiting', 'hung-up'],
]);
/** Below this the saw-tooth of garbage collection is all that a slope shows. */
const leastMinutesForSlopes = 20;
const limits = { rssMibAnHour: 30, descriptorsAnHour: 2, timersAnHour: 10, descriptorsKept: 12 };

/** The second half: by then everything that is kept for good has been made. */
const settled = ({ samples }: SoakResult): readonly GaugeSample[] =>
  samples.slice(Math.floor(samples.length / 2));

const anHour = (samples: readonly GaugeSample[], of: (sample: GaugeSample) => number): number =>
  slopeOf(samples.map((sample) => ({ x: sample.atS / 3600, y: of(sample) })));

export function judgeSoak(result: SoakResult): readonly Judgement[] {
  const { byReason, outcomes, samples, end, minutes } = result;
  const sum = (counts: Readonly<Record<string, number>>, isIn: (what: string) => boolean) =>
    Object.entries(counts).reduce((total, [what, n]) => total + (isIn(what) ? n : 0), 0);
  const late = settled(result);
  const first = samples[0] ?? end;
  const line = (what: string, measured: number, limit: number): Judgement => ({
    ...{ what, measured, limit, kept: measured <= limit },
  });
  return [
    line(
      'calls that ended otherwise than by the caller',
      sum(byReason, (reason) => !expectedReasons.has(reason)),
      0,
    ),
    line(
      'calls that were not answered',
      sum(outcomes, (outcome) => outcome.startsWith('not answered')),
      0,
    ),
    line('calls still live after the end', result.liveAtEnd, 0),
    line(
      'descriptors more than at first',
      end.descriptors - first.descriptors,
      limits.descriptorsKept,
    ),
    ...(minutes < leastMinutesForSlopes
      ? []
      : [
          line(
            'memory, MiB an hour',
            anHour(late, ({ rssMib }) => rssMib),
            limits.rssMibAnHour,
          ),
          line(
            'descriptors an hour',
            anHour(late, ({ descriptors }) => descriptors),
            limits.descriptorsAnHour,
          ),
          ...(late.some(({ timers }) => Number.isNaN(timers))
            ? []
            : [
                line(
                  'timers an hour',
                  anHour(late, ({ timers }) => timers),
                  limits.timersAnHour,
                ),
              ]),
        ]),
  ];
}

export function soakReport(result: SoakResult): {
  readonly markdown: string;
  readonly html: string;
} {
  const { minutes, callers, calls, seed, samples, end } = result;
  const introduction =
    `${calls} calls in ${minutes} minutes, about ${callers} at a time, who hung up at every step ` +
    `(seed ${seed}).`;
  const counts = (all: Readonly<Record<string, number>>) =>
    Object.entries(all).map(([what, n]) => [what, String(n)]);
  const held = (name: string, { rssMib, descriptors, timers }: GaugeSample) => [
    ...[name, shown(rssMib, 0, 'MiB'), shown(descriptors, 0, ''), shown(timers, 0, '')],
  ];
  const markdown = [
    '# Soak',
    introduction,
    markdownTable(
      ['limit', 'measured', 'at most', 'kept'],
      judgeSoak(result).map(({ what, measured, limit, kept }) => [
        ...[what, shown(measured, 1, ''), String(limit), kept ? 'yes' : 'no'],
      ]),
    ),
    markdownTable(
      ['gateway', 'memory', 'descriptors', 'timers'],
      [
        held('at first', samples[0] ?? end),
        held('half-way', settled(result)[0] ?? end),
        held('when all was over', end),
      ],
    ),
    markdownTable(['where callers hung up', 'calls'], counts(result.outcomes)),
    markdownTable(['how the call log says they ended', 'calls'], counts(result.byReason)),
    '',
  ].join('\n\n');
  const line = (name: string, of: (sample: GaugeSample) => number) => [
    { name, points: samples.map((sample) => ({ x: sample.atS / 60, y: of(sample) })) },
  ];
  const html = [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Soak</title>',
    '<style>body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:60rem}svg{max-width:100%}</style>',
    `<h1>Soak</h1><p>${escapeXml(introduction)}</p>`,
    plot(
      'Memory',
      'minutes',
      'MiB',
      line('memory', ({ rssMib }) => rssMib),
    ),
    plot(
      'Descriptors',
      'minutes',
      '',
      line('descriptors', ({ descriptors }) => descriptors),
    ),
    ...(Number.isNaN(end.timers)
      ? []
      : [
          plot(
            'Timers',
            'minutes',
            '',
            line('timers', ({ timers }) => timers),
          ),
        ]),
    `<pre>${escapeXml(markdown)}</pre></html>`,
  ].join('\n');
  return { markdown, html };
}
