import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asLegId, type CallId } from '../../src/call/identifiers.ts';
import { guestClaim } from '../../src/call/ports/meetings.ts';
import { type Database, openSqliteDatabase } from '../../src/store/database.ts';
import {
  createSqliteConnection,
  type SqliteConnection,
} from '../../src/store/sqlite-connection.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder;
let connection: SqliteConnection;
beforeEach(async () => {
  folder = await temporaryFolder();
  connection = createSqliteConnection({ file: join(folder.path, 'a.sqlite'), queryOnly: false });
});
afterEach(async () => {
  await connection.close();
  await folder.remove();
});

const query = async (text: string, ...parameters: (string | number | null)[]) =>
  connection.execute(text, parameters);

test('statements answer rows or changes, in the order in which they were asked', async () => {
  const answers = await Promise.all([
    query('create table t (a integer primary key, b text)'),
    query('insert into t values (?, ?), (?, ?)', 1, 'one', 2, null),
    query('select * from t order by a'),
    query('delete from t where a = 1 returning b'),
  ]);
  expect(answers.map((answer) => answer.rows)).toEqual([
    [],
    [],
    [
      { a: 1, b: 'one' },
      { a: 2, b: null },
    ],
    [{ b: 'one' }],
  ]);
  expect(answers[1].changes).toBe(2);
});

test('writes are durable and foreign keys are checked', async () => {
  const pragma = async (name: string) => (await query(`pragma ${name}`)).rows[0];
  expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await pragma('synchronous')).toEqual({ synchronous: 2 });
  expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 });
  expect(await pragma('secure_delete')).toEqual({ secure_delete: 1 });
});

test.each([
  ['insert into t values (1)', 'store/unique'],
  ['insert into t values (null)', 'store/constraint'],
  ['select * from nowhere', 'store/fault'],
])('%s is %s', async (text, code) => {
  await query('create table t (a text unique not null)');
  await query('insert into t values (1)');
  await expect(query(text)).rejects.toMatchObject({ name: 'StoreError', code });
});

test('a file that cannot be opened is unavailable, and is tried again', async () => {
  const nowhere = createSqliteConnection({ file: join(folder.path, 'b/c'), queryOnly: false });
  for (const attempt of [1, 2]) {
    await expect(nowhere.execute('select ?', [attempt])).rejects.toMatchObject({
      code: 'store/unavailable',
    });
  }
  await nowhere.close();
});

test('a transaction begins with a query and ends undone by rollback; without one that is nothing', async () => {
  await query('create table t (a integer)');
  await connection.rollback();
  await connection.execute('insert into t values (?)', [1], true);
  await query('insert into t values (2)');
  await connection.rollback();
  expect((await query('select * from t')).rows).toEqual([]);
  // One whose first query fails is open all the same, until its rollback.
  await expect(connection.execute('insert into nowhere values (1)', [], true)).rejects.toThrow();
  await query('insert into t values (3)');
  await connection.rollback();
  await query('insert into t values (4)');
  expect((await query('select * from t')).rows).toEqual([{ a: 4 }]);
});

test('a transaction that can not begin does nothing', async () => {
  await query('create table t (a integer)');
  await query('begin');
  await expect(connection.execute('insert into t values (?)', [1], true)).rejects.toMatchObject({
    code: 'store/fault',
  });
  await query('commit');
  expect((await query('select * from t')).rows).toEqual([]);
});

test('a connection for searches does not write', async () => {
  await query('create table t (a)');
  const file = join(folder.path, 'a.sqlite');
  const searching = createSqliteConnection({ file, queryOnly: true });
  expect((await searching.execute('select count(*) as n from t', [])).rows).toEqual([{ n: 0 }]);
  await expect(searching.execute('insert into t values (1)', [])).rejects.toMatchObject({
    code: 'store/unavailable',
  });
  await searching.close();
});

