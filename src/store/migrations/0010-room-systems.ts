import type { Kysely } from 'kysely';

/** Room systems of our own, and where they are registered: `room-system-store.ts`. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('room_systems')
    .addColumn('address', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('ha1_md5', 'text')
    .addColumn('ha1_sha256', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .execute();
  await database.schema
    .createTable('bindings')
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('contact', 'text', (column) => column.notNull())
    .addColumn('transport', 'text', (column) => column.notNull())
    .addColumn('remote_address', 'text', (column) => column.notNull())
    .addColumn('remote_port', 'integer', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('sip_call_id', 'text', (column) => column.notNull())
    .addColumn('cseq', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('bindings_key', ['address', 'contact'])
    .execute();
}
