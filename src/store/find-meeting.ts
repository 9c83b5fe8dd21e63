/** A meeting with all that a caller is let in by. */
import type { Kysely } from 'kysely';
import { type InviteeRow, inviteeRows } from './invitee-row.ts';
import type { MeetingRow } from './meeting-row.ts';
import type { Schema } from './schema.ts';

/** What a meeting is asked for by. A video address as it is kept (`normaliseVideoAddress`). */
export interface MeetingKey {
  readonly column: 'call_id' | 'video_address';
  readonly value: string;
}

export interface FoundMeeting {
  readonly row: MeetingRow;
  readonly invitees: readonly InviteeRow[];
}

export async function findMeeting(
  database: Kysely<Schema>,
  { column, value }: MeetingKey,
): Promise<FoundMeeting | undefined> {
  const row = await database
    .selectFrom('meetings')
    .selectAll()
    .where(column, '=', value)
    .executeTakeFirst();
  return row && { row, invitees: await inviteeRows(database, [row.call_id]) };
}
