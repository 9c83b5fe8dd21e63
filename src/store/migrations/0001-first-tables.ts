import type { Kysely } from 'kysely';

/** Meetings, seats, calls and nodes. Kysely runs a migration without knowing the schema. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await createMeetings(database);
  await createSeats(database);
  await createCalls(database);
  await database.schema
    .createTable('nodes')
    .addColumn('node_id', 'text', (column) => column.primaryKey())
    .addColumn('lease_id', 'text', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('renewed_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createMeetings(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('meetings')
    .addColumn('call_id', 'text', (column) => column.primaryKey())
    .addColumn('title', 'text')
    .addColumn('video_address', 'text', (column) => column.unique())
    .addColumn('room', 'text', (column) => column.notNull().unique())
    .addColumn('room_given', 'integer', (column) => column.notNull())
    .addColumn('starts_at', 'bigint')
    .addColumn('ends_at', 'bigint')
    .addColumn('time_zone', 'text', (column) => column.notNull())
    .addColumn('guest_pin', 'text')
    .addColumn('host_pin', 'text')
    .addColumn('admission', 'text', (column) => column.notNull())
    .addColumn('after_host_leaves', 'text', (column) => column.notNull())
    .addColumn('max_participants', 'integer')
    .addColumn('phones_allowed', 'integer', (column) => column.notNull())
    .addColumn('locked', 'integer', (column) => column.notNull())
    .addColumn('language', 'text')
    .addColumn('seat_turns', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(database, 'meetings_newest', 'meetings', ['created_at', 'call_id']);
  await index(database, 'meetings_over', 'meetings', ['ends_at']);
}

async function createSeats(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('seats')
    .addColumn('leg_id', 'text', (column) => column.primaryKey())
    .addColumn('call_id', 'text', (column) =>
      column.notNull().references('meetings.call_id').onDelete('cascade'),
    )
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('lease_id', 'text', (column) => column.notNull())
    .addUniqueConstraint('seats_number', ['call_id', 'number'])
    .execute();
  await index(database, 'seats_node', 'seats', ['node_id']);
}

async function createCalls(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('calls')
    .addColumn('leg_id', 'text', (column) => column.primaryKey())
    .addColumn('sip_call_id', 'text', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('lease_id', 'text', (column) => column.notNull())
    .addColumn('engine', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('from_number', 'text')
    .addColumn('to_address', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text')
    .addColumn('room', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('answered_at', 'bigint')
    .addColumn('joined_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('result', 'text')
    .addColumn('reason', 'text')
    .addColumn('ended_by', 'text')
    .addColumn('codec', 'text')
    .addColumn('encrypted', 'integer', (column) => column.notNull())
    .addColumn('quality', 'text')
    .addColumn('timeline', 'text', (column) => column.notNull())
    .execute();
  await index(database, 'calls_newest', 'calls', ['started_at', 'leg_id']);
  await index(database, 'calls_state', 'calls', ['state', 'started_at', 'leg_id']);
  await index(database, 'calls_meeting', 'calls', ['call_id', 'started_at', 'leg_id']);
  await index(database, 'calls_result', 'calls', ['result', 'started_at', 'leg_id']);
  await index(database, 'calls_ended', 'calls', ['ended_at']);
}

async function index(
  database: Kysely<unknown>,
  name: string,
  table: string,
  columns: string[],
): Promise<void> {
  await database.schema.createIndex(name).on(table).columns(columns).execute();
}
