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
  const connection = createDatabaseConnection(sqlite);
  const run = async (sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    // IMMEDIATE takes the write lock at once: a transaction that reads first cannot fail later
    // because another process wrote in between (https://sqlite.org/lang_transaction.html).
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

function createDatabaseConnection(sqlite: SqliteConnection): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery) {
      const { rows, changes } = await sqlite.execute(
        query.sql,
        query.parameters as readonly SQLInputValue[],
      );
      const affected = changes === undefined ? {} : { numAffectedRows: BigInt(changes) };
      return { rows: rows as Row[], ...affected };
    },
    streamQuery() {
      throw new StoreError('store/fault', 'rows are not streamed: ask for pages');
    },
  };
}
