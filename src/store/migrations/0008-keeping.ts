import { type Kysely, sql } from 'kysely';

/** How long things are kept and whose they are: units, legal holds, sealed numbers; and faster searches. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await addColumns(database);
  await createTables(database);
  await createIndexes(database);
}

async function addColumns(database: Kysely<unknown>): Promise<void> {
  for (const table of ['calls', 'meetings', 'audit'])
    await database.schema
      .alterTable(table)
      .addColumn('unit', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  await database.schema.alterTable('api_keys').addColumn('unit', 'text').execute();
  for (const column of ['number_sealed', 'number_hash'])
    await database.schema.alterTable('calls').addColumn(column, 'text').execute();
}

async function createTables(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('holds')
    .addColumn('hold_id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex('holds_target')
    .on('holds')
    .columns(['kind', 'target'])
    .execute();
  await database.schema
    .createTable('erased_calls')
    .addColumn('leg_id', 'text', (column) => column.primaryKey())
    .addColumn('erased_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createTable('jobs')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('lease_by', 'text')
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .execute();
}

async function createIndexes(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createIndex('calls_number_hash')
    .on('calls')
    .columns(['number_hash', 'started_at', 'leg_id'])
    .execute();
  await database.schema
    .createIndex('calls_unit')
    .on('calls')
    .columns(['unit', 'ended_at'])
    .execute();
  // Few of the many: what is not over, and what still has a number.
  await sql`create index calls_open on calls (started_at, leg_id) where ended_at is null`.execute(
    database,
  );
  await sql`create index calls_numbered on calls (ended_at)
    where from_number is not null or number_hash is not null`.execute(database);
}
