/** The store of one node, put together: database, meetings, calls, journal and lease. */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { CallId } from '../call/identifiers.ts';
import type { CallLog, CallRecord } from '../call/ports/call-records.ts';
import type { InviteeBook } from '../call/ports/invitees.ts';
import type { MeetingBook } from '../call/ports/meetings.ts';
import type { MarkBook } from '../call/ports/marks.ts';
import type { GuessLog, NodeBus } from '../call/ports/nodes.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { HoldBook, NumberVault, PersonBook, RetentionAges } from '../call/ports/privacy.ts';
import type { AccessStore } from '../call/ports/access.ts';
import type { RoomSystemBook } from '../call/ports/room-systems.ts';
import { createAccessStore } from './access-store.ts';
import { createCallJournal, type RecoverableCallJournal } from './call-journal.ts';
import { createCallStore } from './call-store.ts';
import { createDirectoryMarks, type DirectoryMarks } from './directory-marks.ts';
import { type Database, openPostgresDatabase, openSqliteDatabase } from './database.ts';
import { holdFolder } from './folder-lock.ts';
import { createGuessLog, deleteGuessesBefore } from './guess-log.ts';
import { createInviteeStore } from './invitee-store.ts';
import { meetingsToEnd } from './due-meetings.ts';
import { openJournalFile } from './journal-file.ts';
import { createMarkBook } from './mark-book.ts';
import { createMeetingStore } from './meeting-store.ts';
import { openNodeLease } from './node-lease.ts';
import { type NodeWatchOptions, watchNodes } from './node-watch.ts';
import { createPinSeal } from './pin-seal.ts';
import { openPostgresBus, silentBus } from './postgres-bus.ts';
import { createHoldBook } from './hold-book.ts';
import { createJobLease } from './job-lease.ts';
import { createNumberVault } from './number-vault.ts';
import { createPersonBook, removeErasedAgain } from './person-book.ts';
import { createRoomSystemStore } from './room-system-store.ts';
import { type Removed, removeOld } from './retention.ts';
import { scheduleRetention } from './retention-schedule.ts';
import { secretList } from './secret-list.ts';
import { deleteStaleSeats, type SeatOwner } from './seats.ts';
import { checkSharedSecret } from './shared-secret.ts';
import { createWebhookStore, type WebhookStore } from './webhook-store.ts';

