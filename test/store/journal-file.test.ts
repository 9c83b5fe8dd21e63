import { type FileHandle, open, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournalFile } from '../../src/store/journal-file.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** Files whose syncs fail while `failing` is set: what was written before is in the file. */
const disk = { failing: false };
const openOnDisk: typeof open = async (...parameters) => {
  const handle = await open(...parameters);
  const sync = handle.datasync.bind(handle);
  const datasync = async () => (disk.failing ? Promise.reject(new Error('EIO')) : sync());
  return Object.assign(handle, { datasync }) satisfies FileHandle;
};

test('lines of a failed write are taken back, and the next go to a new file', async () => {
  const file = await openJournalFile(folder.path, openOnDisk);
  await file.append(['"before"']);
  disk.failing = true;
  await expect(file.append(['"refused"'])).rejects.toThrow('EIO');
  disk.failing = false;
  expect(await file.readLines()).toEqual(['before']);
  await file.append(['"after"']);
  expect(await file.readLines()).toEqual(['before', 'after']);
  expect(await readdir(folder.path)).toEqual(['calls-000001.jsonl', 'calls-000002.jsonl']);
  await file.close();
});

test('a rotation that fails keeps the older files', async () => {
  const file = await openJournalFile(folder.path, openOnDisk);
  await file.append(['"old"']);
  disk.failing = true;
  await expect(file.rotate(['"new"'])).rejects.toThrow('EIO');
  disk.failing = false;
  expect(await file.readLines()).toEqual(['old']);
  await file.rotate(['"new"']);
  expect(await file.readLines()).toEqual(['new']);
  await file.close();
});

test('another process goes on after the files that are there', async () => {
  const first = await openJournalFile(folder.path);
  await first.append(['1']);
  await first.close();
  const second = await openJournalFile(folder.path);
  await second.append(['2', '3']);
  expect(await second.readLines()).toEqual([1, 2, 3]);
  await second.close();
});
