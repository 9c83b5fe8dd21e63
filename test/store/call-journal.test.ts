import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import { createCallJournal } from '../../src/store/call-journal.ts';
import type { LeasedRecord } from '../../src/store/call-store.ts';
import { type JournalFile, openJournalFile } from '../../src/store/journal-file.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { createManualClock } from './manual-clock.ts';
import { callRecord, endedRecord, silentLogger } from './records.ts';

let folder: TemporaryFolder;
let clock: ReturnType<typeof createManualClock>;
let saved: LeasedRecord[];
let storeError: Error | undefined;
let diskError: Error | undefined;
let appends: string[][];

beforeEach(async () => {
  folder = await temporaryFolder();
  clock = createManualClock();
  saved = [];
  storeError = undefined;
  diskError = undefined;
  appends = [];
});
afterEach(() => folder.remove());

/** The real file, with a disk that can be made to fail and a count of its syncs. */
async function watchedFile(): Promise<JournalFile> {
  const file = await openJournalFile(folder.path);
  return {
    ...file,
    append: async (lines) => {
      if (diskError !== undefined) throw diskError;
      appends.push([...lines]);
      await file.append(lines);
    },
  };
}

async function openJournal(options: { leaseId?: string; rotateAtBytes?: number } = {}) {
  const { leaseId = 'life-1', ...rest } = options;
  const file = await watchedFile();
  const journal = createCallJournal({
    file,
    calls: {
      save: async (records) => {
        if (storeError !== undefined) throw storeError;
        saved.push(...records);
      },
      openCalls: async () => [],
    },
    owner: { nodeId: 'node-a', leaseId },
    clock,
    logger: silentLogger,
    ...rest,
  });
  return { journal, file };
}

const savedStates = (): string[] => saved.map(({ record }) => `${record.legId} ${record.state}`);
const linesOnDisk = async (): Promise<string[]> => {
  const names = (await readdir(folder.path)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder.path, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
};

describe('writing', () => {
  test('a call is on disk when begin resolves, and follows to the store', async () => {
    const { journal } = await openJournal();
    await journal.begin(callRecord('a'));
    expect(await linesOnDisk()).toEqual([
      JSON.stringify({ leaseId: 'life-1', record: callRecord('a') }),
    ]);
    journal.update(callRecord('a', { state: 'joined' }));
    await journal.end(endedRecord('a'));
    await journal.close();
    expect(savedStates().at(0)).toBe('a ivr');
    expect(savedStates().at(-1)).toBe('a ended');
    expect(await linesOnDisk()).toHaveLength(3);
  });

  test('calls that come while the disk is busy share one sync', async () => {
    const { journal } = await openJournal();
    const legs = Array.from({ length: 100 }, (_, n) => `leg-${n}`);
    await Promise.all(legs.map((leg) => journal.begin(callRecord(leg))));
    expect(appends.map((lines) => lines.length)).toEqual([1, 99]);
    await journal.close();
  });

  test('what comes after the first end of a call is not written', async () => {
    const { journal } = await openJournal();
    await journal.begin(callRecord('a'));
    await journal.end(endedRecord('a'));
    journal.update(callRecord('a', { state: 'joined' }));
    await journal.close();
    expect(await linesOnDisk()).toHaveLength(2);
  });

  test('a closed journal takes no call', async () => {
    const { journal } = await openJournal();
    await journal.close();
    await expect(journal.begin(callRecord('a'))).rejects.toMatchObject({
      code: 'journal/unwritable',
    });
  });
});

describe('a disk that is full', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

  test('new calls are refused, and taken again as soon as there is room', async () => {
    const { journal } = await openJournal();
    diskError = full;
    await expect(journal.begin(callRecord('a'))).rejects.toMatchObject({
      code: 'journal/unwritable',
    });
    expect(journal.writable()).toBe(false);
    diskError = undefined;
    await journal.begin(callRecord('b'));
    expect(journal.writable()).toBe(true);
    await journal.close();
    expect(savedStates()).toEqual(['b ivr']);
    expect(await linesOnDisk()).toHaveLength(1);
  });

  test('the end of a call waits for room, and goes to the store meanwhile', async () => {
    const { journal } = await openJournal();
    await journal.begin(callRecord('a'));
    diskError = full;
    const ending = journal.end(endedRecord('a'));
    await vi.waitUntil(() => !journal.writable());
    await vi.waitUntil(() => savedStates().includes('a ended'));
    expect(await linesOnDisk()).toHaveLength(1);
    diskError = undefined;
    clock.advance(100);
    await ending;
    expect(await linesOnDisk()).toHaveLength(2);
    await journal.close();
  });

  test('at close the end of a call that the store has counts as written', async () => {
    const { journal } = await openJournal();
    await journal.begin(callRecord('a'));
    diskError = full;
    const ending = journal.end(endedRecord('a'));
    await journal.close();
    await expect(ending).resolves.toBeUndefined();
    expect(savedStates()).toContain('a ended');
  });
});

