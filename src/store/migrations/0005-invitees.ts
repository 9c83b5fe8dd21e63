import type { Kysely } from 'kysely';

/** Who is invited to a meeting, and whose the seats are. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('invitees')
    .addColumn('invitee_id', 'text', (column) => column.primaryKey())
    .addColumn('call_id', 'text', (column) =>
      column.notNull().references('meetings.call_id').onDelete('cascade'),
    )
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex('invitees_meeting')
    .on('invitees')
    .columns(['call_id', 'created_at', 'invitee_id'])
    .execute();
  await database.schema.alterTable('seats').addColumn('invitee_id', 'text').execute();
  await database.schema
    .alterTable('seats')
    .addColumn('role', 'text', (column) => column.notNull().defaultTo('guest'))
    .execute();
}
