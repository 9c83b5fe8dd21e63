import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { StressResult } from '../../bench/stress/stress-result.ts';

const program = fileURLToPath(new URL('../../bench/stress/main.ts', import.meta.url));

/** Times and gaps are measured, not judged: this machine may be anybody's. */
const limits = ['--max-spacing', '100000', '--max-gap', '100000'];

it('a short stress run: every call joins the room it keyed, and nothing is left over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-stress-test-'));
  try {
    const plan = '--calls 16 --rate 4 --hold 8 --rooms 4 --timed 2 --listeners 2'.split(' ');
    const run = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(
        process.execPath,
        [program, ...plan, ...limits, '--report', folder],
        { timeout: 100_000 },
        (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 2;
          resolve({ code, output: `${stdout}\n${stderr}` });
        },
      );
    });
    expect(run.code, run.output).toBe(0);
    const result = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as StressResult;
    expect(result.outcomes).toMatchObject({ offered: 16, joined: 16, failed: 0, misrouted: 0 });
    expect(result.timed).toMatchObject({ calls: 2, failures: [] });
    expect(result.listeners.map(({ ended }) => ended)).toEqual([false, false]);
    for (const { packets, soundingPackets } of result.listeners)
      expect(soundingPackets).toBeGreaterThan(packets / 10);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('<svg');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