describe('a store that is down', () => {
  const down = new StoreError('store/unavailable', 'down');

  test('calls go on, and reach it in their newest state when it is back', async () => {
    const { journal } = await openJournal();
    storeError = down;
    await journal.begin(callRecord('a'));
    await journal.begin(callRecord('b'));
    journal.update(callRecord('a', { state: 'joined' }));
    await journal.end(endedRecord('b'));
    expect(journal.backlog()).toBe(2);
    storeError = undefined;
    clock.advance(100);
    await vi.waitUntil(() => journal.backlog() === 0);
    expect(savedStates()).toEqual(['a joined', 'b ended']);
    await journal.close();
  });

  test('it is asked again after waits that double up to ten seconds', async () => {
    let attempts = 0;
    const { journal } = await openJournal();
    storeError = new Proxy(down, {
      get: (target, key) => {
        if (key === 'code') attempts += 1;
        return Reflect.get(target, key) as unknown;
      },
    });
    await journal.begin(callRecord('a'));
    const waits: number[] = [];
    for (let waited = 0; waits.length < 9; waited += 100) {
      const before = attempts;
      clock.advance(100);
      await new Promise(setImmediate);
      if (attempts > before) {
        waits.push(waited + 100);
        waited = -100;
      }
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    storeError = undefined;
    await journal.close();
    expect(savedStates()).toEqual(['a ivr']);
  });

  test('a record that it refuses does not hold up the others', async () => {
    const { journal } = await openJournal();
    storeError = down;
    for (const leg of ['a', 'bad', 'c']) await journal.begin(callRecord(leg));
    const save = saved.push.bind(saved);
    saved.push = (...records) => {
      if (records.some(({ record }) => record.legId === 'bad')) {
        throw new StoreError('store/constraint', 'not this one');
      }
      return save(...records);
    };
    storeError = undefined;
    clock.advance(100);
    await vi.waitUntil(() => journal.backlog() === 1);
    expect(savedStates()).toEqual(['a ivr', 'c ivr']);
    await journal.close();
  });
});

describe('rotation', () => {
  test('a new file keeps the open calls and those that are not stored, and no others', async () => {
    const { journal } = await openJournal({ rotateAtBytes: 2_000 });
    await journal.begin(callRecord('open'));
    for (let n = 0; n < 20; n += 1) {
      await journal.begin(callRecord(`leg-${n}`));
      await journal.end(endedRecord(`leg-${n}`));
      await vi.waitUntil(() => journal.backlog() === 0);
    }
    storeError = new StoreError('store/unavailable', 'down');
    await journal.begin(callRecord('unstored'));
    await journal.end(endedRecord('unstored'));
    for (let n = 0; n < 5; n += 1) journal.update(callRecord('open', { state: 'joined' }));
    await journal.close();

    expect(await readdir(folder.path)).toHaveLength(1);
    const text = (await linesOnDisk()).join('\n');
    expect(text).toContain('"legId":"open"');
    expect(text).toContain('"legId":"unstored"');
    expect(text).not.toContain('"legId":"leg-0"');
    expect(text.length).toBeLessThan(6_000);
  });
});

describe('recovery', () => {
  const recovered = async (): Promise<readonly CallRecord[]> => {
    const { journal } = await openJournal({ leaseId: 'life-2' });
    const closed = await journal.recover(50_000, 20_000);
    await journal.close();
    return closed;
  };

  test('open calls are closed at the last sign of life, ended ones stay as they were', async () => {
    const { file, journal } = await openJournal();
    await journal.begin(callRecord('open'));
    await journal.begin(callRecord('over'));
    await journal.end(endedRecord('over'));
    await file.close(); // the process is killed
    saved = [];
    const closed = await recovered();
    expect(closed.map((record) => record.legId)).toEqual(['open']);
    expect(closed[0]).toMatchObject({
      state: 'ended',
      endedAt: 20_000,
      termination: { result: 'server-error', reason: 'gateway-died', by: 'gateway' },
    });
    expect(closed[0]?.timeline.at(-1)).toMatchObject({ at: 20_000, event: 'ended' });
    expect(savedStates().sort()).toEqual(['open ended', 'over ended']);
    expect(saved.every(({ leaseId }) => leaseId === 'life-1')).toBe(true);
  });

  test('a second recovery closes nothing again', async () => {
    const { file, journal } = await openJournal();
    await journal.begin(callRecord('open'));
    await file.close();
    expect(await recovered()).toHaveLength(1);
    expect(await linesOnDisk()).toEqual([]);
    expect(await recovered()).toHaveLength(0);
  });

  test('a torn last line, rubbish and lines of other shapes are passed over', async () => {
    const { file, journal } = await openJournal();
    await journal.begin(callRecord('open'));
    await file.close();
    const name = (await readdir(folder.path))[0] ?? '';
    const torn = JSON.stringify({ leaseId: 'life-1', record: callRecord('torn') }).slice(0, -9);
    await appendFile(join(folder.path, name), `\u0000\u0000\n{}\n{"leaseId":1}\n${torn}`);
    await writeFile(join(folder.path, 'notes.txt'), 'not a journal');
    expect((await recovered()).map((record) => record.legId)).toEqual(['open']);
  });

  test('an end in an older file is not undone by a newer one', async () => {
    const asLine = (record: CallRecord) => `${JSON.stringify({ leaseId: 'life-1', record })}\n`;
    await writeFile(join(folder.path, 'calls-000001.jsonl'), asLine(endedRecord('a')));
    await writeFile(join(folder.path, 'calls-000002.jsonl'), asLine(callRecord('a')));
    expect(await recovered()).toEqual([]);
    expect(savedStates()).toEqual(['a ended']);
  });
});
