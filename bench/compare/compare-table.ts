import { markdownTable, shown } from '../support/figure-table.ts';
import type { ComparedFigures } from './load.ts';

const rows: readonly {
  readonly what: string;
  readonly of: (figures: ComparedFigures) => number;
  readonly digits: number;
  readonly unit: string;
  /** Counts have no ratio worth a line. */
  readonly ratio: boolean;
}[] = [
  { what: 'callers', of: ({ callers }) => callers, digits: 0, unit: '', ratio: false },
  { what: 'answered', of: ({ answered }) => answered, digits: 0, unit: '', ratio: false },
  { what: 'hear the others', of: ({ hearing }) => hearing, digits: 0, unit: '', ratio: false },
  {
    what: 'CPU a caller',
    of: ({ cpuPctPerCaller }) => cpuPctPerCaller,
    digits: 3,
    unit: '% of a core',
    ratio: true,
  },
  {
    what: 'memory a caller',
    of: ({ rssMibPerCaller }) => rssMibPerCaller,
    digits: 2,
    unit: 'MiB',
    ratio: true,
  },
  {
    what: 'INVITE to 200, p50',
    of: ({ answerP50Ms }) => answerP50Ms,
    digits: 1,
    unit: 'ms',
    ratio: true,
  },
  {
    what: 'INVITE to 200, p95',
    of: ({ answerP95Ms }) => answerP95Ms,
    digits: 1,
    unit: 'ms',
    ratio: true,
  },
  {
    what: 'RTP spacing, p99',
    of: ({ spacingP99Ms }) => spacingP99Ms,
    digits: 0,
    unit: 'ms',
    ratio: true,
  },
  {
    what: 'longest gap',
    of: ({ longestGapMs }) => longestGapMs,
    digits: 0,
    unit: 'ms',
    ratio: true,
  },
];

/** `other` divided by `own`: above one, the other takes more. A ratio of less than nothing is none. */
export function compareTable(own: ComparedFigures, other: ComparedFigures): string {
  return markdownTable(
    ['', own.name, other.name, `${other.name} ÷ ${own.name}`],
    rows.map(({ what, of, digits, unit, ratio }) => {
      const [mine, theirs] = [of(own), of(other)];
      const isShown = ratio && mine > 0 && theirs > 0;
      return [
        ...[what, shown(mine, digits, unit), shown(theirs, digits, unit)],
        isShown ? (theirs / mine).toFixed(1) : '',
      ];
    }),
  );
}
