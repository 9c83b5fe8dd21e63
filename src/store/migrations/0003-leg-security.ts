import type { Kysely } from 'kysely';

/** How the caller's leg was protected: signalling, media and suite, as JSON. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema.alterTable('calls').addColumn('security', 'text').execute();
}
