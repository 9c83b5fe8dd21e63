/** Seats of meetings: taken and counted in one transaction over all nodes of the store. */
import type { Kysely, Transaction } from 'kysely';
import type { CallId, LegId } from '../call/identifiers.ts';
import type { SeatOutcome } from '../call/ports/meetings.ts';
import type { Schema } from './schema.ts';

/** Whose seats they are: a node, and this life of its process. */
export interface SeatOwner {
  readonly nodeId: string;
  readonly leaseId: string;
}

/**
 * Gives the leg a seat with the lowest free number. A seat taken twice is the same seat; a leg that
 * goes to another meeting gives up the seat it had only when it gets the new one.
 */
export function takeSeat(
  database: Kysely<Schema>,
  owner: SeatOwner,
  callId: CallId,
  legId: LegId,
): Promise<SeatOutcome> {
  return database.transaction().execute(async (transaction) => {
    const maxParticipants = await lockMeeting(transaction, callId);
    if (maxParticipants === 'gone') return { seated: false, reason: 'gone' };
    const seats = await transaction
      .selectFrom('seats')
      .select(['leg_id', 'number'])
      .where('call_id', '=', callId)
      .orderBy('number')
      .execute();
    const own = seats.find((seat) => seat.leg_id === legId);
    if (own !== undefined) return { seated: true, number: own.number };
    if (seats.length >= maxParticipants) return { seated: false, reason: 'full' };
    const number = lowestFree(seats.map((seat) => seat.number));
    await deleteSeat(transaction, legId);
    await transaction
      .insertInto('seats')
      .values({
        leg_id: legId,
        call_id: callId,
        number,
        node_id: owner.nodeId,
        lease_id: owner.leaseId,
      })
      .execute();
    return { seated: true, number };
  });
}

/** The update holds the meeting's row until the transaction ends, in SQLite and PostgreSQL alike. */
async function lockMeeting(
  transaction: Transaction<Schema>,
  callId: CallId,
): Promise<number | 'gone'> {
  const meeting = await transaction
    .updateTable('meetings')
    .set((set) => ({ seat_turns: set('seat_turns', '+', 1) }))
    .where('call_id', '=', callId)
    .returning('max_participants')
    .executeTakeFirst();
  return meeting === undefined ? 'gone' : (meeting.max_participants ?? Infinity);
}

/** `taken` is in rising order. */
function lowestFree(taken: readonly number[]): number {
  const gap = taken.findIndex((number, index) => number !== index + 1);
  return (gap === -1 ? taken.length : gap) + 1;
}

export async function deleteSeat(database: Kysely<Schema>, legId: LegId): Promise<void> {
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
