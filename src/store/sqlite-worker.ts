/**
 * The thread that holds the SQLite file, so that a slow search never stalls signalling. It answers
 * one request after the other, in order; the file is opened by the first request, and opened again
 * by a later one where that failed.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteQueries } from './sqlite-dialect.ts';
import type { RunProcedure } from './sqlite-procedures.ts';
import type {
  SqliteAnswer,
  SqliteFailure,
  SqliteRequest,
  SqliteResult,
  SqliteWorkerOptions,
} from './sqlite-protocol.ts';

type QueryRequest = Extract<SqliteRequest, { kind: 'query' }>;
type ProcedureRequest = Extract<SqliteRequest, { kind: 'procedure' }>;

const keptStatements = 200;
const busyTimeoutMs = 5_000;

const options = workerData as SqliteWorkerOptions;
const statements = new Map<string, StatementSync>();
let database: DatabaseSync | undefined;

/** SQLite makes files that everybody can read, and its other files with the rights of the first. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // The open that follows fails for the same reason, and says it in SQLite's codes.
  }
}

function open(): DatabaseSync {
  makePrivate(options.file);
  const opened = new DatabaseSync(options.file, { timeout: busyTimeoutMs });
  // FULL: what was answered 201 is still there after a power cut. secure_delete: what retention
  // removed is not left in free pages.
  opened.exec(`PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA query_only = ${options.queryOnly ? 'ON' : 'OFF'};`);
  return opened;
}

/** The statement for this text, prepared once; the least recently used one makes room. */
function prepared(sql: string): StatementSync {
  database ??= open();
  const statement = statements.get(sql) ?? database.prepare(sql);
  statements.delete(sql);
  statements.set(sql, statement);
  const oldest = statements.keys().next();
  if (statements.size > keptStatements && oldest.done !== true) statements.delete(oldest.value);
  return statement;
}

function query({
  sql,
  parameters,
  begins,
}: Omit<QueryRequest, 'kind' | 'requestId'>): SqliteResult {
  // IMMEDIATE takes the write lock at once: a transaction that reads first cannot fail later
  // because another process wrote in between (https://sqlite.org/lang_transaction.html).
  if (begins) prepared('begin immediate').run();
  const statement = prepared(sql);
  if (statement.columns().length > 0) {
    return { rows: statement.all(...parameters), changes: undefined };
  }
  return { rows: [], changes: statement.run(...parameters).changes };
}

function rollback(): SqliteResult {
  if (database?.isTransaction === true) database.exec('rollback');
  return { rows: [], changes: undefined };
}

const queries: SqliteQueries = {
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to be a rejection
  execute: async (sql, parameters, begins) => query({ sql, parameters, begins }),
  // eslint-disable-next-line @typescript-eslint/require-await -- the same
  rollback: async () => {
    rollback();
  },
};

/** Loaded with the first one: a connection for searches has no use for so much code. */
const loadProcedures = async (): Promise<RunProcedure> =>
  (await import('./sqlite-procedures.ts')).createSqliteProcedures(queries);
let procedures: Promise<RunProcedure> | undefined;

async function runProcedure({ name, request }: ProcedureRequest): Promise<unknown> {
  procedures ??= loadProcedures();
  return (await procedures)(name, request);
}

function asFailure(error: unknown): SqliteFailure {
  const resultCode =
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
      ? error.errcode
      : 0;
  return { resultCode, message: error instanceof Error ? error.message : 'not an error object' };
}

async function answer(request: Exclude<SqliteRequest, { kind: 'close' }>): Promise<SqliteAnswer> {
  const { requestId } = request;
  try {
    switch (request.kind) {
      case 'query':
        return { requestId, result: query(request) };
      case 'rollback':
        return { requestId, result: rollback() };
      case 'procedure':
        return { requestId, outcome: await runProcedure(request) };
    }
  } catch (error) {
    return { requestId, failure: asFailure(error) };
  }
}

async function serve(request: SqliteRequest): Promise<void> {
  if (request.kind !== 'close') {
    parentPort?.postMessage(await answer(request));
    return;
  }
  statements.clear();
  try {
    database?.close();
  } finally {
    parentPort?.close();
  }
}

/** A procedure is over before the next request begins. */
let served = Promise.resolve();
parentPort?.on('message', (request: SqliteRequest) => {
  served = served.then(() => serve(request));
});
