/** Procedures on the thread that holds the SQLite file: the same Kysely code, without a way between its queries. */
import { Kysely } from 'kysely';
import {
  type ProcedureName,
  type ProcedureOutcome,
  type ProcedureRequest,
  runProcedure,
} from './procedures.ts';
import type { Schema } from './schema.ts';
import { createSqliteDialect, type SqliteQueries } from './sqlite-dialect.ts';

export type RunProcedure = <Name extends ProcedureName>(
  name: Name,
  request: ProcedureRequest<Name>,
) => Promise<ProcedureOutcome<Name>>;

export function createSqliteProcedures(queries: SqliteQueries): RunProcedure {
  const database = new Kysely<Schema>({ dialect: createSqliteDialect(queries) });
  return (name, request) => runProcedure(database, name, request);
}
