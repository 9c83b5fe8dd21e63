/** CPU and memory of processes over time. */
import { readdir, readFile } from 'node:fs/promises';
import { clockTicksPerSecond, cpuTicksOf } from '../support/process-usage.ts';
import { monotonicMs } from '../support/monotonic.ts';

export interface ProcessSeries {
  readonly name: string;
  readonly samples: readonly ProcessSample[];
}

export interface ProcessSample {
  /** Since the recording began. */
  readonly atS: number;
  /** Of one core, since the sample before. */
  readonly cpuPct: number;
  readonly rssMib: number;
}

export interface ProcessRecording {
  /** Seconds since the recording began. */
  nowS(): number;
  stop(): readonly ProcessSeries[];
}

const pageKib = 4;

/** Descriptors that a process has open; 0 where it is gone. */
export const openDescriptors = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;

export const residentMib = async (pid: number): Promise<number> => {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0');
  return (Number(statm.split(' ')[1]) * pageKib) / 1024;
};

/** Samples each process once a second until `stop`. Those that end meanwhile have fewer samples. */
export function recordProcesses(
  processes: readonly { readonly name: string; readonly pid: number }[],
): ProcessRecording {
  const ticksPerS = clockTicksPerSecond();
  const beganAtMs = monotonicMs();
  const nowS = (): number => (monotonicMs() - beganAtMs) / 1000;
  const watched = processes.map(({ name, pid }) => {
    const samples: ProcessSample[] = [];
    let last: { readonly ticks: number; readonly atS: number } | undefined;
    return {
      name,
      samples,
      async sample(): Promise<void> {
        const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
        if (stat === undefined) return;
        const [ticks, atS, rssMib] = [cpuTicksOf(stat), nowS(), await residentMib(pid)];
        if (last !== undefined) {
          const usedS = (ticks - last.ticks) / ticksPerS;
          samples.push({ atS, cpuPct: (100 * usedS) / (atS - last.atS), rssMib });
        }
        last = { ticks, atS };
      },
    };
  });
  const sampleAll = (): void => {
    for (const process of watched) void process.sample();
  };
  sampleAll();
  const timer = setInterval(sampleAll, 1000);
  return {
    nowS,
    stop() {
      clearInterval(timer);
      return watched.map(({ name, samples }) => ({ name, samples }));
    },
  };
}

/** Mean CPU of the samples between two times; NaN where there is none. */
export function meanCpuPct({ samples }: ProcessSeries, fromS: number, toS: number): number {
  const within = samples.filter(({ atS }) => atS > fromS && atS <= toS);
  return within.reduce((sum, { cpuPct }) => sum + cpuPct, 0) / within.length;
}

/** Of several together; NaN where there are none, or one has no sample. */
export const togetherCpuPct = (
  processes: readonly ProcessSeries[],
  fromS: number,
  toS: number,
): number =>
  processes.reduce(
    (sum, series) => sum + meanCpuPct(series, fromS, toS),
    processes.length === 0 ? Number.NaN : 0,
  );
