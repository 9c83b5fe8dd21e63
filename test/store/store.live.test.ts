import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { createManualClock } from './manual-clock.ts';
import { silentLogger } from './records.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

interface Told {
  readonly answered: string[];
  readonly ended: string[];
  readonly closed: string[];
}

/** Runs call-writer.ts and kills it in the middle; what it had told until then. */
async function runAndKill(prefix: string, afterCalls: number): Promise<Told> {
  const told: Told = { answered: [], ended: [], closed: [] };
  const program = fileURLToPath(new URL('./call-writer.ts', import.meta.url));
  const child = fork(program, [folder.path, prefix], { execArgv: [] });
  child.on('message', (message: { answered?: string; ended?: string; closed?: string[] }) => {
    if (message.answered !== undefined) told.answered.push(message.answered);
    if (message.ended !== undefined) told.ended.push(message.ended);
    if (message.closed !== undefined) told.closed.push(...message.closed);
  });
  while (told.answered.length < afterCalls) await wait(5);
  child.kill('SIGKILL');
  await once(child, 'close');
  return told;
}

test('every answered call has one start and one end, though the process is killed again and again', async () => {
  const lives: Told[] = [];
  for (const [life, calls] of [40, 7, 120, 1].entries()) {
    lives.push(await runAndKill(`life-${life}`, calls));
  }
  const store = await openStore({
    folder: folder.path,
    nodeId: 'node-a',
    pinSecret: 'secret',
    makeCallId: () => asCallId('123123123')!,
    clock: createManualClock(Date.now()),
    logger: silentLogger,
  });
  const closed = await store.recover(Date.now());

  const ended = new Set(lives.flatMap((told) => told.ended));
  for (const leg of lives.flatMap((told) => told.answered)) {
    const record: CallRecord | undefined = await store.calls.get(asLegId(leg));
    expect([leg, record?.state]).toEqual([leg, 'ended']);
    expect(record?.endedAt).toBeGreaterThanOrEqual(record?.startedAt ?? Infinity);
    // What was told as ended has ended so; the others have either end, by when the kill came.
    if (ended.has(leg)) expect(record?.termination?.reason).toBe('hung-up');
    else expect(['hung-up', 'gateway-died']).toContain(record?.termination?.reason);
  }
  const closedOnce = [
    ...lives.flatMap((told) => told.closed),
    ...closed.map((record) => String(record.legId)),
  ];
  expect(new Set(closedOnce).size).toBe(closedOnce.length);
  expect(closedOnce.filter((leg) => ended.has(leg))).toEqual([]);
  expect(closedOnce.length).toBeGreaterThan(10);
  expect(await store.calls.list({ state: 'live', limit: 10 })).toEqual([]);
  await store.close();
});
