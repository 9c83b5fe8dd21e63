import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

export interface FolderLock {
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/**
 * Holds a folder for this process until `close` or the process's end, however it ends: a second
 * gateway on one data folder would close the calls of the first as left behind. Throws
 * `store/folder-in-use` where another process holds it, `store/unavailable` where it cannot be written.
 *
 * SQLite's file lock is the kernel's and goes with the process, unlike a file with a process id.
 */
export function holdFolder(folder: string): FolderLock {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    const busy = cause instanceof Error && 'errcode' in cause && cause.errcode === 5;
    throw busy
      ? new StoreError('store/folder-in-use', 'another process runs on this folder', { cause })
      : new StoreError('store/unavailable', 'the folder cannot be locked', { cause });
  }
  return {
    close() {
      lock?.close();
      lock = undefined;
      return Promise.resolve();
    },
  };
}
