import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRetention } from '../src/retention-settings.ts';
import { temporaryFolder, type TemporaryFolder } from './support/temporary-folder.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function read(settings: unknown) {
  const file = join(folder.path, 'retention.json');
  await writeFile(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return readRetention(file, 90);
}

test('without a file the days hold for numbers and records', async () => {
  expect(await readRetention(undefined, 3)).toEqual({
    byDefault: { numbers: 3, records: 3, traces: 3, audit: 365 },
    units: {},
  });
});

test('a unit has the default ages but for its own', async () => {
  expect(
    await read({ default: { numbers: 30 }, units: { 'court-1': { records: 10, audit: 1000 } } }),
  ).toEqual({
    byDefault: { numbers: 30, records: 90, traces: 7, audit: 365 },
    units: { 'court-1': { numbers: 30, records: 10, traces: 7, audit: 1000 } },
  });
});

test.each([
  ['{', 'is not JSON'],
  [{ default: { records: 0 } }, 'default.records'],
  [{ default: { recordz: 1 } }, 'recordz'],
  [{ units: { 'a b': {} } }, 'units'],
])('%j is refused, and it is said why', async (settings, why) => {
  await expect(read(settings)).rejects.toThrow(why);
});

test('a file that is not there is said to be missing', async () => {
  await expect(readRetention(join(folder.path, 'none'), 90)).rejects.toThrow('ENOENT');
});
