/** Puts many calls into a database at once: rows as JSON, taken apart by the database itself. */
import { sql } from 'kysely';
import type { NumberVault } from '../../src/call/ports/privacy.ts';
import { toCallRow } from '../../src/store/call-row.ts';
import type { Database } from '../../src/store/database.ts';
import { callOf, type CallPopulation } from './call-population.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

const rowsAtOnce = 2_000;

export async function fillCalls(
  { main }: Database,
  kind: DatabaseKind,
  population: CallPopulation,
  numbers: Pick<NumberVault, 'keep'>,
): Promise<void> {
  for (let from = 0; from < population.calls; from += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, population.calls - from);
    const rows = Array.from({ length: count }, (_, at) => ({
      ...toCallRow(callOf(from + at, population, numbers), 'life-1'),
    }));
    const columns = Object.keys(rows[0] ?? {});
    const names = sql.join(columns.map((name) => sql.ref(name)));
    const json = JSON.stringify(rows);
    if (kind === 'postgres') {
      await sql`insert into calls (${names})
        select ${names} from json_populate_recordset(null::calls, ${json}::json)`.execute(main);
    } else {
      const values = sql.join(columns.map((name) => sql`value ->> ${sql.lit(`$.${name}`)}`));
      await sql`insert into calls (${names}) select ${values} from json_each(${json})`.execute(
        main,
      );
    }
  }
  // What the database knows of its tables: PostgreSQL finds it out by itself, a little later.
  await sql`analyze`.execute(main);
}
