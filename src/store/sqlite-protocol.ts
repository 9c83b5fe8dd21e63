/** What passes between the main thread and the thread that holds the SQLite file. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { ProcedureName, ProcedureRequest } from './procedures.ts';

export interface SqliteWorkerOptions {
  readonly file: string;
  /** Refuse writes on this connection: it is for searches. */
  readonly queryOnly: boolean;
}

export type SqliteRequest =
  | {
      readonly kind: 'query';
      readonly requestId: number;
      readonly sql: string;
      readonly parameters: readonly SQLInputValue[];
      /** The first of a transaction: where that does not begin, the query fails and nothing is done. */
      readonly begins: boolean;
    }
  /** A whole procedure of `procedures.ts`, while no transaction is open. */
  | {
      readonly kind: 'procedure';
      readonly requestId: number;
      readonly name: ProcedureName;
      readonly request: ProcedureRequest<ProcedureName>;
    }
  /** Of the transaction that is open; where none is, nothing. */
  | { readonly kind: 'rollback'; readonly requestId: number }
  | { readonly kind: 'close' };

export interface SqliteResult {
  readonly rows: readonly Record<string, SQLOutputValue>[];
  /** Rows inserted, updated or deleted; undefined for statements that answer rows. */
  readonly changes: number | bigint | undefined;
}

export interface SqliteFailure {
  /** SQLite's extended result code (https://sqlite.org/rescode.html), 0 where it gave none. */
  readonly resultCode: number;
  readonly message: string;
}

export type SqliteAnswer =
  | { readonly requestId: number; readonly result: SqliteResult }
  | { readonly requestId: number; readonly outcome: unknown }
  | { readonly requestId: number; readonly failure: SqliteFailure };
