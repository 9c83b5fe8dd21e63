/** Short facts of meetings for all nodes; old ones go as new ones come. */
import { asCallId } from '../call/identifiers.ts';
import type { Mark, MarkBook, MarkKind } from '../call/ports/marks.ts';
import type { Database } from './database.ts';

const dayMs = 86_400_000;
const keptMs: Readonly<Record<MarkKind, number>> = {
  removed: 90 * dayMs,
  'dial-out': dayMs,
  ended: 7 * dayMs,
};

export function createMarkBook({ main }: Database, now: () => number): MarkBook {
  return {
    async add({ kind, callId, subject, at }: Mark) {
      await main
        .deleteFrom('marks')
        .where('kind', '=', kind)
        .where('at', '<', now() - keptMs[kind])
        .execute();
      const { numInsertedOrUpdatedRows } = await main
        .insertInto('marks')
        .values({ kind, call_id: callId, subject, at })
        .onConflict((conflict) =>
          conflict.columns(['kind', 'call_id', 'subject', 'at']).doNothing(),
        )
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async remove({ kind, callId, subject, at }: Mark) {
      await main
        .deleteFrom('marks')
        .where('kind', '=', kind)
        .where('call_id', '=', callId)
        .where('subject', '=', subject)
        .where('at', '=', at)
        .execute();
    },
    async since(kind, from) {
      const rows = await main
        .selectFrom('marks')
        .select(['call_id', 'subject', 'at'])
        .where('kind', '=', kind)
        .where('at', '>=', from)
        .orderBy('at')
        .execute();
      return rows.flatMap(({ call_id, subject, at }) => {
        const callId = asCallId(call_id);
        return callId === undefined ? [] : [{ kind, callId, subject, at }];
      });
    },
  };
}
