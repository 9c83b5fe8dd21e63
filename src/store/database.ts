/** Opens the store's database and brings its tables up to date. */
import { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as firstTables from './migrations/0001-first-tables.ts';
import type { Schema } from './schema.ts';
import { createSqliteConnection } from './sqlite-connection.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { StoreError } from './store-error.ts';

/** In order; a name that has been released is never changed. */
const migrations: Record<string, Migration> = {
  '0001-first-tables': firstTables,
};

export interface Database {
  /** Reads and writes that a call waits for. */
  readonly main: Kysely<Schema>;
  /** Searches that may take long: a connection (and thread) of their own. */
  readonly search: Kysely<Schema>;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Opens (and makes) an SQLite file. Rejects with a `StoreError` when it cannot be used. */
export async function openSqliteDatabase(file: string): Promise<Database> {
  const writing = createSqliteConnection({ file, queryOnly: false });
  const searching = createSqliteConnection({ file, queryOnly: true });
  const main = new Kysely<Schema>({ dialect: createSqliteDialect(writing) });
  const search = new Kysely<Schema>({ dialect: createSqliteDialect(searching) });
  const close = async (): Promise<void> => {
    await searching.close();
    await writing.close();
  };
  try {
    await migrate(main);
  } catch (error) {
    await close();
    throw error;
  }
  return { main, search, close };
}

async function migrate(database: Kysely<Schema>): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations) };
  const { error } = await new Migrator({ db: database, provider }).migrateToLatest();
  if (error instanceof Error) throw error;
  if (error !== undefined) throw new StoreError('store/fault', 'a migration failed');
}
