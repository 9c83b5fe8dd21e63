import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asCallId } from '../../src/call/identifiers.ts';
import { openStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createManualClock } from './manual-clock.ts';
import { callRecord, silentLogger } from './records.ts';
import { storeContract } from './store.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('the store on SQLite', () => {
  storeContract(newSqliteDatabase);
});

test('files are for their owner alone', async () => {
  const folder = await temporaryFolder();
  const store = await openStore({
    folder: folder.path,
    nodeId: 'node-a',
    pinSecret: 'secret',
    makeCallId: () => asCallId('123123123')!,
    clock: createManualClock(),
    logger: silentLogger,
  });
  await store.journal.begin(callRecord('a'));
  const journal = join(folder.path, 'journal');
  for (const name of await readdir(journal)) {
    expect((await stat(join(journal, name))).mode & 0o077).toBe(0);
  }
  expect((await stat(join(folder.path, 'ringbro.sqlite'))).mode & 0o077).toBe(0);
  await store.close();
  await folder.remove();
});
