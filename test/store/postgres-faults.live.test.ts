/**
 * Faults of a real PostgreSQL, its death among them, and the bus over it. The server is this file's own: one with few
 * databases is soon recovered after a crash, where the suites' hundred take a slow disk longer than a test may wait.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NodeBus } from '../../src/call/ports/nodes.ts';
import { processClock } from '../../src/process-clock.ts';
import { type Database, openPostgresDatabase } from '../../src/store/database.ts';
import { openPostgresBus } from '../../src/store/postgres-bus.ts';
import { startPostgresServer, type TestPostgresServer } from '../support/postgres-server.ts';
import { silentLogger } from './records.ts';

let server: TestPostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.close());

describe('faults', () => {
  let database: Database;
  beforeEach(async () => {
    database = await openPostgresDatabase(await server.newDatabase());
  });
  afterEach(() => database.close());

  const select = (text: string) => sql.raw(text).execute(database.main);

  test('have the codes of the store', async () => {
    await expect(select('select * from nothing')).rejects.toMatchObject({ code: 'store/fault' });
    await expect(
      database.main.insertInto('seats').values(seat('nobody')).execute(),
    ).rejects.toMatchObject({ code: 'store/constraint' });
    await expect(select('select pg_sleep(60)')).rejects.toMatchObject({ code: 'store/busy' });
  });

  test('a search cannot write', async () => {
    await expect(database.search.deleteFrom('nodes').execute()).rejects.toMatchObject({
      code: 'store/unavailable',
    });
  });

  test('times and counts are numbers', async () => {
    const { rows } = await sql<{ at: unknown; count: unknown }>`
      select 1795353217877::bigint as at, count(*) as count from meetings`.execute(database.main);
    expect(rows).toEqual([{ at: 1_795_353_217_877, count: 0 }]);
  });

  test('a server that dies is unavailable, and is there again without a restart of ours', async () => {
    await select('select 1');
    const waiting = select('select pg_sleep(4)');
    const lost = expect(waiting).rejects.toMatchObject({ code: 'store/unavailable' });
    await server.stop();
    await lost;
    await expect(select('select 1')).rejects.toMatchObject({ code: 'store/unavailable' });
    await server.start();
    await expect(select('select 1')).resolves.toBeDefined();
  });

  test('a missing database is said at the start', async () => {
    await expect(
      openPostgresDatabase((await server.newDatabase()).replace(/test_\w+$/, 'test_missing')),
    ).rejects.toMatchObject({ code: 'store/unavailable' });
  });
});

const seat = (meeting: string) => ({
  leg_id: 'leg',
  call_id: meeting,
  number: 1,
  node_id: 'node-a',
  lease_id: 'life',
});

describe('the bus', () => {
  let url: string;
  let opened: { close(): Promise<void> }[];
  beforeEach(async () => {
    url = await server.newDatabase();
    opened = [];
  });
  afterEach(async () => {
    for (const part of opened.toReversed()) await part.close();
  });

  async function join() {
    const database = await openPostgresDatabase(url);
    const bus: NodeBus = await openPostgresBus({
      url,
      database,
      clock: processClock,
      logger: silentLogger,
    });
    opened.push(database, bus);
    const heard: string[] = [];
    const resumed = vi.fn();
    bus.onMessage((message) => heard.push(message));
    bus.onResumed(resumed);
    return { bus, heard, resumed };
  }

  test('brings every message to every node, the sender too', async () => {
    const [a, b] = [await join(), await join()];
    for (let n = 0; n < 5; n += 1) await a.bus.send(`message ${n} åäö '"`);
    const expected = Array.from({ length: 5 }, (_, n) => `message ${n} åäö '"`);
    await vi.waitFor(() => {
      expect([a.heard, b.heard]).toEqual([expected, expected]);
    });
  });

  test('takes no message that PostgreSQL would not', async () => {
    const { bus, heard } = await join();
    const longest = randomBytes(3999).toString('hex');
    await bus.send(longest);
    await expect(bus.send(`${longest}ab`)).rejects.toMatchObject({ code: 'store/fault' });
    await vi.waitFor(() => {
      expect(heard).toEqual([longest]);
    });
  });

  test('is heard again after the server was gone, and says that messages may be missing', async () => {
    const [a, b] = [await join(), await join()];
    await server.stop();
    await expect(a.bus.send('lost')).rejects.toMatchObject({ code: 'store/unavailable' });
    await server.start();
    await vi.waitFor(
      () => {
        expect([a.resumed, b.resumed].map((mock) => mock.mock.calls.length)).toEqual([1, 1]);
      },
      { timeout: 15_000 },
    );
    await a.bus.send('heard');
    await vi.waitFor(() => {
      expect(b.heard).toEqual(['heard']);
    });
  });

  test('that is closed while it tries to come back does not', async () => {
    const a = await join();
    await server.stop();
    await a.bus.close();
    await server.start();
    const b = await join();
    // Longer than the first waits of the back-off.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await b.bus.send('heard');
    await vi.waitFor(() => {
      expect(b.heard).toEqual(['heard']);
    });
    expect([a.heard, a.resumed.mock.calls]).toEqual([[], []]);
  });
});
