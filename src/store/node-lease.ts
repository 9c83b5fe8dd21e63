/**
 * A node's lease: as long as it is renewed, the node's open calls and seats are its own. Nodes that
 * share a store know by it which of them are alive (`node-watch.ts`).
 */
import type { Clock, Logger } from '../call/ports/process.ts';
import type { Database } from './database.ts';
import type { SeatOwner } from './seats.ts';

export interface NodeLease {
  /** When this node's earlier life last renewed its lease, epoch milliseconds. */
  readonly lastAliveAt: number | undefined;
  /** Ends the renewals and gives the lease up. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface NodeLeaseOptions {
  readonly database: Database;
  readonly owner: SeatOwner;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Another node took this one for dead, and closed its calls in the store, but it lives. */
  readonly onRevived: () => void;
}

export const leaseMs = 30_000;
const renewEveryMs = 10_000;

/** Takes the lease over from the node's earlier life. Rejects with a `StoreError`. */
export async function openNodeLease(options: NodeLeaseOptions): Promise<NodeLease> {
  const { database, owner, clock, logger } = options;
  const { main } = database;
  const startedAt = clock.now();
  let cancel: (() => void) | undefined;
  let closed = false;

  const before = await main
    .selectFrom('nodes')
    .select('renewed_at')
    .where('node_id', '=', owner.nodeId)
    .executeTakeFirst();

  /** Holds the lease for so long from now. */
  const term = (forMs: number) => {
    const now = clock.now();
    return { lease_until: now + forMs, renewed_at: now };
  };
  const wholeRow = () => ({
    node_id: owner.nodeId,
    lease_id: owner.leaseId,
    started_at: startedAt,
    ...term(leaseMs),
  });

  async function takeOver(): Promise<void> {
    const row = wholeRow();
    await main
      .insertInto('nodes')
      .values(row)
      .onConflict((conflict) => conflict.column('node_id').doUpdateSet(row))
      .execute();
  }

  /** False where the lease is ours no more. */
  async function renew(forMs: number): Promise<boolean> {
    const renewed = await main
      .updateTable('nodes')
      .set(term(forMs))
      .where('node_id', '=', owner.nodeId)
      .where('lease_id', '=', owner.leaseId)
      .executeTakeFirst();
    return renewed.numUpdatedRows > 0n;
  }

  /** The lease was removed by a node that took us for dead, or taken by one that has our name. */
  async function takeBack(): Promise<void> {
    const taken = await main
      .insertInto('nodes')
      .values(wholeRow())
      .onConflict((conflict) => conflict.column('node_id').doNothing())
      .executeTakeFirst();
    if ((taken.numInsertedOrUpdatedRows ?? 0n) === 0n) {
      logger.error({}, 'another process runs under this node id');
      return;
    }
    logger.warn({}, 'this node was taken for dead: it could not renew its lease in time');
    options.onRevived();
  }

  async function renewOnce(): Promise<void> {
    try {
      if (!(await renew(leaseMs)) && !closed) await takeBack();
    } catch (error) {
      logger.warn({ err: error }, 'lease was not renewed');
    }
    if (!closed) renewLater();
  }

  function renewLater(): void {
    cancel = clock.at(clock.now() + renewEveryMs, () => void renewOnce());
  }

  await takeOver();
  renewLater();

  return {
    lastAliveAt: before?.renewed_at,
    async close() {
      if (closed) return;
      closed = true;
      cancel?.();
      await renew(0).catch(() => undefined);
    },
  };
}
