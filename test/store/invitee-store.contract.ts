/** Those who are invited, and the seats that are kept for them, over any database of the store. */
import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asCallId, asInviteeId, asLegId, type CallId } from '../../src/call/identifiers.ts';
import type { InviteeBook, InviteeDraft, InviteeOutcome } from '../../src/call/ports/invitees.ts';
import type { MeetingBook, MeetingDraft } from '../../src/call/ports/meetings.ts';
import type { Invitee } from '../../src/meeting/invitee.ts';
import type { Database } from '../../src/store/database.ts';
import { createInviteeStore } from '../../src/store/invitee-store.ts';
import { createMeetingStore } from '../../src/store/meeting-store.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';
import { meetingDraft } from './records.ts';
import type { TestDatabase } from './test-databases.ts';

const invitee = (changes: Partial<InviteeDraft> = {}): InviteeDraft => ({
  name: 'Karin Ek',
  organisation: 'Kommunen',
  role: 'guest',
  interpreterId: undefined,
  language: undefined,
  slowKeys: false,
  phoneNumber: '+46701234567',
  protectedIdentity: false,
  seatKept: false,
  mayBeTwoLegs: false,
  pin: undefined,
  ...changes,
});
const inviteeOf = (outcome: InviteeOutcome): Invitee => {
  if (!outcome.done) throw new Error(`no invitee: ${outcome.reason}`);
  return outcome.invitee;
};
const leg = (n: number) => asLegId(`leg-${n}`);

