/**
 * Kysely over one SQLite connection. What Kysely takes for connections of its own are turns on that one
 * (`connection-turns.ts`), so that a transaction is never mixed with another query.
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SQLInputValue } from 'node:sqlite';
import { type ConnectionTurns, createConnectionTurns } from './connection-turns.ts';
import type { SqliteResult } from './sqlite-protocol.ts';
import { StoreError } from './store-error.ts';

/** Where queries run: on a thread of their own (`sqlite-connection.ts`), or on that thread itself. */
export interface SqliteQueries {
  /** Queries run in the order of the calls. `begins`: a transaction, with this query. */
  execute(
    sql: string,
    parameters: readonly SQLInputValue[],
    begins: boolean,
  ): Promise<SqliteResult>;
  /** Ends an open transaction undone; none is no error. */
  rollback(): Promise<void>;
}

/**
 * The queries stay their owner's: whoever opened the file closes it. `turns`: given, others use the same connection in
 * turn with Kysely.
 */
export function createSqliteDialect(
  sqlite: SqliteQueries,
  turns: ConnectionTurns = createConnectionTurns(),
): Dialect {
  return {
    createDriver: () => createDriver(sqlite, turns),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TurnsAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

class TurnsAdapter extends SqliteAdapter {
  /** Kysely need not wait for one query's answer before it asks the next. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function createDriver(sqlite: SqliteQueries, turns: ConnectionTurns): Driver {
  /** A transaction begins with its first query: each way to the thread and back is one that all others wait for. */
  const beginning = new WeakSet<DatabaseConnection>();
  const acquire = (): DatabaseConnection => {
    const connection: DatabaseConnection = {
      async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
        const { rows, changes } = await turns.query(connection, () =>
          sqlite.execute(sql, parameters as readonly SQLInputValue[], beginning.delete(connection)),
        );
        const affected = changes === undefined ? {} : { numAffectedRows: BigInt(changes) };
        return { rows: rows as Row[], ...affected };
      },
      streamQuery() {
        throw new StoreError('store/fault', 'rows are not streamed: ask for pages');
      },
    };
    return connection;
  };

  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(acquire()),
    async beginTransaction(connection) {
      await turns.begin(connection);
      beginning.add(connection);
    },
    async commitTransaction(connection) {
      if (!beginning.delete(connection)) await connection.executeQuery(CompiledQuery.raw('commit'));
      turns.end();
    },
    async rollbackTransaction(connection) {
      try {
        if (!beginning.delete(connection)) await sqlite.rollback();
      } finally {
        turns.end();
      }
    },
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}
