/** What the machine had its part in while a run went on: others on its host, and moments at which it stood still. */
import { readFile } from 'node:fs/promises';
import { longGapMs, type LongGap } from '../support/spacing-record.ts';
import { watchStalls, type Stall } from '../support/stall-watch.ts';

/** NaN where it could not be measured. */
export interface MachineShare {
  /** Of the time of all processors: what ran. */
  readonly busyPct: number;
  /** Of the time of all processors: what the host gave to others while something here was to run. proc(5), steal */
  readonly stolenPct: number;
  readonly longestStallMs: number;
  /** Gaps over `longGapMs` at the listeners. */
  readonly longGaps: number;
  /** Of those: no longer than `longGapMs` but for a time in which the machine stood still. */
  readonly longGapsByStalls: number;
}

export interface MachineRecording {
  stop(gaps: readonly LongGap[]): Promise<MachineShare>;
}

interface ProcessorTimes {
  readonly all: number;
  readonly idle: number;
  readonly stolen: number;
}

/** Ticks of all processors together since the machine began. proc(5) */
export function processorTimes(stat: string): ProcessorTimes {
  const ticks = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft = 0, stolen = 0] =
    ticks;
  const all = user + nice + system + idle + waiting + irq + soft + stolen;
  return { all, idle: idle + waiting, stolen };
}

export const gapsByStalls = (gaps: readonly LongGap[], stalls: readonly Stall[]): number =>
  gaps.filter((gap) => {
    const beganAtMs = gap.atMs - gap.lastedMs;
    const meanwhile = stalls
      .filter(({ atMs, lastedMs }) => atMs > beganAtMs && atMs - lastedMs < gap.atMs)
      .map(({ lastedMs }) => lastedMs);
    return gap.lastedMs - Math.max(0, ...meanwhile) <= longGapMs;
  }).length;

const readTimes = async (): Promise<ProcessorTimes> =>
  processorTimes(await readFile('/proc/stat', 'utf8').catch(() => ''));

export async function recordMachine(): Promise<MachineRecording> {
  const before = await readTimes();
  const watch = watchStalls();
  return {
    async stop(gaps) {
      const stalls = await watch.stop();
      const after = await readTimes();
      const all = after.all - before.all;
      const idle = after.idle - before.idle;
      const stolen = after.stolen - before.stolen;
      return {
        busyPct: (100 * (all - idle - stolen)) / all,
        stolenPct: (100 * stolen) / all,
        longestStallMs: Math.max(...(stalls?.map(({ lastedMs }) => lastedMs) ?? [Number.NaN]), 0),
        longGaps: gaps.length,
        longGapsByStalls: stalls === undefined ? Number.NaN : gapsByStalls(gaps, stalls),
      };
    },
  };
}