/** `newDatabase` makes an empty database of its own for each test. */
export function inviteeStoreContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let time: number;
  let meetings: MeetingBook;
  let invitees: InviteeBook;

  const booked = async (changes: Partial<MeetingDraft> = {}): Promise<CallId> => {
    const outcome = await meetings.create(meetingDraft(changes));
    if (!outcome.done) throw new Error(outcome.reason);
    return outcome.meeting.callId;
  };
  const added = async (callId: CallId, changes: Partial<InviteeDraft> = {}): Promise<Invitee> =>
    inviteeOf(await invitees.add(callId, invitee(changes)));

  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
    time = 1_000;
    let next = 123_123_120;
    const parts = { database, seal: createPinSeal('a secret'), now: () => time };
    meetings = createMeetingStore({
      ...parts,
      owner: { nodeId: 'node-a', leaseId: 'life-1' },
      makeCallId: () => asCallId(String((next += 1)))!,
    });
    invitees = createInviteeStore({ ...parts, randomInt: (below) => randomInt(below) });
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  describe('an invitee', () => {
    test('comes back as it was made, by itself and with its meeting', async () => {
      const callId = await booked();
      const made = await added(callId, { pin: '471147', role: 'interpreter', language: 'da' });
      expect(made).toMatchObject({
        ...invitee({ pin: '471147', role: 'interpreter', language: 'da' }),
        callId,
      });
      expect(await invitees.list(callId)).toEqual([made]);
      expect((await meetings.byCallId(callId))?.invitees).toEqual([made]);
      expect((await meetings.list({ limit: 5, after: undefined }))[0]?.invitees).toEqual([made]);
    });

    test('gets a PIN of its own, as long as the other PINs of the meeting', async () => {
      const callId = await booked({ guestPin: '4711' });
      const pins = await Promise.all(Array.from({ length: 10 }, () => added(callId)));
      expect(new Set(['4711', ...pins.map(({ pin }) => pin)]).size).toBe(11);
      expect(pins.every(({ pin }) => /^\d{4}$/.test(pin))).toBe(true);
      expect((await added(await booked())).pin).toMatch(/^\d{6}$/);
    });

    test.each([
      ['the guest PIN', '4711'],
      ['the host PIN', '9898'],
      ['the PIN of another', '1234'],
    ])('never has %s', async (_what, pin) => {
      const callId = await booked({ guestPin: '4711', hostPin: '9898' });
      await added(callId, { pin: '1234' });
      expect(await invitees.add(callId, invitee({ pin }))).toEqual({
        done: false,
        reason: 'pin-taken',
      });
    });

    test('has no PIN of another length', async () => {
      const callId = await booked({ hostPin: '9898' });
      expect(await invitees.add(callId, invitee({ pin: '12345' }))).toEqual({
        done: false,
        reason: 'pin-length',
        length: 4,
      });
    });

    test('is changed key by key, and keeps its PIN', async () => {
      const callId = await booked();
      const made = await added(callId, { pin: '471147' });
      time = 2_000;
      const outcome = await invitees.change(callId, made.inviteeId, {
        name: undefined,
        slowKeys: true,
      });
      expect(inviteeOf(outcome)).toEqual({
        ...made,
        name: undefined,
        slowKeys: true,
        updatedAt: 2_000,
      });
    });

    test('may have the same PIN again, but not that of another', async () => {
      const callId = await booked();
      const made = await added(callId, { pin: '471147' });
      await added(callId, { pin: '123123' });
      expect(await invitees.change(callId, made.inviteeId, { pin: '471147' })).toMatchObject({
        done: true,
      });
      expect(await invitees.change(callId, made.inviteeId, { pin: '123123' })).toEqual({
        done: false,
        reason: 'pin-taken',
      });
    });

    test('is gone when it is removed, and with its meeting', async () => {
      const callId = await booked();
      const made = await added(callId);
      const other = await added(callId);
      expect(await invitees.remove(callId, made.inviteeId)).toBe(true);
      expect(await invitees.remove(callId, made.inviteeId)).toBe(false);
      expect(await invitees.list(callId)).toEqual([other]);
      await meetings.remove(callId);
      expect(await invitees.list(callId)).toBeUndefined();
      expect(await database.main.selectFrom('invitees').selectAll().execute()).toEqual([]);
    });

    test('of no meeting, or of another, is not found', async () => {
      const made = await added(await booked());
      const other = await booked();
      const missing = { done: false, reason: 'not-found' };
      expect(await invitees.change(other, made.inviteeId, {})).toEqual(missing);
      expect(await invitees.add(asCallId('987654321')!, invitee())).toEqual(missing);
      expect(await invitees.remove(other, made.inviteeId)).toBe(false);
    });

    test('with a protected identity has no name in the store', async () => {
      const callId = await booked();
      const made = await added(callId, { protectedIdentity: true });
      expect(made).toMatchObject({ name: undefined, organisation: undefined });
    });

    test('is sealed: neither name, number nor PIN is in the database', async () => {
      await added(await booked(), { pin: '471147' });
      const rows = JSON.stringify(await database.main.selectFrom('invitees').selectAll().execute());
      for (const secret of ['Karin', 'Kommunen', '46701234567', '471147', 'guest'])
        expect(rows).not.toContain(secret);
    });
  });

  describe('a seat', () => {
    test('is kept for the invitee: the meeting is full for everybody else, others included', async () => {
      const callId = await booked({ maxParticipants: 4 });
      const kept = await added(callId, { role: 'interpreter', seatKept: true });
      expect(await meetings.takeSeat(callId, leg(1), { others: 1 })).toMatchObject({ number: 1 });
      expect(await meetings.takeSeat(callId, leg(2), { others: 1 })).toMatchObject({ number: 2 });
      expect(await meetings.takeSeat(callId, leg(3), { others: 1 })).toMatchObject({
        seated: false,
        reason: 'full',
      });
      const { inviteeId } = kept;
      const claim = { role: 'interpreter', inviteeId, others: 1 } as const;
      expect(await meetings.takeSeat(callId, leg(4), claim)).toMatchObject({ number: 3 });
      expect(await meetings.takeSeat(callId, leg(3), { others: 1 })).toMatchObject({
        seated: false,
      });
    });

    test('is found for the first host of a full meeting, and no second one', async () => {
      const callId = await booked({ maxParticipants: 1, hostPin: '9898' });
      await meetings.takeSeat(callId, leg(1));
      expect(await meetings.takeSeat(callId, leg(2), { role: 'host' })).toMatchObject({
        number: 2,
      });
      expect(await meetings.takeSeat(callId, leg(3), { role: 'host' })).toMatchObject({
        reason: 'full',
      });
    });

    test('goes from the earlier call of an invitee to the later one, number and all', async () => {
      const callId = await booked({ maxParticipants: 2 });
      const inviteeId = asInviteeId('karin');
      await meetings.takeSeat(callId, leg(1), { inviteeId });
      await meetings.takeSeat(callId, leg(2));
      const claim = { inviteeId, takesOver: true };
      expect(await meetings.takeSeat(callId, leg(3), claim)).toEqual({
        seated: true,
        number: 1,
        replaces: leg(1),
      });
      await meetings.releaseSeat(leg(1));
      expect(await meetings.takeSeat(callId, leg(4))).toMatchObject({ seated: false });
    });

    test('stays with both calls of one who may have two', async () => {
      const callId = await booked();
      const inviteeId = asInviteeId('relay');
      await meetings.takeSeat(callId, leg(1), { inviteeId });
      const second = await meetings.takeSeat(callId, leg(2), { inviteeId });
      expect(second).toEqual({ seated: true, number: 2 });
    });
  });
}
