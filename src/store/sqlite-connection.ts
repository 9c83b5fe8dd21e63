/** The main thread's face of `sqlite-worker.ts`. A thread that died is started again by the next query. */
import { Worker } from 'node:worker_threads';
import type { SQLInputValue } from 'node:sqlite';
import type { ProcedureName, ProcedureOutcome, ProcedureRequest } from './procedures.ts';
import type {
  SqliteAnswer,
  SqliteFailure,
  SqliteRequest,
  SqliteResult,
  SqliteWorkerOptions,
} from './sqlite-protocol.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

export interface SqliteConnection {
  /**
   * Rejects with a `StoreError`. Queries run in the order of the calls. `begins`: a transaction, with this query
   * [false]; where it does not begin nothing is done.
   */
  execute(
    sql: string,
    parameters: readonly SQLInputValue[],
    begins?: boolean,
  ): Promise<SqliteResult>;
  /** Ends an open transaction undone; none is no error. */
  rollback(): Promise<void>;
  /** Runs it on the thread, at one way there and back; to be called while no transaction is open. */
  run<Name extends ProcedureName>(
    name: Name,
    request: ProcedureRequest<Name>,
  ): Promise<ProcedureOutcome<Name>>;
  /** Closes the file after the queries before it. Idempotent, never rejects. */
  close(): Promise<void>;
}

interface Waiter {
  resolve(answered: unknown): void;
  reject(error: StoreError): void;
}

/** Primary and extended result codes, https://sqlite.org/rescode.html */
const busyCodes = [5, 6];
const unavailableCodes = [8, 10, 11, 13, 14, 26];
const constraintCode = 19;
const uniqueCodes = [1555, 2067];

function errorCode(resultCode: number): StoreErrorCode {
  const primary = resultCode & 0xff;
  if (uniqueCodes.includes(resultCode)) return 'store/unique';
  if (primary === constraintCode) return 'store/constraint';
  if (busyCodes.includes(primary)) return 'store/busy';
  if (unavailableCodes.includes(primary)) return 'store/unavailable';
  return 'store/fault';
}

const asStoreError = (failure: SqliteFailure): StoreError =>
  new StoreError(errorCode(failure.resultCode), failure.message);

export function createSqliteConnection(options: SqliteWorkerOptions): SqliteConnection {
  const waiters = new Map<number, Waiter>();
  let requests = 0;
  let worker: Worker | undefined;
  let closing: Promise<void> | undefined;

  function failAll(cause: unknown): void {
    const error = new StoreError('store/unavailable', 'the database thread ended', { cause });
    for (const waiter of waiters.values()) waiter.reject(error);
    waiters.clear();
  }

  function start(): Worker {
    const started = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
      workerData: options,
    });
    started.on('message', (answer: SqliteAnswer) => {
      const waiter = waiters.get(answer.requestId);
      waiters.delete(answer.requestId);
      if ('failure' in answer) waiter?.reject(asStoreError(answer.failure));
      else waiter?.resolve('result' in answer ? answer.result : answer.outcome);
    });
    let fault: unknown;
    started.on('error', (error) => (fault = error));
    started.on('exit', () => {
      if (worker === started) worker = undefined;
      failAll(fault);
    });
    return started;
  }

  async function end(): Promise<void> {
    const ending = worker;
    if (ending === undefined) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.postMessage({ kind: 'close' } satisfies SqliteRequest);
    await ended;
  }

  /** `T`: what the thread answers to such a request (`sqlite-protocol.ts`). */
  const ask = <T>(make: (requestId: number) => SqliteRequest): Promise<T> =>
    new Promise<unknown>((resolve, reject) => {
      if (closing !== undefined) {
        reject(new StoreError('store/unavailable', 'the database is closed'));
        return;
      }
      worker ??= start();
      requests += 1;
      waiters.set(requests, { resolve, reject });
      worker.postMessage(make(requests));
    }) as Promise<T>;

  return {
    execute: (sql, parameters, begins = false) =>
      ask<SqliteResult>((requestId) => ({ kind: 'query', requestId, sql, parameters, begins })),
    rollback: async () => {
      await ask<SqliteResult>((requestId) => ({ kind: 'rollback', requestId }));
    },
    run: (name, request) => ask((requestId) => ({ kind: 'procedure', requestId, name, request })),
    close: () => (closing ??= end()),
  };
}
