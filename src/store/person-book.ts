/** The calls of one person: found by the keyed hash of their number, handed out or removed. */
import type { NumberVault, PersonBook } from '../call/ports/privacy.ts';
import { fromCallRow } from './call-row.ts';
import type { Database } from './database.ts';
import { callIsFree, callIsHeld } from './held.ts';

const callsAtOnce = 500;
/** Longer than any node's journal still has a call that is over. */
const erasedKeptMs = 7 * 86_400_000;

export interface PersonBookOptions {
  readonly database: Database;
  readonly numbers: Pick<NumberVault, 'hashes'>;
  readonly now: () => number;
  /** What is gone from the database goes from elsewhere, too. */
  readonly onErased: () => Promise<void>;
}

export function createPersonBook(options: PersonBookOptions): PersonBook {
  const { database, numbers, now, onErased } = options;
  const { main, search } = database;

  async function eraseBatch(hashes: readonly string[]): Promise<number> {
    return main.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('calls')
        .select('leg_id')
        .where('number_hash', 'in', hashes)
        .where('ended_at', 'is not', null)
        .where(callIsFree)
        .limit(callsAtOnce)
        .execute();
      if (rows.length === 0) return 0;
      const erased = rows.map(({ leg_id }) => ({ leg_id, erased_at: now() }));
      await transaction
        .insertInto('erased_calls')
        .values(erased)
        .onConflict((conflict) => conflict.column('leg_id').doNothing())
        .execute();
      const { numDeletedRows } = await transaction
        .deleteFrom('calls')
        .where(
          'leg_id',
          'in',
          rows.map(({ leg_id }) => leg_id),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    });
  }

  async function count(hashes: readonly string[], which: 'held' | 'live'): Promise<number> {
    const all = main
      .selectFrom('calls')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .where('number_hash', 'in', hashes);
    const chosen =
      which === 'live'
        ? all.where('ended_at', 'is', null)
        : all.where('ended_at', 'is not', null).where(callIsHeld);
    return Number((await chosen.executeTakeFirstOrThrow()).count);
  }

  return {
    async callsOf(number, limit) {
      const rows = await search
        .selectFrom('calls')
        .selectAll()
        .where('number_hash', 'in', numbers.hashes(number))
        .orderBy('started_at', 'desc')
        .orderBy('leg_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(fromCallRow);
    },
    async erase(number) {
      const hashes = numbers.hashes(number);
      let erased = 0;
      let batch: number;
      do {
        batch = await eraseBatch(hashes);
        erased += batch;
      } while (batch === callsAtOnce);
      if (erased > 0) await onErased();
      return { erased, held: await count(hashes, 'held'), live: await count(hashes, 'live') };
    },
  };
}

/** Calls that a node's journal brought back after they were erased. */
export async function removeErasedAgain({ main }: Database, now: number): Promise<void> {
  await main
    .deleteFrom('calls')
    .where('leg_id', 'in', main.selectFrom('erased_calls').select('leg_id'))
    .execute();
  await main
    .deleteFrom('erased_calls')
    .where('erased_at', '<', now - erasedKeptMs)
    .execute();
}
