import type { Kysely } from 'kysely';

/**
 * An account may belong to an organisation unit: what its person does is kept as long as that unit
 * says. And when a webhook was last served, for whoever wonders.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema.alterTable('accounts').addColumn('unit', 'text').execute();
  await database.schema.alterTable('webhooks').addColumn('last_delivered_at', 'bigint').execute();
}
