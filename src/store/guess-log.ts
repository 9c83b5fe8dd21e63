/** The answers that let nobody in, of all nodes: what one counts, the others count too. */
import { createHmac } from 'node:crypto';
import type { GuessLog } from '../call/ports/nodes.ts';
import type { Database } from './database.ts';

const sourceCharacters = 22;

/**
 * Sources leave the process as keyed hashes only: they hold whole numbers. `secret` is the one that
 * the nodes share for PINs.
 */
export function createGuessLog({ main }: Database, secret: string): GuessLog {
  return {
    hide: (source) =>
      createHmac('sha256', secret)
        .update(`guess source ${source}`)
        .digest('base64url')
        .slice(0, sourceCharacters),
    async add({ at, source }) {
      await main
        .insertInto('guesses')
        .values({ at, source: source ?? null })
        .execute();
    },
    async since(from) {
      const rows = await main
        .selectFrom('guesses')
        .selectAll()
        .where('at', '>=', from)
        .orderBy('at')
        .execute();
      return rows.map(({ at, source }) => ({ at, source: source ?? undefined }));
    },
  };
}

/** Removes what counts no longer. */
export async function deleteGuessesBefore({ main }: Database, before: number): Promise<void> {
  await main.deleteFrom('guesses').where('at', '<', before).execute();
}
