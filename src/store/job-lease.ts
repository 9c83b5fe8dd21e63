/** One node at a time does a job for all nodes of the database. */
import type { Database } from './database.ts';

export interface JobLease {
  /** False: another node is at it. */
  take(): Promise<boolean>;
  /** False: it was ours for too long, and another node may be at it now. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

const leaseMs = 10 * 60_000;

export interface JobLeaseOptions {
  readonly database: Database;
  readonly name: string;
  readonly leaseId: string;
  readonly now: () => number;
}

/** All methods reject with a `StoreError` when the database fails. */
export function createJobLease({ database, name, leaseId, now }: JobLeaseOptions): JobLease {
  const { main } = database;
  const job = () => main.updateTable('jobs').where('name', '=', name);
  return {
    async take() {
      await main
        .insertInto('jobs')
        .values({ name, lease_by: null, lease_until: 0 })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      const { numUpdatedRows } = await job()
        .set({ lease_by: leaseId, lease_until: now() + leaseMs })
        .where('lease_until', '<=', now())
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async renew() {
      const { numUpdatedRows } = await job()
        .set({ lease_until: now() + leaseMs })
        .where('lease_by', '=', leaseId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async release() {
      await job().set({ lease_by: null, lease_until: 0 }).where('lease_by', '=', leaseId).execute();
    },
  };
}
