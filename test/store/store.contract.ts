/** The store put together, over any database. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { createManualClock } from './manual-clock.ts';
import { callRecord, endedRecord, meetingDraft, silentLogger } from './records.ts';
import type { TestDatabase } from './test-databases.ts';

const dayMs = 86_400_000;
const oneDay = { numbers: 1, records: 1, traces: 1, audit: 1 };

/** `newDatabase` makes an empty database of its own for each test. */
export function storeContract(newDatabase: () => Promise<TestDatabase>): void {
  let folder: TemporaryFolder;
  let testDatabase: TestDatabase;
  let store: Store;
  let clock: ReturnType<typeof createManualClock>;

  const open = (): Promise<Store> =>
    openStore({
      folder: folder.path,
      databaseUrl: testDatabase.url,
      nodeId: 'node-a',
      pinSecret: 'secret',
      makeCallId: () => asCallId('123123123')!,
      clock,
      logger: silentLogger,
    });
  const stored = async () => vi.waitUntil(() => store.journal.backlog() === 0);

  beforeEach(async () => {
    folder = await temporaryFolder();
    testDatabase = await newDatabase();
    clock = createManualClock();
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
    await testDatabase.remove();
  });

  test('a record comes back as it was written', async () => {
    const up = { packets: 10, lost: 1, lossPct: 10, jitterMs: 1.5, mos: 4.1 };
    const record = endedRecord('a', {
      callId: asCallId('123123123'),
      joinedAt: 2_000,
      encrypted: true,
      quality: { up, down: up },
      timeline: [{ at: 1, event: 'joined', fields: { phones: 2, by: 'host', first: true } }],
    });
    await store.journal.begin(callRecord('a'));
    await store.journal.end(record);
    await stored();
    expect(await store.calls.get(asLegId('a'))).toEqual(record);
    expect(await store.calls.get(asLegId('b'))).toBeUndefined();
  });

  test('what comes after the end of a call changes nothing', async () => {
    await store.journal.begin(callRecord('a'));
    await store.journal.end(endedRecord('a'));
    await stored();
    await store.journal.end(endedRecord('a', { endedAt: 99_999 }));
    await stored();
    expect((await store.calls.get(asLegId('a')))?.endedAt).toBe(9_000);
  });

  test('a second process on the same folder is refused while the first one runs', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'store/folder-in-use' });
    await store.close();
    store = await open();
    expect(await store.ready()).toBe(true);
  });

  test('after a clean stop a start has nothing to close', async () => {
    await store.journal.begin(callRecord('a'));
    await store.journal.end(endedRecord('a'));
    await store.close();
    store = await open();
    expect(await store.recover(clock.now())).toEqual([]);
  });

  test('a journal that is gone does not leave the calls of the store open', async () => {
    await store.journal.begin(callRecord('a'));
    await stored();
    await store.close();
    await rm(join(folder.path, 'journal'), { recursive: true });
    store = await open();
    expect((await store.recover(clock.now())).map((record) => record.legId)).toEqual(['a']);
    await stored();
    expect(await store.calls.get(asLegId('a'))).toMatchObject({
      state: 'ended',
      termination: { reason: 'gateway-died' },
    });
  });

  test('the seats of an earlier life are free again', async () => {
    await store.meetings.create(meetingDraft({ maxParticipants: 1 }));
    const callId = asCallId('123123123')!;
    await store.meetings.takeSeat(callId, asLegId('a'));
    await store.close();
    store = await open();
    await store.recover(clock.now());
    expect(await store.meetings.takeSeat(callId, asLegId('b'))).toEqual({
      seated: true,
      number: 1,
    });
  });

  test('the lease is renewed, and its last renewal dates the end of the calls', async () => {
    await store.journal.begin(callRecord('a', { startedAt: clock.now() }));
    await stored();
    const startedAt = clock.now();
    clock.advance(10_000);
    await store.ready(); // the renewal is before this on the one connection
    clock.advance(5_000);
    const killed = store;
    await rm(join(folder.path, 'lock')); // the process is killed: the kernel frees its lock
    store = await open();
    const [closed] = await store.recover(clock.now());
    expect(closed?.endedAt).toBe(startedAt + 10_000);
    await killed.close();
  });

  test('a clean stop gives the lease up', async () => {
    const startedAt = clock.now();
    await store.journal.begin(callRecord('a', { startedAt }));
    await stored();
    clock.advance(5_000);
    await store.close();
    clock.advance(3_600_000);
    store = await open();
    const [closed] = await store.recover(clock.now());
    expect(closed?.endedAt).toBe(startedAt + 5_000);
  });

  describe('retention', () => {
    test('calls and meetings that ended before the day are removed, others stay', async () => {
      clock.advance(200 + dayMs - clock.now());
      const meeting = (callId: string, endsAt: number | undefined) =>
        store.meetings.create(meetingDraft({ callId: asCallId(callId), endsAt }));
      await meeting('111111111', 100);
      await meeting('222222222', 300);
      await meeting('333333333', undefined);
      await meeting('444444444', 100);
      await store.meetings.takeSeat(asCallId('444444444')!, asLegId('seated'));
      await store.journal.begin(callRecord('old'));
      await store.journal.end(endedRecord('old', { endedAt: 100 }));
      await store.journal.begin(callRecord('new'));
      await store.journal.end(endedRecord('new', { endedAt: 300 }));
      await store.journal.begin(callRecord('open'));
      await stored();

      expect(await store.removeOld({ byDefault: oneDay, units: {} })).toMatchObject([
        { calls: 1, meetings: 1 },
      ]);
      const calls = await store.calls.list({ limit: 10 });
      expect(calls.map((record) => record.legId)).toEqual(['open', 'new']);
      const meetings = await store.meetings.list({ limit: 10, after: undefined });
      expect(meetings.map((each) => each.callId.at(0)).sort()).toEqual(['2', '3', '4']);

      const journal = join(folder.path, 'journal');
      const names = await readdir(journal);
      const text = (
        await Promise.all(names.map((name) => readFile(join(journal, name), 'utf8')))
      ).join();
      expect([...text.matchAll(/"legId":"(\w+)"/g)].map(([, leg]) => leg)).toEqual(['open']);
    });
  });
}
