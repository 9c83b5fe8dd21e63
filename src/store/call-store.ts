/** The calls of all nodes, in the database. */
import type { ExpressionBuilder, ExpressionWrapper, Insertable, SqlBool } from 'kysely';
import type { EndReasonCode } from '../call/end-reasons.ts';
import type { CallLog, CallQuery, CallRecord } from '../call/ports/call-records.ts';
import type { NumberVault } from '../call/ports/privacy.ts';
import { fromCallRow, toCallRow } from './call-row.ts';
import type { Database } from './database.ts';
import type { CallsTable, Schema } from './schema.ts';

/** A record, and the life of the node that wrote it. */
export interface LeasedRecord {
  readonly leaseId: string;
  readonly record: CallRecord;
}

export interface CallStore extends CallLog {
  /**
   * Of different calls; all or none. The latest wins, but nothing changes a call that has ended: the first end counts.
   * Only `node-died` is a presumption of another node, which the one that lives may prove wrong.
   */
  save(records: readonly LeasedRecord[]): Promise<void>;
  /** The calls that other lives of this node left open. */
  openCalls(nodeId: string, exceptLeaseId: string): Promise<readonly LeasedRecord[]>;
}

type Filter = ExpressionWrapper<Schema, 'calls', SqlBool>;

/** All methods reject with a `StoreError` when the database fails. */
export function createCallStore(
  { main, search }: Database,
  numbers: Pick<NumberVault, 'hashes'>,
): CallStore {
  return {
    async save(records) {
      const rows = records.map(({ leaseId, record }) => toCallRow(record, leaseId));
      const [first] = rows;
      if (first === undefined) return;
      // One statement: each is a way to the database and back, and SQLite's others wait behind a transaction's.
      await main
        .insertInto('calls')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .column('leg_id')
            .doUpdateSet((builder) =>
              Object.fromEntries(
                columnsOf(first).map((column) => [column, builder.ref(`excluded.${column}`)]),
              ),
            )
            .where(mayChange),
        )
        .execute();
    },
    async openCalls(nodeId, exceptLeaseId) {
      const rows = await main
        .selectFrom('calls')
        .selectAll()
        .where('node_id', '=', nodeId)
        .where('ended_at', 'is', null)
        .where('lease_id', '!=', exceptLeaseId)
        .execute();
      return rows.map((row) => ({ leaseId: row.lease_id, record: fromCallRow(row) }));
    },
    async list(query) {
      const rows = await search
        .selectFrom('calls')
        .selectAll()
        .where((builder) => builder.and(filters(builder, query, numbers)))
        .orderBy('started_at', 'desc')
        .orderBy('leg_id', 'desc')
        .limit(query.limit)
        .execute();
      return rows.map(fromCallRow);
    },
    async get(legId) {
      const row = await search
        .selectFrom('calls')
        .selectAll()
        .where('leg_id', '=', legId)
        .executeTakeFirst();
      return row === undefined ? undefined : fromCallRow(row);
    },
  };
}

const columnsOf = (row: Insertable<CallsTable>) => Object.keys(row) as (keyof CallsTable)[];

/** Whether the row that is there gives way to the new one, `excluded`. */
function mayChange(
  builder: ExpressionBuilder<Schema & { readonly excluded: CallsTable }, 'calls' | 'excluded'>,
) {
  const open = builder('calls.ended_at', 'is', null);
  const presumed = builder.and([
    builder('calls.reason', '=', 'node-died' satisfies EndReasonCode),
    builder('calls.lease_id', '=', builder.ref('excluded.lease_id')),
    // A start that closes what its earlier life left open knows no more than the other node did.
    builder.or([
      builder('excluded.reason', 'is', null),
      builder('excluded.reason', '!=', 'gateway-died' satisfies EndReasonCode),
    ]),
  ]);
  return builder.or([open, presumed]);
}

function filters(
  builder: ExpressionBuilder<Schema, 'calls'>,
  query: CallQuery,
  numbers: Pick<NumberVault, 'hashes'>,
): Filter[] {
  const chosen: Filter[] = [];
  // As the index over open calls has it: there are few of them among many.
  if (query.state === 'live') chosen.push(builder('ended_at', 'is', null));
  else if (query.state !== undefined) chosen.push(builder('state', '=', query.state));
  if (query.callId !== undefined) chosen.push(builder('call_id', '=', query.callId));
  if (query.from !== undefined) chosen.push(builder('started_at', '>=', query.from));
  if (query.to !== undefined) chosen.push(builder('started_at', '<', query.to));
  if (query.result !== undefined) chosen.push(builder('result', '=', query.result));
  if (query.number !== undefined) chosen.push(builder('from_number', '=', query.number));
  if (query.wholeNumber !== undefined)
    chosen.push(builder('number_hash', 'in', numbers.hashes(query.wholeNumber)));
  if (query.sipCallId !== undefined) chosen.push(builder('sip_call_id', '=', query.sipCallId));
  if (query.supportCode !== undefined) chosen.push(builder('support_code', '=', query.supportCode));
  if (query.after !== undefined) {
    const { startedAt, legId } = query.after;
    chosen.push(
      builder(builder.refTuple('started_at', 'leg_id'), '<', builder.tuple(startedAt, legId)),
    );
  }
  return chosen;
}
