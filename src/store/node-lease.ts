/**
 * A node's lease: as long as it is renewed, the node's open calls and seats are its own. Nodes that
 * share a store know by it which of them are alive.
 */
import type { Clock, Logger } from '../call/ports.ts';
import type { Database } from './database.ts';
import type { SeatOwner } from './seats.ts';

export interface NodeLease {
  /** When this node's earlier life last renewed its lease, epoch milliseconds. */
  readonly lastAliveAt: number | undefined;
  /** Nodes whose lease has run out. Rejects with a `StoreError`. */
  expiredNodes(): Promise<readonly string[]>;
  /** Ends the renewals and gives the lease up. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface NodeLeaseOptions {
  readonly database: Database;
  readonly owner: SeatOwner;
  readonly clock: Clock;
  readonly logger: Logger;
}

const leaseMs = 30_000;
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
  async function renew(forMs: number): Promise<void> {
    const now = clock.now();
    const row = {
      lease_id: owner.leaseId,
      lease_until: now + forMs,
      renewed_at: now,
      started_at: startedAt,
    };
    await main
      .insertInto('nodes')
      .values({ node_id: owner.nodeId, ...row })
      .onConflict((conflict) => conflict.column('node_id').doUpdateSet(row))
      .execute();
  }

  function renewLater(): void {
    cancel = clock.at(clock.now() + renewEveryMs, () => {
      renew(leaseMs)
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'lease was not renewed');
        })
        .finally(() => {
          if (!closed) renewLater();
        });
    });
  }

  await renew(leaseMs);
  renewLater();

  return {
    lastAliveAt: before?.renewed_at,
    async expiredNodes() {
      const rows = await main
        .selectFrom('nodes')
        .select('node_id')
        .where('lease_until', '<=', clock.now())
        .execute();
      return rows.map((row) => row.node_id);
    },
    async close() {
      if (closed) return;
      closed = true;
      cancel?.();
      await renew(0).catch(() => undefined);
    },
  };
}
