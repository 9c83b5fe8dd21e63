/**
 * Group commit: lines that come while the disk is busy are written together and share one sync.
 *
 * ```
 *            write            disk done, nothing waits
 *   idle ───────────▶ writing ───────────────────────▶ idle
 *                      │    ▲
 *         disk refuses │    │ next `write` or after a wait
 *                      ▼    │
 *                    unwritable
 * ```
 *
 * A line that must be durable before its caller goes on is refused at once when the disk is; the
 * others wait until it is writable again.
 */
import type { Clock, Logger } from '../call/ports/process.ts';
import { createBackoff } from './backoff.ts';
import type { JournalFile } from './journal-file.ts';

export class JournalError extends Error {
  readonly code = 'journal/unwritable';
  constructor(options?: ErrorOptions) {
    super('the journal cannot be written', options);
    this.name = 'JournalError';
  }
}

export interface JournalLine {
  readonly text: string;
  /** Refused rather than kept when the disk does not take it. */
  readonly urgent: boolean;
  /** Called when durable, before a new file could be begun without it. */
  written?(): void;
}

export interface JournalWriter {
  /** Resolves when durable; rejects with a `JournalError` if urgent, or at `close`. */
  write(line: JournalLine): Promise<void>;
  /** Begins a new file, without what is not needed any more. Never rejects. */
  compact(): Promise<void>;
  /** False from a write that the disk refused until one that it took. */
  writable(): boolean;
  /** Writes what waits, then rejects what could not be written. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface JournalWriterOptions {
  readonly file: JournalFile;
  /** The lines that a new file has to begin with. */
  readonly snapshot: () => readonly string[];
  /** A file longer than this is replaced by a new one. */
  readonly rotateAtBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Waiting extends JournalLine {
  resolve(): void;
  reject(error: JournalError): void;
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { file, snapshot, clock, logger } = options;
  const backoff = createBackoff(firstWaitMs, longestWaitMs);
  let queue: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let cancelRetry: (() => void) | undefined;
  let rotateAtBytes = options.rotateAtBytes;
  let writable = true;
  let compactWanted = false;
  let closing: Promise<void> | undefined;

  function failed(batch: readonly Waiting[], cause: unknown): void {
    if (writable) logger.error({ err: cause }, 'journal is unwritable');
    writable = false;
    const error = new JournalError({ cause });
    for (const line of batch) if (line.urgent) line.reject(error);
    queue = [...batch.filter((line) => !line.urgent), ...queue];
  }

  async function writeBatch(): Promise<boolean> {
    const batch = queue;
    queue = [];
    try {
      await file.append(batch.map((line) => line.text));
    } catch (cause) {
      failed(batch, cause);
      return false;
    }
    if (!writable) logger.info({}, 'journal is writable again');
    writable = true;
    backoff.reset();
    for (const line of batch) {
      line.written?.();
      line.resolve();
    }
    return true;
  }

  async function rotate(): Promise<void> {
    compactWanted = false;
    try {
      await file.rotate(snapshot());
      // Twice what has to be kept, or each write would copy all of it.
      rotateAtBytes = Math.max(options.rotateAtBytes, 2 * file.size());
    } catch (error) {
      rotateAtBytes = file.size() + options.rotateAtBytes;
      logger.warn({ err: error }, 'journal file was not replaced');
    }
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0 || compactWanted) {
      if (queue.length > 0 && !(await writeBatch())) break;
      if (compactWanted || file.size() > rotateAtBytes) await rotate();
    }
  }

  function attempt(): void {
    cancelRetry?.();
    cancelRetry = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if ((queue.length === 0 && !compactWanted) || closing !== undefined) return;
      if (writable || queue.some((line) => line.urgent)) attempt();
      else cancelRetry = clock.at(clock.now() + backoff.nextMs(), attempt);
    });
  }

  async function end(): Promise<void> {
    if (queue.length > 0) attempt();
    await writing;
    if (queue.length > 0) {
      attempt();
      await writing;
    }
    cancelRetry?.();
    const error = new JournalError();
    for (const line of queue) line.reject(error);
    queue = [];
    await file.close();
  }

  return {
    write: (line) =>
      new Promise((resolve, reject) => {
        if (closing !== undefined) {
          reject(new JournalError());
          return;
        }
        queue.push({ ...line, resolve, reject });
        if (line.urgent || cancelRetry === undefined) attempt();
      }),
    async compact() {
      if (closing !== undefined) return;
      compactWanted = true;
      attempt();
      await writing;
    },
    writable: () => writable,
    close: () => (closing ??= end()),
  };
}
