import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Removes the folder and all in it. */
  remove(): Promise<void>;
}

/** A new empty folder for one test. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'ringbro-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
