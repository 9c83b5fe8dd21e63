/**
 * Kysely over `node:sqlite` on a thread of its own. One connection: Kysely's own mutex serialises
 * what runs on it, so that a transaction is never mixed with another query.
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
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteResult } from './sqlite-protocol.ts';
import { StoreError } from './store-error.ts';

/** The connection stays its owner's: whoever opened it closes it. */
export function createSqliteDialect(sqlite: SqliteConnection): Dialect {
  return {
    createDriver: () => createDriver(sqlite),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

function createDriver(sqlite: SqliteConnection): Driver {
  /** Begins with its first query: each way to the thread and back is one that all others wait for. */
  let begins = false;
  const connection = createDatabaseConnection((query) => {
    const first = begins;
    begins = false;
    return sqlite.execute(query.sql, query.parameters as readonly SQLInputValue[], first);
  });
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: () => {
      begins = true;
      return Promise.resolve();
    },
    commitTransaction: async () => {
      if (begins) begins = false;
      else await connection.executeQuery(CompiledQuery.raw('commit'));
    },
    rollbackTransaction: async () => {
      begins = false;
      await sqlite.rollback();
    },
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

function createDatabaseConnection(
  execute: (query: CompiledQuery) => Promise<SqliteResult>,
): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery) {
      const { rows, changes } = await execute(query);
      const affected = changes === undefined ? {} : { numAffectedRows: BigInt(changes) };
      return { rows: rows as Row[], ...affected };
    },
    streamQuery() {
      throw new StoreError('store/fault', 'rows are not streamed: ask for pages');
    },
  };
}
