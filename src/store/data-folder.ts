/** The data folder: one process at a time, and what a node makes once and keeps. */
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

export interface DataFolder {
  readonly path: string;
  /** The text kept under this name; `make` is asked the first time. Files are for this user alone. */
  keep(name: string, make: () => string): Promise<string>;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/**
 * Makes the folder if need be and holds it until `close` or the end of the process, however it
 * ends. Rejects with `store/folder-in-use` where another process holds it (it would close our live
 * calls as left behind) and with the system's error where it cannot be written.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  let lock: DatabaseSync | undefined = holdLock(join(path, 'lock'));
  return {
    path,
    async keep(name, make) {
      const file = join(path, name);
      const kept = await readFile(file, 'utf8').catch(() => '');
      if (kept.trim() !== '') return kept.trim();
      const made = make();
      await writeDurably(file, `${made}\n`);
      return made;
    },
    close() {
      lock?.close();
      lock = undefined;
      return Promise.resolve();
    },
  };
}

/** SQLite's file lock is the kernel's: it goes with the process, unlike a file with a process id. */
function holdLock(file: string): DatabaseSync {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    throw new StoreError('store/folder-in-use', 'another process runs on this data folder', {
      cause,
    });
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
