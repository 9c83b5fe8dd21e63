/** Which meetings came from the outside directory, and when it was asked last. */
import type { CallId } from '../call/identifiers.ts';
import type { Database } from './database.ts';

export interface DirectoryMarks {
  /** When the directory was asked for this meeting; undefined for a meeting that was booked here. */
  askedAt(callId: CallId): Promise<number | undefined>;
  mark(callId: CallId, at: number): Promise<void>;
}

/** Both reject with a `StoreError` when the database fails. */
export function createDirectoryMarks({ main }: Database): DirectoryMarks {
  return {
    async askedAt(callId) {
      const row = await main
        .selectFrom('directory_meetings')
        .select('asked_at')
        .where('call_id', '=', callId)
        .executeTakeFirst();
      return row?.asked_at;
    },
    async mark(callId, at) {
      await main
        .insertInto('directory_meetings')
        .values({ call_id: callId, asked_at: at })
        .onConflict((conflict) => conflict.column('call_id').doUpdateSet({ asked_at: at }))
        .execute();
    },
  };
}
