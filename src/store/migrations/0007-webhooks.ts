import type { Kysely } from 'kysely';

/** Webhooks and what waits to be sent to them; which meetings an outside directory knows. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('webhooks')
    .addColumn('webhook_id', 'text', (column) => column.primaryKey())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('events', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('failing_since', 'bigint')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('last_problem', 'text')
    .addColumn('disabled_at', 'bigint')
    .addColumn('lease_by', 'text')
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createTable('webhook_messages')
    .addColumn('webhook_id', 'text', (column) =>
      column.notNull().references('webhooks.webhook_id').onDelete('cascade'),
    )
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('webhook_messages_key', ['webhook_id', 'message_id'])
    .execute();
  await database.schema
    .createTable('directory_meetings')
    .addColumn('call_id', 'text', (column) =>
      column.primaryKey().references('meetings.call_id').onDelete('cascade'),
    )
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .execute();
}
