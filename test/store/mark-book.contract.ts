/** Marks of meetings and what is due by them, over any database of the store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asCallId } from '../../src/call/identifiers.ts';
import type { Mark } from '../../src/call/ports/marks.ts';
import { meetingsToEnd } from '../../src/store/due-meetings.ts';
import type { Database } from '../../src/store/database.ts';
import { createMarkBook } from '../../src/store/mark-book.ts';
import { createMeetingStore } from '../../src/store/meeting-store.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';
import { meetingDraft } from './records.ts';
import type { TestDatabase } from './test-databases.ts';

const dayMs = 86_400_000;
const now = 1_000 * dayMs;
const callId = asCallId('123123123')!;
const removed: Mark = { kind: 'removed', callId, subject: 'karin', at: now };

export function markBookContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('a mark is set by one, found by all from its time on, and taken back', async () => {
    const [one, other] = [createMarkBook(database, () => now), createMarkBook(database, () => now)];
    const tries = await Promise.all([one.add(removed), other.add(removed)]);
    expect(tries.toSorted()).toEqual([false, true]);
    await other.add({ ...removed, subject: '', at: now - 5 });
    await other.add({ ...removed, kind: 'dial-out', at: now });
    expect(await one.since('removed', now)).toEqual([removed]);
    expect((await one.since('removed', 0)).map(({ subject }) => subject)).toEqual(['', 'karin']);
    await one.remove(removed);
    expect(await other.since('removed', now)).toEqual([]);
  });

  test('old marks go when new ones come', async () => {
    const marks = createMarkBook(database, () => now);
    await marks.add({ ...removed, at: now - 91 * dayMs });
    await marks.add({ ...removed, kind: 'ended', at: now - 91 * dayMs });
    await marks.add(removed);
    expect(await marks.since('removed', 0)).toEqual([removed]);
    expect(await marks.since('ended', 0)).toHaveLength(1);
  });

  test('meetings that end by the clock are due once, and again when their end is moved', async () => {
    let made = 0;
    const meetings = createMeetingStore({
      database,
      owner: { nodeId: 'node', leaseId: 'lease' },
      seal: createPinSeal('a secret of thirty-two letters or more'),
      makeCallId: () => asCallId(String(200_000_000 + (made += 1)))!,
      now: () => now,
    });
    const book = async (endsAt: number, atEnd: 'end' | 'continue') => {
      const outcome = await meetings.create(meetingDraft({ endsAt, options: { atEnd } }));
      if (!outcome.done) throw new Error(outcome.reason);
      return outcome.meeting.callId;
    };
    const due = await book(now, 'end');
    await book(now + 1, 'end');
    await book(now, 'continue');
    await book(now - dayMs, 'end');
    const time = { from: now - 1_000, to: now };
    expect(await meetingsToEnd(database, time)).toEqual([due]);
    const marks = createMarkBook(database, () => now);
    await marks.add({ kind: 'ended', callId: due, subject: '', at: now });
    expect(await meetingsToEnd(database, time)).toEqual([]);
    await meetings.change(due, { endsAt: now + 5_000 });
    expect(await meetingsToEnd(database, { from: now, to: now + 5_000 })).toContain(due);
  });
}
