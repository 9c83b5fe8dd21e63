/** Those who are invited, in the database. A meeting's PINs are told apart under its row's lock. */
import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { asInviteeId, type CallId } from '../call/identifiers.ts';
import {
  type InviteeBook,
  type InviteeDraft,
  type InviteeOutcome,
  maxInvitees,
} from '../call/ports/invitees.ts';
import { defaultPinLength, generatePin, type Invitee, pinLengthOf } from '../meeting/invitee.ts';
import type { Database } from './database.ts';
import { fromInviteeRow, inviteeRows, toInviteeRow, toInviteeUpdate } from './invitee-row.ts';
import { type MeetingPins, meetingPins } from './meeting-row.ts';
import type { PinSeal } from './pin-seal.ts';
import type { Schema } from './schema.ts';
import { lockMeeting } from './seats.ts';

export interface InviteeStoreOptions {
  readonly database: Database;
  readonly seal: PinSeal;
  /** Uniform on 0 … below - 1, from a CSPRNG. */
  readonly randomInt: (below: number) => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The invitees of these meetings, oldest first. */
export async function inviteesOf(
  database: Kysely<Schema>,
  seal: PinSeal,
  callIds: readonly CallId[],
): Promise<ReadonlyMap<string, readonly Invitee[]>> {
  if (callIds.length === 0) return new Map();
  const rows = await inviteeRows(database, callIds);
  return Map.groupBy(
    rows.map((row) => fromInviteeRow(row, seal)),
    ({ callId }) => callId,
  );
}

type LockedMeeting = MeetingPins & { readonly invitees: readonly Invitee[] };

/** All methods reject with a `StoreError` when the database fails. */
export function createInviteeStore(options: InviteeStoreOptions): InviteeBook {
  const { database, seal, now } = options;
  const { main } = database;

  async function lock(
    transaction: Transaction<Schema>,
    callId: CallId,
  ): Promise<LockedMeeting | undefined> {
    const row = await lockMeeting(transaction, callId);
    if (row === undefined) return undefined;
    const invitees = (await inviteesOf(transaction, seal, [callId])).get(callId) ?? [];
    return { ...meetingPins(row, seal), invitees };
  }

  /** `own`: the invitee whose PIN it is to be; its present one is free. */
  function pinFor(
    meeting: LockedMeeting,
    wanted: string | undefined,
    own?: Invitee,
  ): InviteeOutcome | string {
    const others = meeting.invitees.filter(({ inviteeId }) => inviteeId !== own?.inviteeId);
    const length = pinLengthOf({ ...meeting, invitees: others });
    const taken = new Set([
      ...others.map(({ pin }) => pin),
      ...[meeting.guestPin, meeting.hostPin].filter((pin) => pin !== undefined),
    ]);
    if (wanted === undefined) {
      const made = generatePin(length ?? defaultPinLength, taken, options.randomInt);
      return made ?? { done: false, reason: 'full' };
    }
    if (length !== undefined && wanted.length !== length)
      return { done: false, reason: 'pin-length', length };
    return taken.has(wanted) ? { done: false, reason: 'pin-taken' } : wanted;
  }

  async function add(
    transaction: Transaction<Schema>,
    callId: CallId,
    { pin: wanted, ...settings }: InviteeDraft,
  ): Promise<InviteeOutcome> {
    const meeting = await lock(transaction, callId);
    if (meeting === undefined) return { done: false, reason: 'not-found' };
    if (meeting.invitees.length >= maxInvitees) return { done: false, reason: 'full' };
    const pin = pinFor(meeting, wanted);
    if (typeof pin !== 'string') return pin;
    const inviteeId = asInviteeId(randomBytes(12).toString('base64url'));
    const made: Invitee = {
      ...settings,
      inviteeId,
      callId,
      pin,
      createdAt: now(),
      updatedAt: now(),
    };
    const row = await transaction
      .insertInto('invitees')
      .values(toInviteeRow(made, seal))
      .returningAll()
      .executeTakeFirstOrThrow();
    return { done: true, invitee: fromInviteeRow(row, seal) };
  }

  return {
    async list(callId) {
      const meeting = await main
        .selectFrom('meetings')
        .select('call_id')
        .where('call_id', '=', callId)
        .executeTakeFirst();
      if (meeting === undefined) return undefined;
      return (await inviteesOf(main, seal, [callId])).get(callId) ?? [];
    },
    add: (callId, draft) =>
      main.transaction().execute((transaction) => add(transaction, callId, draft)),
    change: (callId, inviteeId, changes) =>
      main.transaction().execute(async (transaction): Promise<InviteeOutcome> => {
        const meeting = await lock(transaction, callId);
        const before = meeting?.invitees.find((invitee) => invitee.inviteeId === inviteeId);
        if (meeting === undefined || before === undefined)
          return { done: false, reason: 'not-found' };
        const pin = changes.pin === undefined ? before.pin : pinFor(meeting, changes.pin, before);
        if (typeof pin !== 'string') return pin;
        const row = await transaction
          .updateTable('invitees')
          .set(toInviteeUpdate({ ...before, ...changes, pin, updatedAt: now() }, seal))
          .where('invitee_id', '=', inviteeId)
          .returningAll()
          .executeTakeFirstOrThrow();
        return { done: true, invitee: fromInviteeRow(row, seal) };
      }),
    async remove(callId, inviteeId) {
      const gone = await main
        .deleteFrom('invitees')
        .where('call_id', '=', callId)
        .where('invitee_id', '=', inviteeId)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    },
  };
}
