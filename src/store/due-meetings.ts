/** Meetings whose booked end has passed, and that are to end then. */
import type { CallId } from '../call/identifiers.ts';
import { type MeetingOptions, withDefaultOptions } from '../meeting/meeting-options.ts';
import type { Database } from './database.ts';

/** Those with their end after `from` and not after `to` that were not ended yet (`ended` marks). Rejects with a `StoreError`. */
export async function meetingsToEnd(
  { main }: Database,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly CallId[]> {
  const rows = await main
    .selectFrom('meetings')
    .leftJoin('marks', (join) =>
      join
        .onRef('marks.call_id', '=', 'meetings.call_id')
        .onRef('marks.at', '=', 'meetings.ends_at')
        .on('marks.kind', '=', 'ended'),
    )
    .select(['meetings.call_id', 'meetings.options'])
    .where('ends_at', '>', from)
    .where('ends_at', '<=', to)
    .where('marks.at', 'is', null)
    .execute();
  return rows
    .filter(
      ({ options }) =>
        withDefaultOptions(JSON.parse(options) as Partial<MeetingOptions>).atEnd === 'end',
    )
    .map(({ call_id }) => call_id as CallId);
}
