/** A pool of PostgreSQL connections whose errors are the store's own, and whose dead connections are thrown away. */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, Pool, type PoolClient, type PoolConfig, TypeOverrides } from 'pg';
import { StoreError, type StoreErrorCode } from './store-error.ts';

export interface PostgresPoolOptions {
  readonly url: string;
  /** Connections at most. */
  readonly size: number;
  /** The server gives a statement up after this; we give up on the server a little later. */
  readonly statementTimeoutMs: number;
  /** Refuse writes on these connections: they are for searches. */
  readonly queryOnly: boolean;
}

const connectTimeoutMs = 3_000;
/** A caller after a quiet minute must not wait for a new connection. */
const idleTimeoutMs = 300_000;
/** How much longer than its own limit we wait for a server that says nothing at all. */
const silenceMs = 1_000;
const int8Oid = 20;

/** Classes and codes of SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html */
const uniqueViolation = '23505';
const constraintClass = '23';
/** Serialisation failure, deadlock, lock not available, query cancelled (statement_timeout). */
const busyCodes = ['40001', '40P01', '55P03', '57014'];
/** Connection, resources, operator and system errors, bad password; no such database; read-only (a standby). */
const unavailableClasses = ['08', '28', '53', '57', '58'];
const unavailableCodes = ['3D000', '25006'];

function errorCode(sqlState: string): StoreErrorCode {
  const sqlClass = sqlState.slice(0, 2);
  if (sqlState === uniqueViolation) return 'store/unique';
  if (sqlClass === constraintClass) return 'store/constraint';
  if (busyCodes.includes(sqlState)) return 'store/busy';
  if (unavailableCodes.includes(sqlState) || unavailableClasses.includes(sqlClass)) {
    return 'store/unavailable';
  }
  return 'store/fault';
}

/** What the server did not say itself came from the connection. */
export function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof DatabaseError) {
    // Not the server's detail: it quotes the row.
    return new StoreError(errorCode(error.code ?? ''), error.message);
  }
  return new StoreError('store/unavailable', 'the database cannot be reached', { cause: error });
}

/** int8 as a number: epoch milliseconds and counts are below 2^53. */
function numberTypes(): TypeOverrides {
  const types = new TypeOverrides();
  types.setTypeParser(int8Oid, Number);
  return types;
}

/** Settings of a connection, for the pool and for the bus. */
export const connectionConfig = (url: string): PoolConfig => ({
  connectionString: url,
  application_name: 'ringbro',
  connectionTimeoutMillis: connectTimeoutMs,
  keepAlive: true,
  types: numberTypes(),
});

export function createPostgresPool(options: PostgresPoolOptions): PostgresPool {
  const pool = new Pool({
    ...connectionConfig(options.url),
    max: options.size,
    idleTimeoutMillis: idleTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + silenceMs,
    ...(options.queryOnly && { options: '-c default_transaction_read_only=on' }),
  });
  // An error event without a listener ends the process; the query that is under way rejects anyway.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    options: {},
    async connect() {
      try {
        return translated(await pool.connect());
      } catch (error) {
        throw asStoreError(error);
      }
    },
    end: () => pool.end(),
  };
}

/** A connection that failed, or on which nothing came in time, does not go back into the pool. */
function translated(client: PoolClient): PostgresPoolClient {
  let broken = false;

  async function run(text: string, parameters: readonly unknown[]): Promise<unknown> {
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      broken ||= !(error instanceof DatabaseError);
      throw asStoreError(error);
    }
  }

  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text === 'string') return run(text, parameters);
    throw new StoreError('store/fault', 'rows are not streamed: ask for pages');
  }

  return {
    query,
    release(destroy) {
      client.release(destroy === true || broken);
    },
  };
}
