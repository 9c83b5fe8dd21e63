import type { Kysely } from 'kysely';

/** What several nodes share beside meetings and calls: guesses, and what they must agree on. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('guesses')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('source', 'text')
    .execute();
  await database.schema.createIndex('guesses_at').on('guesses').column('at').execute();
  await database.schema
    .createTable('shared')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}
