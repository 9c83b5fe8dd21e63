/**
 * What is done where the database is: a transaction of several queries that many calls need, and all others would wait
 * for. SQLite's thread runs one without a way to the main thread and back between its queries; with PostgreSQL it
 * runs here, as any transaction. What goes in and comes out is plain data.
 */
import type { Kysely } from 'kysely';
import { findMeeting, type FoundMeeting, type MeetingKey } from './find-meeting.ts';
import type { SeatOutcome } from '../call/ports/meetings.ts';
import type { Schema } from './schema.ts';
import { type SeatRequest, takeSeat } from './seats.ts';

interface ProcedureTypes {
  readonly takeSeat: { readonly request: SeatRequest; readonly outcome: SeatOutcome };
  readonly findMeeting: {
    readonly request: MeetingKey;
    readonly outcome: FoundMeeting | undefined;
  };
}

export type ProcedureName = keyof ProcedureTypes;
export type ProcedureRequest<Name extends ProcedureName> = ProcedureTypes[Name]['request'];
export type ProcedureOutcome<Name extends ProcedureName> = ProcedureTypes[Name]['outcome'];

const procedures: {
  readonly [Name in ProcedureName]: (
    database: Kysely<Schema>,
    request: ProcedureRequest<Name>,
  ) => Promise<ProcedureOutcome<Name>>;
} = { takeSeat, findMeeting };

/** Rejects with what its queries reject with. */
export const runProcedure = <Name extends ProcedureName>(
  database: Kysely<Schema>,
  name: Name,
  request: ProcedureRequest<Name>,
): Promise<ProcedureOutcome<Name>> => procedures[name](database, request);
