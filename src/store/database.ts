/** Opens the store's database and brings its tables up to date. */
import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as firstTables from './migrations/0001-first-tables.ts';
import * as nodesTogether from './migrations/0002-nodes-together.ts';
import * as legSecurity from './migrations/0003-leg-security.ts';
import * as optionsAndDetails from './migrations/0004-options-and-details.ts';
import * as invitees from './migrations/0005-invitees.ts';
import * as access from './migrations/0006-access.ts';
import * as webhooks from './migrations/0007-webhooks.ts';
import * as keeping from './migrations/0008-keeping.ts';
import * as marks from './migrations/0009-marks.ts';
import * as roomSystems from './migrations/0010-room-systems.ts';
import * as unitsOfAccounts from './migrations/0011-units-of-accounts.ts';
import { createConnectionTurns } from './connection-turns.ts';
import { asStoreError, createPostgresPool } from './postgres-pool.ts';
import {
  type ProcedureName,
  type ProcedureOutcome,
  type ProcedureRequest,
  runProcedure,
} from './procedures.ts';
import type { Schema } from './schema.ts';
import { createSqliteConnection } from './sqlite-connection.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { StoreError } from './store-error.ts';

/** In order; a name that has been released is never changed. */
const migrations: Record<string, Migration> = {
  '0001-first-tables': firstTables,
  '0002-nodes-together': nodesTogether,
  '0003-leg-security': legSecurity,
  '0004-options-and-details': optionsAndDetails,
  '0005-invitees': invitees,
  '0006-access': access,
  '0007-webhooks': webhooks,
  '0008-keeping': keeping,
  '0009-marks': marks,
  '0010-room-systems': roomSystems,
  '0011-units-of-accounts': unitsOfAccounts,
};

export interface Database {
  /** Reads and writes that a call waits for. */
  readonly main: Kysely<Schema>;
  /** Searches that may take long: connections (and a thread, for SQLite) of their own. */
  readonly search: Kysely<Schema>;
  /** Where the database is (`procedures.ts`), in turn with what uses `main`. */
  run<Name extends ProcedureName>(
    name: Name,
    request: ProcedureRequest<Name>,
  ): Promise<ProcedureOutcome<Name>>;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Opens (and makes) an SQLite file. Rejects with a `StoreError` when it cannot be used. */
export async function openSqliteDatabase(file: string): Promise<Database> {
  const writing = createSqliteConnection({ file, queryOnly: false });
  const searching = createSqliteConnection({ file, queryOnly: true });
  const turns = createConnectionTurns();
  return migrated({
    main: new Kysely<Schema>({ dialect: createSqliteDialect(writing, turns) }),
    search: new Kysely<Schema>({ dialect: createSqliteDialect(searching) }),
    run: (name, request) => turns.query({}, () => writing.run(name, request)),
    async close() {
      await searching.close();
      await writing.close();
    },
  });
}

/** A caller waits for these, at most as long as for SQLite's lock. */
const mainPool = { size: 8, statementTimeoutMs: 5_000, queryOnly: false };
const searchPool = { size: 2, statementTimeoutMs: 30_000, queryOnly: true };

/**
 * Opens a PostgreSQL database (`postgres://…`, version 13 or later), which several nodes may share.
 * Transactions run at READ COMMITTED: what has to be counted under a lock takes the row's lock
 * first (`seats.ts`). Rejects with a `StoreError` when it cannot be used.
 */
export async function openPostgresDatabase(url: string): Promise<Database> {
  const open = (options: typeof mainPool): Kysely<Schema> =>
    new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: createPostgresPool({ url, ...options }) }),
    });
  const main = open(mainPool);
  const search = open(searchPool);
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await Promise.allSettled([main.destroy(), search.destroy()]);
  };
  return migrated({
    main,
    search,
    run: (name, request) => runProcedure(main, name, request),
    close: () => (closing ??= end()),
  });
}

async function migrated(database: Database): Promise<Database> {
  try {
    await migrate(database.main);
    return database;
  } catch (error) {
    await database.close();
    throw error instanceof StoreError ? error : asStoreError(error);
  }
}

async function migrate(database: Kysely<Schema>): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db: database, provider }).migrateToLatest();
  if (error instanceof Error) throw error;
  if (error !== undefined) throw new StoreError('store/fault', 'a migration failed');
}
