/** Legal holds in the database. */
import type { Hold, HoldBook } from '../call/ports/privacy.ts';
import type { Database } from './database.ts';

export function createHoldBook({ main }: Database): HoldBook {
  return {
    async add({ holdId, kind, target, reason, createdAt, createdBy }) {
      await main
        .insertInto('holds')
        .values({
          hold_id: holdId,
          kind,
          target,
          reason,
          created_at: createdAt,
          created_by: createdBy,
        })
        .execute();
    },
    async list() {
      const rows = await main
        .selectFrom('holds')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('hold_id')
        .execute();
      return rows.map(
        (row) =>
          ({
            holdId: row.hold_id,
            kind: row.kind,
            target: row.target,
            reason: row.reason,
            createdAt: row.created_at,
            createdBy: row.created_by,
          }) as Hold,
      );
    },
    async lift(holdId) {
      const { numDeletedRows } = await main
        .deleteFrom('holds')
        .where('hold_id', '=', holdId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