export interface StoreOptions {
  /** The node's data folder: the journal is in `journal/`, an SQLite database in `ringbro.sqlite`. */
  readonly folder: string;
  /** `postgres://…`, shared with other nodes; undefined: SQLite in the folder. */
  readonly databaseUrl?: string | undefined;
  readonly nodeId: string;
  /** At least 256 random bits as text, kept outside the database, the same on all its nodes; PINs are sealed with it. */
  readonly pinSecret: string;
  readonly makeCallId: () => CallId;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longer than any window in which guesses count (src/meeting/guess-limiter.ts). */
const guessesKeptMs = 86_400_000;

export interface Store {
  readonly meetings: MeetingBook;
  readonly invitees: InviteeBook;
  readonly calls: CallLog;
  readonly journal: Omit<RecoverableCallJournal, 'recover' | 'compact' | 'storeAgain' | 'close'>;
  readonly guesses: GuessLog;
  readonly marks: MarkBook;
  /** Meetings that are to end at their booked end, in this time, and have not been ended. */
  meetingsToEnd(time: { readonly from: number; readonly to: number }): Promise<readonly CallId[]>;
  readonly access: AccessStore;
  readonly roomSystems: RoomSystemBook;
  readonly numbers: NumberVault;
  readonly holds: HoldBook;
  readonly persons: PersonBook;
  readonly webhooks: WebhookStore;
  readonly directory: DirectoryMarks;
  /** To the other nodes of the database; silent on SQLite, which is one node's own. */
  readonly bus: NodeBus;
  /**
   * Once, before the first call: closes what an earlier life of this node left open, releases its
   * seats, and returns its calls. Rejects with a `StoreError`; it may then be called again.
   */
  recover(now: number): Promise<readonly CallRecord[]>;
  /** From now on the calls of dead nodes are closed (`node-watch.ts`). Until `close`. */
  watchNodes(watch: Pick<NodeWatchOptions, 'callersPresent' | 'onDead'>): void;
  /**
   * Removes what is older than these ages, from our journal too. Undefined where another node is at
   * it in the database. Rejects with a `StoreError`.
   */
  removeOld(ages: RetentionAges): Promise<readonly Removed[] | undefined>;
  /** From now on that is done each hour. Until `close`. */
  keepOnlyFor(ages: RetentionAges): void;
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
  const database =
    options.databaseUrl === undefined
      ? await openSqliteDatabase(join(folder, 'ringbro.sqlite'))
      : await openPostgresDatabase(options.databaseUrl);
  opened.push(database);
  const seal = createPinSeal(options.pinSecret);
  // An SQLite file that came from a backup must open, though its PINs may not.
  if (options.databaseUrl !== undefined) await checkSharedSecret(database, seal);
  const file = await openJournalFile(join(folder, 'journal'));
  const numbers = createNumberVault(options.pinSecret);
  const calls = createCallStore(database, numbers);
  const journal = createCallJournal({ file, calls, owner, clock, logger });
  const meetings = createMeetingStore({ database, owner, seal, makeCallId, now });
  const onRevived = (): void => {
    void takeSeatsAgain(meetings, journal.open(), logger).then(() => {
      journal.storeAgain();
    });
  };
  const lease = await openNodeLease({ database, owner, clock, logger, onRevived });
  opened.push(lease, journal);
  const bus = await openBus(options, database);
  opened.push(bus);
  const access = createAccessStore(database);
  const roomSystems = createRoomSystemStore(database);
  const job = { database, name: 'retention', leaseId: owner.leaseId, now };
  const removeAllOld = async (ages: RetentionAges): Promise<readonly Removed[] | undefined> => {
    await removeErasedAgain(database, now());
    const removed = await removeOld({ database, lease: createJobLease(job), now }, ages);
    await deleteGuessesBefore(database, now() - guessesKeptMs);
    await journal.compact();
    return removed;
  };
  let closing: Promise<void> | undefined;
  return {
    meetings,
    invitees: createInviteeStore({ database, seal, randomInt: (below) => randomInt(below), now }),
    calls,
    journal,
    numbers,
    holds: createHoldBook(database),
    persons: createPersonBook({ database, numbers, now, onErased: () => journal.compact() }),
    guesses: createGuessLog(database, secretList(options.pinSecret)[0]),
    marks: createMarkBook(database, now),
    meetingsToEnd: (time) => meetingsToEnd(database, time),
    access,
    roomSystems,
    webhooks: createWebhookStore({ database, leaseId: owner.leaseId, seal }),
    directory: createDirectoryMarks(database),
    bus,
    async recover(at) {
      await deleteStaleSeats(database.main, owner);
      const closed = await journal.recover(at, lease.lastAliveAt);
      await removeErasedAgain(database, at);
      return closed;
    },
    watchNodes(watch) {
      opened.push(watchNodes({ database, nodeId: owner.nodeId, clock, logger, ...watch }));
    },
    removeOld: (ages) => removeAllOld(ages),
    keepOnlyFor(ages) {
      const run = (): Promise<readonly Removed[] | undefined> => removeAllOld(ages);
      opened.push(scheduleRetention({ run, audit: access.audit, clock, logger }));
    },
    ready: () => answers(database),
    close: () => (closing ??= closeAll(opened)),
  };
}

const openBus = (options: StoreOptions, database: Database): Promise<NodeBus> => {
  const { databaseUrl: url, clock, logger } = options;
  return url === undefined
    ? Promise.resolve(silentBus)
    : openPostgresBus({ url, database, clock, logger });
};

/** A node that was taken for dead lost its seats: they are taken again where there is room. Never rejects. */
async function takeSeatsAgain(
  meetings: MeetingBook,
  calls: readonly CallRecord[],
  logger: Logger,
): Promise<void> {
  for (const { callId, legId, state } of calls) {
    if (callId === undefined || state !== 'joined') continue;
    const outcome = await meetings.takeSeat(callId, legId).catch((err: unknown) => ({ err }));
    if (!('seated' in outcome && outcome.seated)) {
      logger.warn({ legId, ...outcome }, 'a caller goes on without a seat');
    }
  }
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
