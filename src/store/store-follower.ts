/**
 * Brings call records into the store behind the journal: in the order in which the calls first
 * came, the newest state of each, again and again while the store is down.
 */
import type { LegId } from '../call/identifiers.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import { createBackoff } from './backoff.ts';
import type { LeasedRecord } from './call-store.ts';
import { isStoreError } from './store-error.ts';

export interface StoreFollower {
  add(entry: LeasedRecord): void;
  /** What the store does not have yet: the journal must keep it. */
  pending(): readonly LeasedRecord[];
  has(legId: LegId): boolean;
  /** Tries to store all that was added; false when it could not. */
  flush(): Promise<boolean>;
  /** No more attempts. */
  close(): void;
}

export interface StoreFollowerOptions {
  readonly save: (records: readonly LeasedRecord[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const recordsAtOnce = 100;
const firstWaitMs = 100;
const longestWaitMs = 10_000;

const isOutage = (error: unknown): boolean =>
  isStoreError(error, 'store/unavailable') || isStoreError(error, 'store/busy');

export function createStoreFollower({ save, clock, logger }: StoreFollowerOptions): StoreFollower {
  const waiting = new Map<LegId, LeasedRecord>();
  /** Records that the store does not take though it works (a bug): they must not block the others. */
  const parked = new Map<LegId, LeasedRecord>();
  const backoff = createBackoff(firstWaitMs, longestWaitMs);
  let saving: Promise<boolean> | undefined;
  let cancelRetry: (() => void) | undefined;
  let behind = false;
  let closed = false;

  const done = (entry: LeasedRecord): void => {
    const { legId } = entry.record;
    if (waiting.get(legId) === entry) waiting.delete(legId);
  };

  async function saveBatch(): Promise<void> {
    const batch = [...waiting.values()].slice(0, recordsAtOnce);
    try {
      await save(batch);
      batch.forEach(done);
    } catch (error) {
      if (isOutage(error)) throw error;
      await saveOneByOne(batch);
    }
  }

  async function saveOneByOne(batch: readonly LeasedRecord[]): Promise<void> {
    for (const entry of batch) {
      try {
        await save([entry]);
      } catch (error) {
        if (isOutage(error)) throw error;
        logger.error({ err: error, legId: entry.record.legId }, 'store refuses a call record');
        parked.set(entry.record.legId, entry);
      }
      done(entry);
    }
  }

  async function saveAll(): Promise<boolean> {
    try {
      while (waiting.size > 0 && !closed) await saveBatch();
      if (behind) logger.info({}, 'store follows the journal again');
      behind = false;
      backoff.reset();
      return waiting.size === 0;
    } catch (error) {
      if (!behind) logger.error({ err: error }, 'store is behind the journal');
      behind = true;
      if (!closed) cancelRetry = clock.at(clock.now() + backoff.nextMs(), attempt);
      return false;
    }
  }

  function attempt(): void {
    cancelRetry?.();
    cancelRetry = undefined;
    saving ??= saveAll().finally(() => {
      saving = undefined;
      if (waiting.size > 0 && cancelRetry === undefined && !closed) attempt();
    });
  }

  return {
    add(entry) {
      waiting.set(entry.record.legId, entry);
      if (!closed && cancelRetry === undefined) attempt();
    },
    pending: () => [...parked.values(), ...waiting.values()],
    has: (legId) => waiting.has(legId) || parked.has(legId),
    async flush() {
      while (waiting.size > 0) {
        if (closed) return false;
        attempt();
        if (!(await saving)) return false;
      }
      return true;
    },
    close() {
      closed = true;
      cancelRetry?.();
    },
  };
}
