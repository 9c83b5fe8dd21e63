/** The store of one node, put together: database, meetings, calls, journal and lease. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { CallId } from '../call/identifiers.ts';
import type { CallLog, CallRecord, Clock, Logger, MeetingBook } from '../call/ports.ts';
import { createCallJournal, type RecoverableCallJournal } from './call-journal.ts';
import { createCallStore } from './call-store.ts';
import { type Database, openSqliteDatabase } from './database.ts';
import { openJournalFile } from './journal-file.ts';
import { createMeetingStore } from './meeting-store.ts';
import { type NodeLease, openNodeLease } from './node-lease.ts';
import { createPinSeal } from './pin-seal.ts';
import { purgeEndedBefore } from './retention.ts';
import { deleteStaleSeats, type SeatOwner } from './seats.ts';

export interface StoreOptions {
  /** The node's data folder: the journal is in `journal/`, the database in `ringbro.sqlite`. */
  readonly folder: string;
  readonly nodeId: string;
  /** At least 32 random bytes, kept outside the database; PINs are sealed with it. */
  readonly secret: Uint8Array;
  readonly makeCallId: () => CallId;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Store {
  readonly meetings: MeetingBook;
  readonly calls: CallLog;
  readonly journal: Omit<RecoverableCallJournal, 'recover' | 'close'>;
  /**
   * Once, before the first call: closes what an earlier life of this node left open, releases its
   * seats, and returns its calls. Rejects with a `StoreError`; it may then be called again.
   */
  recover(now: number): Promise<readonly CallRecord[]>;
  /** Removes calls and meetings that ended before this time (epoch milliseconds). */
  purge(before: number): Promise<{ readonly calls: number; readonly meetings: number }>;
  /** Whether the database answers. */
  ready(): Promise<boolean>;
  /** Writes and stores what waits, then gives up lease and files. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Opens the store and brings its tables up to date. Rejects with a `StoreError` or the file system's error. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { folder, clock, logger } = options;
  const owner: SeatOwner = { nodeId: options.nodeId, leaseId: randomUUID() };
  const seal = createPinSeal(options.secret);
  const file = await openJournalFile(join(folder, 'journal'));
  const database = await openSqliteDatabase(join(folder, 'ringbro.sqlite'));
  const lease = await openNodeLease({ database, owner, clock, logger });
  const calls = createCallStore(database);
  const journal = createCallJournal({ file, calls, owner, clock, logger });
  const now = (): number => clock.now();
  const { makeCallId } = options;
  let closing: Promise<void> | undefined;

  return {
    meetings: createMeetingStore({ database, owner, seal, makeCallId, now }),
    calls,
    journal,
    async recover(at) {
      await deleteStaleSeats(database.main, owner);
      return journal.recover(at, lease.lastAliveAt);
    },
    purge: (before) => purgeEndedBefore(database, before),
    ready: () => answers(database),
    close: () => (closing ??= closeAll(journal, lease, database)),
  };
}

async function answers(database: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(database.main);
    return true;
  } catch {
    return false;
  }
}

async function closeAll(
  journal: RecoverableCallJournal,
  lease: NodeLease,
  database: Database,
): Promise<void> {
  await journal.close();
  await lease.close();
  await database.close();
}