test('after close everything is refused, and close may be called again', async () => {
  const last = query('select 1 as one');
  await connection.close();
  expect((await last).rows).toEqual([{ one: 1 }]);
  await expect(query('select 1')).rejects.toMatchObject({ code: 'store/unavailable' });
  await connection.close();
});

describe('through Kysely', () => {
  let database: Database;
  beforeEach(async () => {
    database = await openSqliteDatabase(join(folder.path, 'b.sqlite'));
  });
  afterEach(() => database.close());

  const nodes = async () => database.main.selectFrom('nodes').select('node_id').execute();
  const row = (node_id: string) => ({
    node_id,
    lease_id: 'x',
    lease_until: 1,
    renewed_at: 1,
    started_at: 1,
  });

  const insertMeeting = sql`insert into meetings (call_id, room, room_given, time_zone, admission, after_host_leaves,
    phones_allowed, locked, seat_turns, created_at, updated_at)
    values ('123456789', 'a', 1, 'UTC', 'open', 'continue', 1, 0, 0, 1, 1)`;

  test('a procedure waits for the transaction before it, and sees what that wrote', async () => {
    let finding: Promise<unknown> | undefined;
    await database.main.transaction().execute(async (transaction) => {
      await insertMeeting.execute(transaction);
      finding = database.run('findMeeting', { column: 'call_id', value: '123456789' });
      await transaction.updateTable('meetings').set({ locked: 1 }).execute();
    });
    expect(await finding).toMatchObject({
      row: { call_id: '123456789', locked: 1 },
      invitees: [],
    });
  });

  test('a procedure that fails is undone, and what follows is served', async () => {
    await insertMeeting.execute(database.main);
    await sql`create trigger t before insert on seats begin select raise(abort, 'no'); end`.execute(
      database.main,
    );
    const taking = database.run('takeSeat', {
      ...guestClaim,
      callId: '123456789' as CallId,
      legId: asLegId('a'),
      owner: { nodeId: 'a', leaseId: 'a' },
    });
    const turns = database.main.selectFrom('meetings').select('seat_turns').execute();
    await expect(taking).rejects.toMatchObject({ code: 'store/constraint' });
    expect(await turns).toEqual([{ seat_turns: 0 }]);
  });

  test('a transaction that fails leaves nothing', async () => {
    const failing = database.main.transaction().execute(async (transaction) => {
      await transaction.insertInto('nodes').values(row('a')).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await nodes()).toEqual([]);
  });

  test('a transaction without a query is none', async () => {
    await database.main.transaction().execute(() => Promise.resolve());
    await expect(
      database.main.transaction().execute(() => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    await database.main.insertInto('nodes').values(row('a')).execute();
    // Seen by another connection: it was not within a transaction that nobody ends.
    expect(await database.search.selectFrom('nodes').select('node_id').execute()).toHaveLength(1);
  });

  test('a query outside a transaction waits for its end', async () => {
    const order: string[] = [];
    const transaction = database.main.transaction().execute(async (inside) => {
      await inside.insertInto('nodes').values(row('a')).execute();
      order.push('inside');
      await inside.insertInto('nodes').values(row('b')).execute();
    });
    const outside = nodes().then((found) => order.push(`outside saw ${found.length}`));
    await Promise.all([transaction, outside]);
    expect(order).toEqual(['inside', 'outside saw 2']);
  });

  test('a long search holds up neither this thread nor a write', async () => {
    const order: string[] = [];
    const long = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000)
      select count(*) from n`;
    const search = long.execute(database.search).then(() => order.push('search'));
    await database.main.insertInto('nodes').values(row('a')).execute();
    order.push('write');
    await search;
    expect(order).toEqual(['write', 'search']);
  });

  test('opening it again changes nothing', async () => {
    await database.main.insertInto('nodes').values(row('a')).execute();
    await database.close();
    database = await openSqliteDatabase(join(folder.path, 'b.sqlite'));
    expect(await nodes()).toEqual([{ node_id: 'a' }]);
  });
});
