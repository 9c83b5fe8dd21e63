import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { createConnectionTurns } from '../../src/store/connection-turns.ts';
import { createSqliteDialect } from '../../src/store/sqlite-dialect.ts';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A connection that notes what it is asked and answers when told to. */
function slowConnection() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const ask = (what: string): Promise<{ rows: []; changes: undefined }> => {
    asked.push(what);
    return new Promise((resolve) => {
      answers.push(() => {
        resolve({ rows: [], changes: undefined });
      });
    });
  };
  return {
    asked,
    queries: {
      execute: (sql: string, _: readonly unknown[], begins: boolean) =>
        ask(begins ? `begin, ${sql}` : sql),
      rollback: async () => {
        await ask('rollback');
      },
    },
    /** All that was asked so far; what follows from it has been asked when this resolves. */
    answer: async () => {
      for (const answer of answers.splice(0)) answer();
      await soon();
    },
  };
}

interface Tables {
  readonly a: { readonly n: number };
  readonly b: { readonly n: number };
}

function open() {
  const turns = createConnectionTurns();
  const connection = slowConnection();
  const database = new Kysely<Tables>({ dialect: createSqliteDialect(connection.queries, turns) });
  const read = (from: Kysely<Tables>, table: 'a' | 'b'): Promise<unknown> =>
    from.selectFrom(table).select('n').execute();
  return { ...connection, turns, database, read };
}

const fromA = 'select "n" from "a"';
const fromB = 'select "n" from "b"';

test('single queries go out at once, in their order', async () => {
  const { asked, answer, database, read } = open();
  const reads = Promise.all([read(database, 'a'), read(database, 'b'), read(database, 'a')]);
  await answer();
  expect(asked).toEqual([fromA, fromB, fromA]);
  await answer();
  await reads;
});

test('while a transaction is open others wait, and then have their turns in their order', async () => {
  const { asked, answer, database, read, turns } = open();
  const transaction = database.transaction().execute(async (own) => {
    await read(own, 'a');
    await read(own, 'b');
  });
  await answer();
  expect(asked).toEqual([`begin, ${fromA}`]);

  const first = read(database, 'b');
  await soon();
  const others = Promise.all([
    first,
    turns.query({}, async () => {
      asked.push('another user of the connection');
      return Promise.resolve();
    }),
    database.transaction().execute(async (own) => read(own, 'a')),
    read(database, 'b'),
  ]);
  await answer();
  await answer();
  expect(asked.slice(1)).toEqual([fromB, 'commit']);

  await answer();
  await transaction;
  expect(asked.slice(3)).toEqual([fromB, 'another user of the connection', `begin, ${fromA}`]);
  await answer();
  expect(asked.slice(6)).toEqual(['commit']);
  await answer();
  expect(asked.slice(7)).toEqual([fromB]);
  await answer();
  await others;
});

test('a transaction that fails is undone and gives the connection back; one without queries never had to ask', async () => {
  const { asked, answer, database, read } = open();
  await database.transaction().execute(() => Promise.resolve());
  const fails = database.transaction().execute(async (own) => {
    await read(own, 'a');
    throw new Error('no');
  });
  const after = read(database, 'b');
  const failed = expect(fails).rejects.toThrow('no');
  await answer();
  await answer();
  expect(asked).toEqual([`begin, ${fromA}`, 'rollback']);
  await answer();
  await failed;
  expect(asked.slice(2)).toEqual([fromB]);
  await answer();
  await after;
});

test('a query that fails does not hold up the line', async () => {
  const turns = createConnectionTurns();
  const failing = turns.query({}, () => Promise.reject(new Error('no')));
  const next = turns.query({}, () => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});
