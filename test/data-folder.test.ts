import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringbro-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nothingGiven = { nodeId: undefined, apiKey: undefined };
/** What it keeps, with the password that it makes when it is asked for. */
const valuesOf = async (opening: ReturnType<typeof openDataFolder>) => {
  const { operatorPassword, ...values } = await opening;
  return { ...values, operatorPassword: await operatorPassword() };
};

describe('the data folder', () => {
  it('makes its secrets once, for the owner alone, and keeps them', async () => {
    const first = await valuesOf(openDataFolder(join(folder, 'new'), nothingGiven));
    expect(first.apiKey.length).toBeGreaterThanOrEqual(32);
    const again = await valuesOf(openDataFolder(join(folder, 'new'), nothingGiven));
    expect(again).toEqual(first);
    expect((await stat(join(folder, 'new', 'api-key'))).mode & 0o777).toBe(0o600);
  });

  it('gives the same values to two that open it at the same moment', async () => {
    const [a, b] = await Promise.all([
      valuesOf(openDataFolder(folder, nothingGiven)),
      valuesOf(openDataFolder(folder, nothingGiven)),
    ]);
    expect(a).toEqual(b);
  });

  it('prefers what the settings give and writes none of it down', async () => {
    const opened = await openDataFolder(folder, { nodeId: 'north-1', apiKey: 'k'.repeat(20) });
    expect(opened).toMatchObject({ nodeId: 'north-1', apiKey: 'k'.repeat(20) });
    await expect(stat(join(folder, 'api-key'))).rejects.toThrow();
  });

  it('names a kept file that is empty', async () => {
    await writeFile(join(folder, 'node-id'), '');
    await expect(openDataFolder(folder, nothingGiven)).rejects.toThrow(
      /node-id can't be made or read/,
    );
  });
});
