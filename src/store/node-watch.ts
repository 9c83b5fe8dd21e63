/**
 * Looks after the nodes that share the store: what a dead one left open is closed by whoever finds
 * it first, what a living one holds is never touched.
 *
 * A node is taken for dead when it gave its lease up, or has not renewed it for 30 s while we could
 * read the store, and none of its callers is in a room any more. One that is slow, or cut off from
 * the store alone, keeps its calls.
 */
import type { Transaction } from 'kysely';
import type { CallRecord } from '../call/ports/call-records.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import { closedAtLastSign } from './call-recovery.ts';
import { fromCallRow, toCallRow } from './call-row.ts';
import type { Database } from './database.ts';
import { createLeaseObserver, type NodeLife } from './lease-observer.ts';
import { leaseMs } from './node-lease.ts';
import type { Schema } from './schema.ts';

export interface NodeWatch {
  /** Looks at once, beside the regular looks. Never rejects. */
  look(): Promise<void>;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface DeadNode {
  readonly nodeId: string;
  /** Its calls that were open, as they are closed now. */
  readonly calls: readonly CallRecord[];
}

export interface NodeWatchOptions {
  readonly database: Database;
  /** Our own. */
  readonly nodeId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether callers of a node that is silent are still in a room. A rejection: nobody can tell. */
  readonly callersPresent: (nodeId: string) => Promise<boolean>;
  /** Its calls are closed and its seats free. */
  readonly onDead: (node: DeadNode) => void;
}

interface WatchedLife extends NodeLife {
  readonly gaveUp: boolean;
}

const lookEveryMs = 5_000;
/** A node whose callers are seen in rooms, yet says nothing for so long, is dead all the same. */
const longestDoubtMs = 10 * 60_000;
/** For calls whose node has no row at all. */
const noLease = '';

export function watchNodes(options: NodeWatchOptions): NodeWatch {
  const { database, nodeId, clock, logger } = options;
  const gaps = { longestGapMs: 2 * lookEveryMs };
  const silent = createLeaseObserver({ silentMs: leaseMs, ...gaps });
  const lost = createLeaseObserver({ silentMs: longestDoubtMs, ...gaps });
  let cancel: (() => void) | undefined;
  let looking: Promise<void> | undefined;
  let closed = false;

  async function isDead(life: WatchedLife): Promise<boolean> {
    if (life.gaveUp || life.leaseId === noLease) return true;
    try {
      if (!(await options.callersPresent(life.nodeId))) return true;
      logger.warn({ silent: life.nodeId }, 'a node is silent but its callers are in their rooms');
      return false;
    } catch {
      return true;
    }
  }

  async function lookOnce(): Promise<void> {
    const lives = await otherLives(database, nodeId);
    const now = clock.now();
    const gone = new Set<WatchedLife>(lost.observe(now, lives));
    const suspects = new Set<WatchedLife>(silent.observe(now, lives));
    for (const life of lives) {
      const due = life.gaveUp || gone.has(life) || suspects.has(life);
      if (!due || (!gone.has(life) && !(await isDead(life)))) continue;
      const calls = await bury(database, life, clock.now());
      if (calls === undefined) continue;
      logger.warn({ dead: life.nodeId, calls: calls.length }, 'calls of a dead node closed');
      options.onDead({ nodeId: life.nodeId, calls });
    }
  }

  function look(): Promise<void> {
    looking ??= lookOnce()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'the other nodes cannot be watched');
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  function lookLater(): void {
    cancel = clock.at(clock.now() + lookEveryMs, () => {
      void look().then(() => {
        if (!closed) lookLater();
      });
    });
  }
  lookLater();

  return {
    look,
    async close() {
      closed = true;
      cancel?.();
      await looking;
    },
  };
}

/** The nodes of the store but ours, and those that have open calls though they have no row. */
async function otherLives({ main }: Database, own: string): Promise<readonly WatchedLife[]> {
  const nodes = await main.selectFrom('nodes').selectAll().where('node_id', '!=', own).execute();
  const strays = await main
    .selectFrom('calls')
    .select('node_id')
    .distinct()
    .where('state', 'in', ['ringing', 'ivr', 'waiting', 'joined'])
    .where('node_id', '!=', own)
    .where('node_id', 'not in', main.selectFrom('nodes').select('node_id'))
    .execute();
  return [
    ...nodes.map((row) => ({
      nodeId: row.node_id,
      leaseId: row.lease_id,
      renewedAt: row.renewed_at,
      gaveUp: row.lease_until <= row.renewed_at,
    })),
    ...strays.map((row) => ({
      nodeId: row.node_id,
      leaseId: noLease,
      renewedAt: 0,
      gaveUp: false,
    })),
  ];
}

/**
 * Closes the calls and frees the seats of this life, in one transaction that begins with taking its
 * row away: one node alone can do that, and none when the life was renewed meanwhile (undefined).
 */
function bury(
  { main }: Database,
  life: NodeLife,
  now: number,
): Promise<readonly CallRecord[] | undefined> {
  return main.transaction().execute(async (transaction) => {
    if (!(await removeRow(transaction, life))) return undefined;
    const lastAliveAt = life.leaseId === noLease ? undefined : life.renewedAt;
    const open = await transaction
      .selectFrom('calls')
      .selectAll()
      .where('node_id', '=', life.nodeId)
      .where('ended_at', 'is', null)
      .execute();
    const calls: CallRecord[] = [];
    for (const row of open) {
      const call = closedAtLastSign(fromCallRow(row), { reason: 'node-died', now, lastAliveAt });
      const closed = await transaction
        .updateTable('calls')
        .set(toCallRow(call, row.lease_id))
        .where('leg_id', '=', row.leg_id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      if (closed.numUpdatedRows > 0n) calls.push(call);
    }
    await transaction.deleteFrom('seats').where('node_id', '=', life.nodeId).execute();
    return calls;
  });
}

async function removeRow(
  transaction: Transaction<Schema>,
  { nodeId, leaseId, renewedAt }: NodeLife,
): Promise<boolean> {
  const removed = await transaction
    .deleteFrom('nodes')
    .where('node_id', '=', nodeId)
    .where('lease_id', '=', leaseId)
    .where('renewed_at', '=', renewedAt)
    .executeTakeFirst();
  if (removed.numDeletedRows > 0n) return true;
  if (leaseId !== noLease) return false;
  const row = await transaction
    .selectFrom('nodes')
    .select('node_id')
    .where('node_id', '=', nodeId)
    .executeTakeFirst();
  return row === undefined;
}
