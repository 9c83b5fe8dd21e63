/** The guesses of all nodes, over any database of the store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { createGuessLog, deleteGuessesBefore } from '../../src/store/guess-log.ts';
import type { TestDatabase } from './test-databases.ts';

const source = '192.0.2.1 +46701234567';

export function guessLogContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('guesses come back in their order, from the time that is asked for', async () => {
    const log = createGuessLog(database, 'secret');
    for (const guess of [
      { at: 30, source: 'b' },
      { at: 10, source: 'a' },
      { at: 20, source: undefined },
    ])
      await log.add(guess);
    expect(await log.since(20)).toEqual([
      { at: 20, source: undefined },
      { at: 30, source: 'b' },
    ]);
    await deleteGuessesBefore(database, 30);
    expect(await log.since(0)).toEqual([{ at: 30, source: 'b' }]);
  });

  test('a source is hidden alike by all who have the secret, and by no other', () => {
    const hidden = createGuessLog(database, 'secret').hide(source);
    expect(hidden).toMatch(/^[\w-]{22}$/);
    expect(createGuessLog(database, 'secret').hide(source)).toBe(hidden);
    expect(createGuessLog(database, 'another').hide(source)).not.toBe(hidden);
  });
}
