/** Removes what is kept no longer, each kind and each organisation unit at its own age. */
import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { Ages, RetentionAges } from '../call/ports/privacy.ts';
import type { Database } from './database.ts';
import { callIsFree, entryIsFree, meetingIsFree } from './held.ts';
import type { JobLease } from './job-lease.ts';
import { removeOldTraces } from './old-traces.ts';

/** What was removed of one unit; `undefined`: of all that have no ages of their own. */
export interface Removed {
  readonly unit: string | undefined;
  readonly calls: number;
  readonly numbers: number;
  readonly traces: number;
  readonly meetings: number;
  readonly audit: number;
}

export interface RetentionOptions {
  readonly database: Database;
  readonly lease: JobLease;
  readonly now: () => number;
}

const rowsAtOnce = 500;
const dayMs = 86_400_000;

interface Share {
  readonly unit: string | undefined;
  readonly ages: Ages;
  /** All units with ages of their own. */
  readonly named: readonly string[];
}

type Batch = () => Promise<number>;

/**
 * Removes in small batches, each a statement of its own: no other write waits long. What is held stays.
 * Undefined where another node is at it. Rejects with a `StoreError`; what was removed is removed.
 */
export async function removeOld(
  { database, lease, now }: RetentionOptions,
  { byDefault, units }: RetentionAges,
): Promise<readonly Removed[] | undefined> {
  if (!(await lease.take())) return undefined;
  const named = Object.keys(units);
  const shares: Share[] = [
    ...Object.entries(units).map(([unit, ages]) => ({ unit, ages, named })),
    { unit: undefined, ages: byDefault, named },
  ];
  const all = async (batch: Batch): Promise<number> => {
    let total = 0;
    let removed: number;
    do {
      removed = await batch();
      total += removed;
    } while (removed === rowsAtOnce && (await lease.renew()));
    return total;
  };
  try {
    const removed: Removed[] = [];
    for (const share of shares) {
      const { unit, ages } = share;
      const before = (days: number): number => now() - days * dayMs;
      removed.push({
        unit,
        calls: await all(callBatch(database, share, before(ages.records))),
        numbers: await all(numberBatch(database, share, before(ages.numbers))),
        traces: await all(traceBatch(database, share, before(ages.traces))),
        meetings: await all(meetingBatch(database, share, before(ages.records))),
        audit: await all(auditBatch(database, share, before(ages.audit))),
      });
    }
    return removed;
  } finally {
    await lease.release();
  }
}

/** Of the table that the statement is about. */
function isOf({ unit, named }: Share): RawBuilder<SqlBool> {
  if (unit !== undefined) return sql<SqlBool>`unit = ${unit}`;
  return named.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`unit not in (${sql.join(named)})`;
}

function callBatch({ main }: Database, share: Share, before: number): Batch {
  return async () => {
    const old = main
      .selectFrom('calls')
      .select('leg_id')
      .where('ended_at', '<', before)
      .where(isOf(share))
      .where(callIsFree)
      .limit(rowsAtOnce);
    const { numDeletedRows } = await main
      .deleteFrom('calls')
      .where('leg_id', 'in', old)
      .executeTakeFirst();
    return Number(numDeletedRows);
  };
}

/** Not even masked: two digits and a time may be enough to tell who it was. */
function numberBatch({ main }: Database, share: Share, before: number): Batch {
  return async () => {
    const old = main
      .selectFrom('calls')
      .select('leg_id')
      .where('ended_at', '<', before)
      // As the index over calls with a number has it.
      .where((builder) =>
        builder.or([
          builder('from_number', 'is not', null),
          builder('number_hash', 'is not', null),
        ]),
      )
      .where(isOf(share))
      .where(callIsFree)
      .limit(rowsAtOnce);
    const { numUpdatedRows } = await main
      .updateTable('calls')
      .set((builder) => ({
        from_number: null,
        number_sealed: null,
        number_hash: null,
        // A call of ours went to the person.
        to_address: builder
          .case()
          .when('direction', '=', 'outbound')
          .then('')
          .else(builder.ref('to_address'))
          .end(),
      }))
      .where('leg_id', 'in', old)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  };
}

function traceBatch(database: Database, share: Share, before: number): Batch {
  return () => removeOldTraces(database, { before, isOf: isOf(share), limit: rowsAtOnce });
}

/** Those whose booked end is that long ago, and in which nobody sits. */
function meetingBatch({ main }: Database, share: Share, before: number): Batch {
  return async () => {
    const old = main
      .selectFrom('meetings')
      .select('call_id')
      .where('ends_at', '<', before)
      .where('call_id', 'not in', main.selectFrom('seats').select('call_id'))
      .where(isOf(share))
      .where(meetingIsFree)
      .limit(rowsAtOnce);
    const { numDeletedRows } = await main
      .deleteFrom('meetings')
      .where('call_id', 'in', old)
      .executeTakeFirst();
    return Number(numDeletedRows);
  };
}

function auditBatch({ main }: Database, share: Share, before: number): Batch {
  return async () => {
    const old = main
      .selectFrom('audit')
      .select('audit_id')
      .where('at', '<', before)
      .where(isOf(share))
      .where(entryIsFree)
      .limit(rowsAtOnce);
    const { numDeletedRows } = await main
      .deleteFrom('audit')
      .where('audit_id', 'in', old)
      .executeTakeFirst();
    return Number(numDeletedRows);
  };
}
