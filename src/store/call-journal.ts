/**
 * Every answered call has one start and one end, whatever dies. The start is on disk before 200 OK;
 * what follows is written behind it, and the store follows the journal.
 */
import type { LegId } from '../call/identifiers.ts';
import type { CallJournal, CallRecord } from '../call/ports/call-records.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { CallStore, LeasedRecord } from './call-store.ts';
import { closeAbandonedCalls, mergeJournalLines } from './call-recovery.ts';
import type { JournalFile } from './journal-file.ts';
import { createJournalWriter, JournalError } from './journal-writer.ts';
import type { SeatOwner } from './seats.ts';
import { createStoreFollower } from './store-follower.ts';

export interface RecoverableCallJournal extends CallJournal {
  /**
   * Once, before the first `begin`: stores what the journal has, closes every call that an earlier
   * life of this node left open (end reason `gateway-died`) and returns those.
   * `lastAliveAt`: the last sign of that life, as the end of its calls. Epoch milliseconds.
   * Rejects with a `StoreError` or the file system's error; then nothing is lost and it may be called again.
   */
  recover(now: number, lastAliveAt?: number): Promise<readonly CallRecord[]>;
  /** Leaves out of the files what the store has: nothing is kept there for longer than in it. */
  compact(): Promise<void>;
  /** The open calls, as they are now. */
  open(): readonly CallRecord[];
  /** Brings the open calls into the store once more: another node had closed them there. */
  storeAgain(): void;
  /** Whether the last write reached the disk. */
  writable(): boolean;
  /** Calls whose newest state the store does not have yet. */
  backlog(): number;
  /** Writes and stores what waits. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface CallJournalOptions {
  readonly file: JournalFile;
  readonly calls: Pick<CallStore, 'save' | 'openCalls'>;
  readonly owner: SeatOwner;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rotateAtBytes?: number;
}

const defaultRotateAtBytes = 4 * 1024 * 1024;

const asLine = (entry: LeasedRecord): string => JSON.stringify(entry);

export function createCallJournal(options: CallJournalOptions): RecoverableCallJournal {
  const { file, calls, owner, clock, logger } = options;
  const open = new Map<LegId, LeasedRecord>();
  const follower = createStoreFollower({ save: calls.save, clock, logger });
  const writer = createJournalWriter({
    file,
    snapshot,
    rotateAtBytes: options.rotateAtBytes ?? defaultRotateAtBytes,
    clock,
    logger,
  });
  let closing: Promise<void> | undefined;

  /** Calls that are open or not yet stored; an open one may be both. */
  function snapshot(): string[] {
    const kept = new Map(open);
    for (const entry of follower.pending()) kept.set(entry.record.legId, entry);
    return [...kept.values()].map(asLine);
  }

  const leased = (record: CallRecord): LeasedRecord => ({ leaseId: owner.leaseId, record });

  async function begin(record: CallRecord): Promise<void> {
    const entry = leased(record);
    const written = (): void => {
      open.set(record.legId, entry);
      follower.add(entry);
    };
    await writer.write({ text: asLine(entry), urgent: true, written });
  }

  function update(record: CallRecord): void {
    if (!open.has(record.legId)) return;
    const entry = leased(record);
    open.set(record.legId, entry);
    follower.add(entry);
    // It waits for a disk that is full, and may be lost only when the process ends before that.
    writer.write({ text: asLine(entry), urgent: false }).catch(() => undefined);
  }

  async function end(record: CallRecord): Promise<void> {
    const entry = leased(record);
    const written = (): void => {
      open.delete(record.legId);
      follower.add(entry);
    };
    written();
    try {
      await writer.write({ text: asLine(entry), urgent: false, written });
    } catch (error) {
      // Closing: the store is as good a place.
      if (!(error instanceof JournalError) || !(await follower.flush())) throw error;
    }
  }

  async function recover(now: number, lastAliveAt?: number): Promise<readonly CallRecord[]> {
    const journaled = mergeJournalLines(await file.readLines());
    const stored = await calls.openCalls(owner.nodeId, owner.leaseId);
    for (const entry of stored) {
      if (!journaled.has(entry.record.legId)) journaled.set(entry.record.legId, entry);
    }
    const { entries, closed } = closeAbandonedCalls([...journaled.values()], now, lastAliveAt);
    if (entries.length > 0) await file.rotate(entries.map(asLine));
    for (const entry of entries) follower.add(entry);
    if (await follower.flush()) await writer.compact();
    if (closed.length > 0) logger.warn({ calls: closed.length }, 'calls of an earlier life closed');
    return closed;
  }

  async function finish(): Promise<void> {
    await follower.flush();
    await writer.close();
    follower.close();
  }

  return {
    begin,
    update,
    end,
    recover,
    compact: () => writer.compact(),
    open: () => Array.from(open.values(), (entry) => entry.record),
    storeAgain() {
      for (const entry of open.values()) follower.add(entry);
    },
    writable: () => writer.writable(),
    backlog: () => follower.pending().length,
    close: () => (closing ??= finish()),
  };
}
