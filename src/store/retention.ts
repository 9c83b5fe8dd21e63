/** Removes what is kept no longer (RINGBRO_RETENTION_DAYS). */
import type { Database } from './database.ts';

const callsAtOnce = 500;

/**
 * Removes the calls that ended before `before` (epoch milliseconds) and the meetings whose booked
 * end is before it and in which nobody sits. Calls go in small batches: no other write waits long.
 * Returns how many were removed; rejects with a `StoreError`.
 */
export async function purgeEndedBefore(
  { main }: Database,
  before: number,
): Promise<{ readonly calls: number; readonly meetings: number }> {
  let calls = 0;
  let batch: number;
  do {
    const old = main
      .selectFrom('calls')
      .select('leg_id')
      .where('ended_at', '<', before)
      .limit(callsAtOnce);
    const removed = await main.deleteFrom('calls').where('leg_id', 'in', old).executeTakeFirst();
    batch = Number(removed.numDeletedRows);
    calls += batch;
  } while (batch === callsAtOnce);
  const meetings = await main
    .deleteFrom('meetings')
    .where('ends_at', '<', before)
    .where('call_id', 'not in', main.selectFrom('seats').select('call_id'))
    .executeTakeFirst();
  return { calls, meetings: Number(meetings.numDeletedRows) };
}
