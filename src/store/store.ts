/** The store of one node, put together: database, meetings, calls, journal and lease. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { CallId } from '../call/identifiers.ts';
import type { CallLog, CallRecord, Clock, Logger, MeetingBook } from '../call/ports.ts';
import { createCallJournal, type RecoverableCallJournal } from './call-journal.ts';
import { createCallStore } from './call-store.ts';
import { type Database, openSqliteDatabase } from './database.ts';
import { holdFolder } from './folder-lock.ts';
import { openJournalFile } from './journal-file.ts';
import { createMeetingStore } from './meeting-store.ts';
import { openNodeLease } from './node-lease.ts';
import { createPinSeal } from './pin-seal.ts';
import { purgeEndedBefore } from './retention.ts';
import { deleteStaleSeats, type SeatOwner } from './seats.ts';

export interface StoreOptions {
  /** The node's data folder: the journal is in `journal/`, the database in `ringbro.sqlite`. */
  readonly folder: string;
  readonly nodeId: string;
  /** At least 256 random bits as text, kept outside the database; PINs are sealed with it. */
  readonly pinSecret: string;
  readonly makeCallId: () => CallId;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Store {
  readonly meetings: MeetingBook;
  readonly calls: CallLog;
  readonly journal: Omit<RecoverableCallJournal, 'recover' | 'compact' | 'close'>;
  /**
   * Once, before the first call: closes what an earlier life of this node left open, releases its
   * seats, and returns its calls. Rejects with a `StoreError`; it may then be called again.
   */
  recover(now: number): Promise<readonly CallRecord[]>;
  /** Removes calls and meetings that ended before this time (epoch milliseconds), from the journal too. */
  purge(before: number): Promise<{ readonly calls: number; readonly meetings: number }>;
  /** Whether the database answers. */
  ready(): Promise<boolean>;
  /** Writes and stores what waits, then gives up lease and files. Idempotent, never rejects. */
  close(): Promise<void>;
}

/**
 * Opens the store and brings its tables up to date. Rejects with a `StoreError`
 * (`store/folder-in-use` where another process runs on the folder) or the file system's error.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const opened: Closable[] = [holdFolder(options.folder)];
  try {
    return await openParts(options, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

interface Closable {
  close(): Promise<void>;
}

/** Each part is put on `opened` as soon as there is something to close. */
async function openParts(options: StoreOptions, opened: Closable[]): Promise<Store> {
  const { folder, clock, logger, makeCallId } = options;
  const owner: SeatOwner = { nodeId: options.nodeId, leaseId: randomUUID() };
  const now = (): number => clock.now();
  const database = await openSqliteDatabase(join(folder, 'ringbro.sqlite'));
  opened.push(database);
  const lease = await openNodeLease({ database, owner, clock, logger });
  opened.push(lease);
  const file = await openJournalFile(join(folder, 'journal'));
  const calls = createCallStore(database);
  const journal = createCallJournal({ file, calls, owner, clock, logger });
  opened.push(journal);
  const seal = createPinSeal(options.pinSecret);
  let closing: Promise<void> | undefined;
  return {
    meetings: createMeetingStore({ database, owner, seal, makeCallId, now }),
    calls,
    journal,
    async recover(at) {
      await deleteStaleSeats(database.main, owner);
      return journal.recover(at, lease.lastAliveAt);
    },
    async purge(before) {
      const removed = await purgeEndedBefore(database, before);
      await journal.compact();
      return removed;
    },
    ready: () => answers(database),
    close: () => (closing ??= closeAll(opened)),
  };
}

/** The last opened first. */
async function closeAll(opened: readonly Closable[]): Promise<void> {
  for (const part of opened.toReversed()) await part.close();
}

async function answers(database: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(database.main);
    return true;
  } catch {
    return false;
  }
}
