/** How long things are kept, what a hold keeps, and what is known and forgotten of a person; over any database. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import type { Hold, RetentionAges } from '../../src/call/ports/privacy.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { createManualClock } from './manual-clock.ts';
import { callRecord, endedRecord, meetingDraft, silentLogger } from './records.ts';
import type { TestDatabase } from './test-databases.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const number = '+46701234567';
const meetingId = asCallId('123123123')!;

const ages: RetentionAges = {
  byDefault: { numbers: 10, records: 30, traces: 7, audit: 60 },
  units: { 'court-1': { numbers: 2, records: 5, traces: 1, audit: 20 } },
};

const hold = (about: Pick<Hold, 'kind' | 'target'>): Hold =>
  ({
    holdId: `hold-${about.target}`,
    reason: 'case 12',
    createdAt: 1,
    createdBy: 'root key',
    ...about,
  }) as Hold;

/** `newDatabase` makes an empty database of its own for each test. */
export function keepingContract(newDatabase: () => Promise<TestDatabase>): void {
  let folder: TemporaryFolder;
  let testDatabase: TestDatabase;
  let store: Store;
  let clock: ReturnType<typeof createManualClock>;
  const start = Date.parse('2026-01-01T00:00:00Z');

  const open = (nodeId = 'node-a', path = folder.path): Promise<Store> =>
    openStore({
      folder: path,
      databaseUrl: testDatabase.url,
      nodeId,
      pinSecret: 'secret',
      makeCallId: () => meetingId,
      clock,
      logger: silentLogger,
    });

  beforeEach(async () => {
    folder = await temporaryFolder();
    testDatabase = await newDatabase();
    clock = createManualClock(start);
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
    await testDatabase.remove();
  });

  const stored = async () => vi.waitUntil(() => store.journal.backlog() === 0);
  const legs = async () =>
    (await store.calls.list({ limit: 100 })).map(({ legId }) => String(legId)).toSorted();

  /** A call with a number that ended at `endedAt`. */
  async function ended(leg: string, endedAt: number, more: Partial<CallRecord> = {}) {
    const legId = asLegId(leg);
    const about = { startedAt: endedAt - 1_000, number: store.numbers.keep(number, legId) };
    await store.journal.begin(callRecord(leg, about));
    await store.journal.end(endedRecord(leg, { ...about, endedAt, ...more }));
  }
  const inUnit = { details: { unit: 'court-1' } };

  describe('ages', () => {
    test('each unit has its own, and a number goes before its record', async () => {
      await ended('plain', start);
      await ended('court', start, inUnit);
      await store.journal.begin(callRecord('open', { startedAt: start }));
      await stored();

      clock.advance(3 * dayMs);
      expect(await store.removeOld(ages)).toEqual([
        { unit: 'court-1', calls: 0, numbers: 1, traces: 0, meetings: 0, audit: 0 },
        { unit: undefined, calls: 0, numbers: 0, traces: 0, meetings: 0, audit: 0 },
      ]);
      expect(await store.calls.get(asLegId('court'))).toMatchObject({ from: undefined });
      expect(await store.calls.get(asLegId('court'))).not.toHaveProperty('number');
      expect(await store.calls.get(asLegId('plain'))).toHaveProperty('number');
      expect((await store.calls.list({ limit: 9, wholeNumber: number })).length).toBe(1);

      clock.advance(3 * dayMs);
      await store.removeOld(ages);
      expect(await legs()).toEqual(['open', 'plain']);
      clock.advance(30 * dayMs);
      await store.removeOld(ages);
      expect(await legs()).toEqual(['open']);
    });

    test('what passed on the wire goes before the record', async () => {
      const line = { at: start, direction: 'in', what: 'INVITE', exchange: '1 INVITE' } as never;
      await ended('traced', start, { details: { supportCode: '123456', ladder: [line] } });
      await stored();
      clock.advance(6 * dayMs);
      await store.removeOld(ages);
      const details = async () => (await store.calls.get(asLegId('traced')))?.details;
      expect(await details()).toHaveProperty('ladder');
      clock.advance(2 * dayMs);
      expect(await store.removeOld(ages)).toMatchObject([{ traces: 0 }, { traces: 1 }]);
      expect(await details()).toEqual({ supportCode: '123456' });
    });

    test('a call of ours forgets whom it called, and one to us keeps what was dialled', async () => {
      await ended('ours', start, { direction: 'outbound', from: '+464804', to: '+46•••••67' });
      await ended('theirs', start);
      await stored();
      clock.advance(11 * dayMs);
      await store.removeOld(ages);
      expect(await store.calls.get(asLegId('ours'))).toMatchObject({ to: '', from: undefined });
      expect(await store.calls.get(asLegId('theirs'))).toMatchObject({ to: '+46480445511' });
    });

    test('meetings and audit entries have the age of their unit', async () => {
      for (const [callId, unit] of [
        ['111111111', undefined],
        ['222222222', 'court-1'],
      ] as const)
        await store.meetings.create(
          meetingDraft({
            callId: asCallId(callId),
            endsAt: start,
            ...(unit !== undefined && { options: { unit } }),
          }),
        );
      const entry = { actor: 'a', action: 'b', target: undefined, status: 200 };
      for (const unit of [undefined, 'court-1'])
        await store.access.audit.write({
          ...{ ...entry, auditId: `id-${unit ?? ''}`, at: start },
          ...{ address: undefined, reason: undefined, unit },
        });
      clock.advance(21 * dayMs);
      await store.removeOld(ages);
      const meetings = await store.meetings.list({ limit: 10, after: undefined });
      expect(meetings.map(({ callId }) => callId)).toEqual(['111111111']);
      const entries = await store.access.audit.list({ limit: 10 });
      expect(entries.map(({ auditId }) => auditId)).toEqual(['id-']);
    });

    test('more than one batch is removed', async () => {
      for (let call = 0; call < 1_100; call += 1) await ended(`leg-${call}`, start);
      await stored();
      clock.advance(31 * dayMs);
      expect(await store.removeOld(ages)).toMatchObject([{ calls: 0 }, { calls: 1_100 }]);
      expect(await legs()).toEqual([]);
    });

    test('on the hour the schedule removes, and the audit log says how many', async () => {
      store.keepOnlyFor(ages);
      await ended('old', start);
      await stored();
      clock.advance(60_000);
      const entries = () => store.access.audit.list({ limit: 10 });
      await store.ready();
      expect(await entries()).toEqual([]);
      clock.advance(31 * dayMs);
      await vi.waitUntil(async () => {
        clock.advance(hourMs);
        return (await entries()).length === 1;
      });
      expect(await entries()).toMatchObject([
        {
          actor: 'gateway',
          action: 'retention.run',
          target: 'calls 1, numbers 0, traces 0, meetings 0, audit 0',
        },
      ]);
      expect(await legs()).toEqual([]);
    });
  });

  describe('a hold', () => {
    test.each([
      ['call', 'held'],
      ['meeting', String(meetingId)],
      ['unit', 'court-1'],
    ] as const)('on a %s keeps it, with its number, until it is lifted', async (kind, target) => {
      await store.meetings.create(
        meetingDraft({ callId: meetingId, endsAt: start, options: { unit: 'court-1' } }),
      );
      await ended('held', start, { ...inUnit, callId: meetingId });
      await ended('other', start);
      await stored();
      await store.holds.add(hold({ kind, target }));
      clock.advance(100 * dayMs);
      await store.removeOld(ages);
      expect(await store.calls.get(asLegId('held'))).toHaveProperty('number');
      expect(await legs()).toEqual(['held']);
      const meeting = await store.meetings.byCallId(meetingId);
      expect(meeting !== undefined).toBe(kind !== 'call');

      expect(await store.holds.list()).toEqual([hold({ kind, target })]);
      expect(await store.holds.lift(`hold-${target}`)).toBe(true);
      expect(await store.holds.lift(`hold-${target}`)).toBe(false);
      await store.removeOld(ages);
      expect(await legs()).toEqual([]);
      expect(await store.meetings.byCallId(meetingId)).toBeUndefined();
    });
  });

  describe('a person', () => {
    test('is found by the whole number however a trunk wrote it, and others are not', async () => {
      const as = (leg: string, given: string) =>
        ended(leg, start, { number: store.numbers.keep(given, asLegId(leg)) });
      await as('plus', '+46 70-123 45 67');
      await as('zeros', '0046701234567');
      await as('digits', '46701234567');
      await as('national', '070-1234567');
      await as('other', '+46701234568');
      await stored();
      const found = await store.calls.list({ limit: 10, wholeNumber: number });
      expect(found.map(({ legId }) => String(legId)).toSorted()).toEqual([
        ...['digits', 'national', 'plus', 'zeros'],
      ]);
      const [first] = await store.persons.callsOf('+46701234568', 10);
      expect(first?.legId).toBe('other');
    });

    test('is erased but for what is held or not over', async () => {
      await ended('one', start);
      await ended('two', start);
      await ended('held', start);
      const legId = asLegId('live');
      await store.journal.begin(callRecord('live', { number: store.numbers.keep(number, legId) }));
      await store.journal.begin(callRecord('other'));
      await stored();
      await store.holds.add(hold({ kind: 'call', target: asLegId('held') }));
      expect(await store.persons.erase(number)).toEqual({ erased: 2, held: 1, live: 1 });
      expect(await legs()).toEqual(['held', 'live', 'other']);
    });

    test('does not come back from a journal that still had the call', async () => {
      await ended('one', start);
      await stored();
      const copy = join(folder.path, 'copy');
      await cp(join(folder.path, 'journal'), copy, { recursive: true });
      await store.persons.erase(number);
      await store.close();
      await rm(join(folder.path, 'journal'), { recursive: true });
      await cp(copy, join(folder.path, 'journal'), { recursive: true });
      store = await open();
      await store.recover(clock.now());
      expect(await legs()).toEqual([]);
    });

    test('no number is in the database or the journal in the clear', async () => {
      await ended('one', start);
      await stored();
      const { readFile, readdir } = await import('node:fs/promises');
      const journal = join(folder.path, 'journal');
      const files = await Promise.all(
        (await readdir(journal)).map((name) => readFile(join(journal, name), 'utf8')),
      );
      const database = await testDatabase.open();
      const rows = await database.main.selectFrom('calls').selectAll().execute();
      await database.close();
      const record = await store.calls.get(asLegId('one'));
      expect(store.numbers.open(record!.number!, asLegId('one'))).toBe(number);
      expect(() => store.numbers.open(record!.number!, asLegId('two'))).toThrow();
      expect(files.join() + JSON.stringify(rows)).not.toMatch(/701234567/);
    });
  });
}
