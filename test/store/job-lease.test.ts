import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { createJobLease } from '../../src/store/job-lease.ts';
import { newSqliteDatabase, type TestDatabase } from './test-databases.ts';

let testDatabase: TestDatabase;
let database: Database;
let now: number;
beforeEach(async () => {
  now = 1_000;
  testDatabase = await newSqliteDatabase();
  database = await testDatabase.open();
});
afterEach(async () => {
  await database.close();
  await testDatabase.remove();
});

const leaseOf = (leaseId: string) =>
  createJobLease({ database, name: 'retention', leaseId, now: () => now });

test('one at a time has it, until it gives it up', async () => {
  const [a, b] = [leaseOf('a'), leaseOf('b')];
  expect([await a.take(), await b.take()]).toEqual([true, false]);
  await b.release();
  expect(await b.take()).toBe(false);
  await a.release();
  expect(await b.take()).toBe(true);
});

test('of one that died another has it ten minutes later, and the first is told when it wakes', async () => {
  const [a, b] = [leaseOf('a'), leaseOf('b')];
  await a.take();
  now += 9 * 60_000;
  expect(await a.renew()).toBe(true);
  now += 9 * 60_000;
  expect(await b.take()).toBe(false);
  now += 60_000;
  expect(await b.take()).toBe(true);
  expect(await a.renew()).toBe(false);
});
