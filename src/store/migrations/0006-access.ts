import type { Kysely } from 'kysely';

/** API keys, accounts, sessions, the audit log; and what calls are searched by. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await createKeys(database);
  await createAccounts(database);
  await createAudit(database);
  await database.schema.alterTable('calls').addColumn('support_code', 'text').execute();
  for (const column of ['support_code', 'sip_call_id', 'from_number'])
    await database.schema
      .createIndex(`calls_${column}`)
      .on('calls')
      .columns([column, 'started_at', 'leg_id'])
      .execute();
}

async function createKeys(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('api_keys')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute();
}

async function createAccounts(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('accounts')
    .addColumn('account_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text')
    .addColumn('subject', 'text', (column) => column.unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('disabled_at', 'bigint')
    .execute();
  await database.schema
    .createTable('sessions')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('previous_hash', 'text')
    .addColumn('previous_until', 'bigint', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('csrf_token', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('rotated_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(database, 'sessions_previous', 'sessions', 'previous_hash');
  await index(database, 'sessions_account', 'sessions', 'account_id');
}

async function createAudit(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('audit')
    .addColumn('audit_id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('target', 'text')
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('address', 'text')
    .addColumn('reason', 'text')
    .execute();
  await index(database, 'audit_at', 'audit', 'at');
  await index(database, 'audit_target', 'audit', 'target');
}

async function index(
  database: Kysely<unknown>,
  name: string,
  table: string,
  column: string,
): Promise<void> {
  await database.schema.createIndex(name).on(table).column(column).execute();
}
