/** Databases for the contract suites of the store. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Database,
  openPostgresDatabase,
  openSqliteDatabase,
} from '../../src/store/database.ts';
import type { TestPostgresServer } from '../support/postgres-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface TestDatabase {
  /** undefined: SQLite in the data folder. */
  readonly url: string | undefined;
  open(): Promise<Database>;
  /** All that is written in it, as text. Closes an SQLite database: what is in the file is meant. */
  dump(database: Database): Promise<string>;
  remove(): Promise<void>;
}

export async function newSqliteDatabase(): Promise<TestDatabase> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'test.sqlite');
  return {
    url: undefined,
    open: () => openSqliteDatabase(file),
    async dump(database) {
      await database.close();
      return readFile(file, 'latin1');
    },
    remove: () => folder.remove(),
  };
}

export async function newPostgresDatabase(server: TestPostgresServer): Promise<TestDatabase> {
  const url = await server.newDatabase();
  return {
    url,
    open: () => openPostgresDatabase(url),
    async dump({ main }) {
      const tables = await Promise.all([
        main.selectFrom('meetings').selectAll().execute(),
        main.selectFrom('seats').selectAll().execute(),
        main.selectFrom('calls').selectAll().execute(),
      ]);
      return JSON.stringify(tables);
    },
    remove: () => Promise.resolve(),
  };
}
