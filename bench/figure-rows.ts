/** From what was measured to what is printed. Failures are part of every line. */
import type { AnswerTime } from './answer-time.ts';
import type { CostPerCaller, SoundAtCallers } from './cost-per-caller.ts';
import type { EncryptedCost } from './encryption.ts';
import type { SetupRate } from './setup-rate.ts';
import type { SoundDirection, SoundTime } from './sound-time.ts';
import { markdownTable, shown, type FigureRow } from './support/figure-table.ts';
import { longGapMs } from './support/spacing-record.ts';

const soundAimMs = 300;
const memoryAimKib = 1_000_000 / 1024;

const failuresText = (failures: readonly string[]): string => {
  if (failures.length === 0) return 'none failed';
  const kinds = [...new Set(failures)].map(
    (kind) => `${failures.filter((failure) => failure === kind).length} × ${kind}`,
  );
  return `${failures.length} failed (${kinds.join('; ')})`;
};

export const answerTimeRows = (result: AnswerTime): FigureRow[] =>
  (['p50', 'p99'] as const).map((share) => ({
    figure: `INVITE to 200, ${share}`,
    measured: shown(share === 'p50' ? result.p50Ms : result.p99Ms, 1, 'ms'),
    aim: '',
    met: undefined,
    basis: `${result.calls} calls to the IVR, ${result.callsPerSecond} a second; ${failuresText(result.failures)}`,
  }));

export const soundTimeRows = (result: SoundTime): FigureRow[] => {
  const rows = (figure: string, { heard, p50Ms, p95Ms }: SoundDirection): FigureRow[] => {
    const basis = `heard in ${heard} of ${result.calls} calls; ${failuresText(result.failures)}`;
    return [
      { figure: `${figure}, p50`, measured: shown(p50Ms, 0, 'ms'), aim: '', met: undefined, basis },
      {
        figure: `${figure}, p95`,
        measured: shown(p95Ms, 0, 'ms'),
        aim: `${soundAimMs} ms`,
        met: heard === result.calls && p95Ms <= soundAimMs,
        basis,
      },
    ];
  };
  return [
    ...rows('ninth digit to the room at the caller’s ear', result.down),
    ...rows('ninth digit to the caller in the room', result.up),
  ];
};

export const setupRateRows = (result: SetupRate): FigureRow[] => [
  {
    figure: 'calls a second set up without a gap in others’ calls',
    measured: `${result.highestPassedPerSecond} a second`,
    aim: '',
    met: undefined,
    basis:
      `${result.inCallJoined} of ${result.callersInCalls} callers in calls, no RTP spacing over ` +
      `${longGapMs} ms, every set-up joined`,
  },
];

export const setupRateDetails = ({ steps }: SetupRate): string =>
  markdownTable(
    [
      'set-ups a second',
      'dialled',
      'joined',
      'joined after, p95',
      'longest gap in a call',
      `gaps over ${longGapMs} ms`,
      'calls lost',
      'measuring process late by',
      'passed',
    ],
    steps.map((step) => [
      String(step.ratePerSecond),
      String(step.dialled),
      String(step.joined),
      shown(step.joinP95Ms, 0, 'ms'),
      shown(step.longestGapMs, 0, 'ms'),
      String(step.longGaps),
      String(step.callsLost),
      shown(step.ownLatenessMs, 0, 'ms'),
      step.passed ? 'yes' : 'no',
    ]),
  );

/** At most so much of a core, or so many times what the first shape cost. */
export type CpuAim = { readonly pct: number } | { readonly timesFirst: number };

export const costRows = (
  result: CostPerCaller,
  first: CostPerCaller,
  cpuAim: CpuAim,
): FigureRow[] => {
  const cpuAimPct = 'pct' in cpuAim ? cpuAim.pct : cpuAim.timesFirst * first.cpuPct;
  const { shape, callers, joined, failures } = result;
  const everybodyThere = joined === callers && failures.length === 0;
  const basis = `${joined} of ${callers} callers joined; ${failuresText(failures)}`;
  return [
    {
      figure: `CPU a caller, ${shape.name}`,
      measured: `${shown(result.cpuPct, 3, '%')} of a core, ${shown(result.ratioToFloor, 1, '×')} the floor’s ${shown(result.floorCpuPct, 3, '%')}`,
      aim: 'pct' in cpuAim ? `${cpuAim.pct} %` : `${cpuAim.timesFirst} × ${first.shape.name}`,
      met: everybodyThere && result.cpuPct <= cpuAimPct,
      basis: `${basis}; windows from ${shown(result.cpuPctLowest, 3, '%')} to ${shown(result.cpuPctHighest, 3, '%')}; the whole gateway at rest ${shown(result.atRestPct, 1, '%')}`,
    },
    {
      figure: `memory a caller, ${shape.name}`,
      measured: `${shown(result.rssKib / 1024, 2, 'MiB')} RSS, ${shown(result.pssKib / 1024, 2, 'MiB')} PSS`,
      aim: '1 MB',
      met: everybodyThere && Math.max(result.rssKib, result.pssKib) < memoryAimKib,
      basis,
    },
  ];
};

const encryptionAim = 1.3;

export const encryptionRows = (results: readonly EncryptedCost[]): FigureRow[] =>
  results.map(({ name, cpuPct, ratio, callers, joined, failures }, at) => ({
    figure: `CPU a caller, ${name}`,
    measured: `${shown(cpuPct, 3, '%')} of a core${at === 0 ? '' : `, ${shown(ratio, 2, '×')} that of one in the clear`}`,
    aim: at === 0 ? '' : `${encryptionAim} ×`,
    met:
      at === 0 ? undefined : ratio <= encryptionAim && joined === callers && failures.length === 0,
    basis: `${joined} of ${callers} callers joined, two a room, in turn with the others at one gateway; ${failuresText(failures)}`,
  }));

export const costDetails = (results: readonly CostPerCaller[]): string => {
  const line = (name: string, callers: number, sound: SoundAtCallers): string[] => [
    name,
    `${sound.hearing} of ${callers}`,
    shown(sound.spacingP99Ms, 0, 'ms'),
    shown(sound.longestGapMs, 0, 'ms'),
    String(sound.callersWithLongGap),
    shown(sound.ownLatenessMs, 0, 'ms'),
  ];
  return markdownTable(
    [
      'under the load',
      'callers who heard others',
      'RTP spacing, p99',
      'longest gap',
      `callers with a gap over ${longGapMs} ms`,
      'measuring process late by',
    ],
    results.flatMap(({ shape, callers, sound, floorSound }) => [
      line(shape.name, callers, sound),
      line(`${shape.name}: the floor`, callers, floorSound),
    ]),
  );
};
