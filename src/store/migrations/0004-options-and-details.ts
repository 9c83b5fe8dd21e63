import type { Kysely } from 'kysely';

/** Room to grow without a column a field: how a meeting behaves, what else is known of a call. JSON. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .alterTable('meetings')
    .addColumn('options', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute();
  await database.schema
    .alterTable('calls')
    .addColumn('details', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute();
}
