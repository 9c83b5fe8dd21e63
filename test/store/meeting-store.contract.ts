/** The booked meetings and their seats, over any database of the store. */
import { defaultMeetingOptions } from '../../src/meeting/meeting-options.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asCallId, asLegId, asRoomName, type CallId } from '../../src/call/identifiers.ts';
import type { Meeting, MeetingBook, MeetingOutcome } from '../../src/call/ports/meetings.ts';
import type { Database } from '../../src/store/database.ts';
import { createMeetingStore } from '../../src/store/meeting-store.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';
import { deleteStaleSeats } from '../../src/store/seats.ts';
import { meetingDraft } from './records.ts';
import type { TestDatabase } from './test-databases.ts';

const callId = (text: string): CallId => asCallId(text)!;
const meetingOf = (outcome: MeetingOutcome): Meeting => {
  if (!outcome.done) throw new Error(`no meeting: ${outcome.reason}`);
  return outcome.meeting;
};

/** `newDatabase` makes an empty database of its own for each test. */
export function meetingStoreContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let time: number;
  let nextCallIds: string[];

  const bookWith = (secret: string, leaseId = 'life-1'): MeetingBook =>
    createMeetingStore({
      database,
      owner: { nodeId: 'node-a', leaseId },
      seal: createPinSeal(secret),
      makeCallId: () => callId(nextCallIds.shift() ?? '987654321'),
      now: () => time,
    });
  let meetings: MeetingBook;

  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
    time = 1_000;
    nextCallIds = [];
    meetings = bookWith('a secret');
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  describe('booking', () => {
    test('a meeting comes back as it was made', async () => {
      const draft = meetingDraft({
        title: 'Sammanträde',
        videoAddress: 'Sal1@Meet.Example.org',
        startsAt: 5_000,
        endsAt: 9_000,
        guestPin: '1234',
        hostPin: '9876',
        admission: 'lobby',
        afterHostLeaves: 'end',
        maxParticipants: 3,
        phonesAllowed: false,
        language: 'da',
      });
      const made = meetingOf(await meetings.create(draft));
      expect(made).toEqual({
        ...draft,
        options: defaultMeetingOptions,
        invitees: [],
        videoAddress: 'sal1@meet.example.org',
        callId: '987654321',
        room: made.room,
        locked: false,
        createdAt: 1_000,
        updatedAt: 1_000,
      });
      expect(made.room).toMatch(/^[\w-]{22}$/);
      expect(await meetings.byCallId(made.callId)).toEqual(made);
      expect(await meetings.byVideoAddress('sip:SAL1@meet.example.org')).toEqual(made);
    });

    test('a generated call ID that is taken is made again', async () => {
      nextCallIds = ['111222333', '111222333', '444555666'];
      await meetings.create(meetingDraft());
      expect(meetingOf(await meetings.create(meetingDraft())).callId).toBe('444555666');
    });

    test('what another meeting has is refused by name', async () => {
      const given = {
        callId: callId('123123123'),
        room: asRoomName('sal'),
        videoAddress: 'a@example.org',
      };
      await meetings.create(meetingDraft(given));
      const refusal = async (draft: Parameters<typeof meetingDraft>[0]) =>
        meetings.create(meetingDraft(draft));
      expect(await refusal({ callId: given.callId })).toEqual({ done: false, reason: 'callId' });
      expect(await refusal({ room: given.room })).toEqual({ done: false, reason: 'room' });
      expect(await refusal({ videoAddress: 'A@EXAMPLE.org' })).toEqual({
        done: false,
        reason: 'videoAddress',
      });
    });

    test('a change sets and clears what it names and leaves the rest', async () => {
      const before = meetingOf(
        await meetings.create(meetingDraft({ title: 'one', guestPin: '1111', maxParticipants: 4 })),
      );
      time = 2_000;
      const after = meetingOf(
        await meetings.change(before.callId, { title: undefined, guestPin: '2222', locked: true }),
      );
      expect(after).toEqual({
        ...before,
        title: undefined,
        guestPin: '2222',
        locked: true,
        updatedAt: 2_000,
      });
      expect(await meetings.change(callId('555555555'), {})).toEqual({
        done: false,
        reason: 'not-found',
      });
    });

    test('pages follow each other, newest first, while meetings are added', async () => {
      for (let n = 1; n <= 5; n += 1) {
        time = n === 3 ? 2 : n;
        await meetings.create(meetingDraft({ callId: callId(`10000000${n}`) }));
      }
      const first = await meetings.list({ limit: 3, after: undefined });
      await meetings.create(meetingDraft({ callId: callId('999999999') }));
      const rest = await meetings.list({ limit: 3, after: first.at(-1) });
      const order = [...first, ...rest].map((meeting) => meeting.callId.at(-1));
      expect(order).toEqual(['5', '4', '3', '2', '1']);
    });

    test('a removed meeting is gone', async () => {
      const { callId: id } = meetingOf(await meetings.create(meetingDraft()));
      expect(await meetings.remove(id)).toBe(true);
      expect(await meetings.remove(id)).toBe(false);
      expect(await meetings.byCallId(id)).toBeUndefined();
    });

    test('a random room gets a new name, a chosen one keeps its own', async () => {
      const random = meetingOf(
        await meetings.create(meetingDraft({ callId: callId('101010101') })),
      );
      const renewed = meetingOf(await meetings.renewRoom(random.callId));
      expect(renewed.room).not.toBe(random.room);
      const chosen = meetingOf(await meetings.create(meetingDraft({ room: asRoomName('sal') })));
      expect(meetingOf(await meetings.renewRoom(chosen.callId)).room).toBe('sal');
    });
  });

  describe('PINs', () => {
    test('the database does not hold them', async () => {
      await meetings.create(meetingDraft({ guestPin: '73519284', title: 'in clear' }));
      const text = await testDatabase.dump(database);
      expect(text).toContain('in clear');
      expect(text).not.toContain('73519284');
    });

    test('a meeting whose PIN was sealed with another secret does not open without one', async () => {
      const { callId: id } = meetingOf(await meetings.create(meetingDraft({ guestPin: '1234' })));
      await expect(bookWith('another').byCallId(id)).rejects.toMatchObject({
        code: 'store/unreadable-pin',
      });
    });

    test('a sealed PIN is bound to its meeting', () => {
      const seal = createPinSeal('a secret');
      const text = seal.seal('1234', 'guest pin of 1');
      expect(seal.open(text, 'guest pin of 1')).toBe('1234');
      expect(() => seal.open(text, 'guest pin of 2')).toThrow('cannot be read');
    });
  });

  describe('seats', () => {
    const leg = (n: number) => asLegId(`leg-${n}`);

    test('the lowest free number is given, and the same leg keeps its own', async () => {
      const { callId: id } = meetingOf(await meetings.create(meetingDraft()));
      const take = async (n: number) => meetings.takeSeat(id, leg(n));
      expect(await take(1)).toEqual({ seated: true, number: 1 });
      expect(await take(2)).toEqual({ seated: true, number: 2 });
      expect(await take(1)).toEqual({ seated: true, number: 1 });
      await meetings.releaseSeat(leg(1));
      expect(await take(3)).toEqual({ seated: true, number: 1 });
      expect(await take(4)).toEqual({ seated: true, number: 3 });
    });

    test('of ten that come at once exactly as many are seated as there is room for', async () => {
      const { callId: id } = meetingOf(await meetings.create(meetingDraft({ maxParticipants: 4 })));
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, n) => meetings.takeSeat(id, leg(n))),
      );
      const numbers = outcomes.flatMap((outcome) => (outcome.seated ? [outcome.number] : []));
      expect(numbers.sort()).toEqual([1, 2, 3, 4]);
      expect(outcomes.filter((outcome) => !outcome.seated)).toEqual(
        Array(6).fill({ seated: false, reason: 'full' }),
      );
    });

    test('a meeting that is gone seats nobody', async () => {
      expect(await meetings.takeSeat(callId('123454321'), leg(1))).toEqual({
        seated: false,
        reason: 'gone',
      });
    });

    test('a leg that moves gives up its seat only for a new one', async () => {
      nextCallIds = ['121212121', '232323232', '343434343'];
      const from = meetingOf(await meetings.create(meetingDraft()));
      const full = meetingOf(await meetings.create(meetingDraft({ maxParticipants: 1 })));
      const to = meetingOf(await meetings.create(meetingDraft()));
      await meetings.takeSeat(full.callId, leg(9));
      await meetings.takeSeat(from.callId, leg(1));
      await meetings.takeSeat(full.callId, leg(1));
      expect(await meetings.takeSeat(from.callId, leg(2))).toEqual({ seated: true, number: 2 });
      expect(await meetings.takeSeat(to.callId, leg(1))).toEqual({ seated: true, number: 1 });
      expect(await meetings.takeSeat(from.callId, leg(3))).toEqual({ seated: true, number: 1 });
    });

    test('the seats of an earlier life of the node are released, those of this life stay', async () => {
      const { callId: id } = meetingOf(await meetings.create(meetingDraft()));
      await meetings.takeSeat(id, leg(1));
      const later = bookWith('a secret', 'life-2');
      await later.takeSeat(id, leg(2));
      await deleteStaleSeats(database.main, { nodeId: 'node-a', leaseId: 'life-2' });
      expect(await later.takeSeat(id, leg(3))).toEqual({ seated: true, number: 1 });
      expect(await later.takeSeat(id, leg(2))).toEqual({ seated: true, number: 2 });
    });
  });
}
