/** A file of trunk settings, in a folder of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export interface TrunksFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Phones on this machine by a trunk that vouches for their numbers. */
export const vouchingTrunk = {
  name: 'phones',
  addresses: ['127.0.0.1'],
  numbers: { '+46480445511': 'sv' },
  identity: ['P-Asserted-Identity'],
} as const;

export const writeTrunksFile = async (...trunks: readonly object[]): Promise<TrunksFile> => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'trunks.json');
  await writeFile(path, JSON.stringify({ trunks }));
  return { path, remove: () => folder.remove() };
};
