/** Two short runs of the programs that measure what a machine bears, side by side. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, type TestContext } from 'vitest';
import type { StressResult } from '../../bench/stress/stress-result.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const stress = fileURLToPath(new URL('../../bench/stress/main.ts', import.meta.url));
const soak = fileURLToPath(new URL('../../bench/soak/main.ts', import.meta.url));

/** Times and gaps are measured, not judged: this machine may be anybody's. */
const limits = ['--max-spacing', '100000', '--max-gap', '100000'];

/** Goes with the test. */
const reportFolder = async ({ onTestFinished }: TestContext): Promise<string> => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  return folder.path;
};

const run = (program: string, args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { timeout: 100_000 },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 2;
        resolve({ code, output: `${stdout}\n${stderr}` });
      },
    );
  });

it.concurrent(
  'a short stress run: every call joins the room it keyed, and nothing is left over',
  async (context) => {
    const folder = await reportFolder(context);
    const plan = '--calls 16 --rate 4 --hold 8 --rooms 4 --timed 2 --listeners 2'.split(' ');
    const { code, output } = await run(stress, [...plan, ...limits, '--report', folder]);
    expect(code, output).toBe(0);
    const result = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as StressResult;
    expect(result.outcomes).toMatchObject({ offered: 16, joined: 16, failed: 0, misrouted: 0 });
    expect(result.timed).toMatchObject({ calls: 2, failures: [] });
    expect(result.listeners.map(({ ended }) => ended)).toEqual([false, false]);
    for (const { packets, soundingPackets } of result.listeners)
      expect(soundingPackets).toBeGreaterThan(packets / 10);
    expect(result.machineShare.busyPct).toBeGreaterThan(0);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('<svg');
  },
  120_000,
);

it.concurrent(
  'a short soak: callers hang up at every step, and nothing is left over',
  async (context) => {
    const folder = await reportFolder(context);
    const { code, output } = await run(soak, [
      ...'--minutes 0.4 --callers 12 --seed 4'.split(' '),
      '--report',
      folder,
    ]);
    expect(code, output).toBe(0);
    expect(output).toContain('calls still live after the end | 0.0 | 0 | yes');
  },
  120_000,
);
