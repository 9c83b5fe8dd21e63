/** Seats of meetings: taken and counted in one transaction over all nodes of the store. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { CallId, LegId } from '../call/identifiers.ts';
import type { SeatClaim, SeatOutcome } from '../call/ports/meetings.ts';
import { hasRoom } from '../meeting/seats.ts';
import { withKeptSeats } from './invitee-row.ts';
import type { MeetingsTable, Schema } from './schema.ts';

/** Whose seats they are: a node, and this life of its process. */
export interface SeatOwner {
  readonly nodeId: string;
  readonly leaseId: string;
}

export interface SeatRequest extends SeatClaim {
  readonly callId: CallId;
  readonly legId: LegId;
  readonly owner: SeatOwner;
}

/**
 * Gives the leg a seat with the lowest free number. A seat taken twice is the same seat; a leg that
 * goes to another meeting gives up the seat it had only when it gets the new one. Who takes over
 * from an earlier call has its seat, and its number.
 */
export function takeSeat(database: Kysely<Schema>, request: SeatRequest): Promise<SeatOutcome> {
  const { callId, legId, role, inviteeId, owner } = request;
  return database.transaction().execute(async (transaction) => {
    const meeting = await lockMeeting(transaction, callId);
    if (meeting === undefined) return { seated: false, reason: 'gone' };
    const seats = await transaction
      .selectFrom('seats')
      .select(['leg_id', 'number', 'invitee_id', 'role'])
      .where('call_id', '=', callId)
      .orderBy('number')
      .execute();
    const own = seats.find((seat) => seat.leg_id === legId);
    if (own !== undefined) return { seated: true, number: own.number };
    const earlier = request.takesOver
      ? seats.find((seat) => seat.invitee_id !== null && seat.invitee_id === inviteeId)
      : undefined;
    const max = meeting.max_participants;
    if (max !== null && earlier === undefined) {
      const kept = await withKeptSeats(transaction, callId);
      if (!hasRoom({ max, seats, kept, claim: request })) return { seated: false, reason: 'full' };
    }
    const number = earlier?.number ?? lowestFree(seats.map((seat) => seat.number));
    if (earlier !== undefined) await deleteSeat(transaction, earlier.leg_id);
    const seat = {
      call_id: callId,
      number,
      node_id: owner.nodeId,
      lease_id: owner.leaseId,
      invitee_id: inviteeId ?? null,
      role,
    };
    await transaction
      .insertInto('seats')
      .values({ leg_id: legId, ...seat })
      .onConflict((conflict) => conflict.column('leg_id').doUpdateSet(seat))
      .execute();
    return { seated: true, number, ...(earlier && { replaces: earlier.leg_id as LegId }) };
  });
}

/**
 * The update holds the meeting's row until the transaction ends, in SQLite and PostgreSQL alike.
 * Undefined where there is no such meeting.
 */
export const lockMeeting = (
  transaction: Transaction<Schema>,
  callId: CallId,
): Promise<Selectable<MeetingsTable> | undefined> =>
  transaction
    .updateTable('meetings')
    .set((set) => ({ seat_turns: set('seat_turns', '+', 1) }))
    .where('call_id', '=', callId)
    .returningAll()
    .executeTakeFirst();

/** `taken` is in rising order. */
function lowestFree(taken: readonly number[]): number {
  const gap = taken.findIndex((number, index) => number !== index + 1);
  return (gap === -1 ? taken.length : gap) + 1;
}

export async function deleteSeat(database: Kysely<Schema>, legId: string): Promise<void> {
  await database.deleteFrom('seats').where('leg_id', '=', legId).execute();
}

/** The seats that earlier lives of this node left behind. */
export async function deleteStaleSeats(database: Kysely<Schema>, owner: SeatOwner): Promise<void> {
  await database
    .deleteFrom('seats')
    .where('node_id', '=', owner.nodeId)
    .where('lease_id', '!=', owner.leaseId)
    .execute();
}
