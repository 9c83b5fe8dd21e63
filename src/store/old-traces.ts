/** Takes what passed on the wire out of records that stay. */
import type { RawBuilder, SqlBool } from 'kysely';
import type { CallDetails } from '../call/ports/call-records.ts';
import type { Database } from './database.ts';
import { callIsFree } from './held.ts';

/** Looked at again for so long, should nobody have done it in time. */
const lookBackMs = 30 * 86_400_000;

/** One batch: how many records lost theirs. Looks for them where searches do, so that no write waits. */
export async function removeOldTraces(
  { main, search }: Database,
  {
    before,
    isOf,
    limit,
  }: {
    readonly before: number;
    readonly isOf: RawBuilder<SqlBool>;
    readonly limit: number;
  },
): Promise<number> {
  const old = await search
    .selectFrom('calls')
    .select(['leg_id', 'details'])
    .where('ended_at', '<', before)
    .where('ended_at', '>=', before - lookBackMs)
    .where('details', 'like', '%"ladder":%')
    .where(isOf)
    .where(callIsFree)
    .limit(limit)
    .execute();
  await main.transaction().execute(async (transaction) => {
    for (const { leg_id, details } of old)
      await transaction
        .updateTable('calls')
        .set({ details: withoutLadder(details) })
        .where('leg_id', '=', leg_id)
        .where(callIsFree)
        .execute();
  });
  return old.length;
}

function withoutLadder(details: string): string {
  return JSON.stringify({ ...(JSON.parse(details) as CallDetails), ladder: undefined });
}
