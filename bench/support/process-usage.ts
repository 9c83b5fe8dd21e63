/** What a process has used, read from /proc: Linux only. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { monotonicMs } from './monotonic.ts';

export interface ProcessMemory {
  readonly rssKib: number;
  /** Proportional set size: pages shared with other processes are counted by their share. */
  readonly pssKib: number;
}

/** User and system time of the whole process (all threads) in clock ticks. proc_pid_stat(5), fields 14 and 15 */
export const cpuTicksOf = (stat: string): number => {
  // The second field is the program's name and may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  if (!Number.isInteger(user) || !Number.isInteger(system)) {
    throw new Error('/proc/<pid>/stat is not as proc_pid_stat(5) says');
  }
  return user + system;
};

/** Rss and Pss of /proc/<pid>/smaps_rollup. */
export const memoryOf = (smapsRollup: string): ProcessMemory => {
  const kib = (name: string): number => {
    const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(smapsRollup)?.[1];
    if (value === undefined) throw new Error(`/proc/<pid>/smaps_rollup has no ${name}`);
    return Number(value);
  };
  return { rssKib: kib('Rss'), pssKib: kib('Pss') };
};

export const readMemory = async (pid: number): Promise<ProcessMemory> =>
  memoryOf(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'));

const readCpuTicks = async (pid: number): Promise<number> =>
  cpuTicksOf(await readFile(`/proc/${pid}/stat`, 'utf8'));

/** Clock ticks of /proc a second. */
export const clockTicksPerSecond = (): number =>
  Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Percent of one core that the process used in each of `windows` windows, one after another. */
export const measureCpu = async (
  pid: number,
  windows: number,
  windowMs: number,
): Promise<readonly number[]> => {
  const ticksPerS = clockTicksPerSecond();
  const measured: number[] = [];
  let [ticks, atMs] = [await readCpuTicks(pid), monotonicMs()];
  for (let window = 0; window < windows; window += 1) {
    await wait(windowMs);
    const [nextTicks, nextAtMs] = [await readCpuTicks(pid), monotonicMs()];
    const usedMs = ((nextTicks - ticks) * 1000) / ticksPerS;
    measured.push((100 * usedMs) / (nextAtMs - atMs));
    [ticks, atMs] = [nextTicks, nextAtMs];
  }
  return measured;
};
