import type { Kysely } from 'kysely';

/** Short facts of meetings that all nodes know and that outlive them: `mark-book.ts`. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('marks')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('marks_key', ['kind', 'call_id', 'subject', 'at'])
    .execute();
  await database.schema.createIndex('marks_at').on('marks').columns(['kind', 'at']).execute();
}
