/** The store's suites on a real PostgreSQL, and what only several nodes can do to it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import { type Database, openPostgresDatabase } from '../../src/store/database.ts';
import { createMeetingStore } from '../../src/store/meeting-store.ts';
import type { DeadNode } from '../../src/store/node-watch.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';
import { checkSharedSecret } from '../../src/store/shared-secret.ts';
import { openStore } from '../../src/store/store.ts';
import { startPostgresServer, type TestPostgresServer } from '../support/postgres-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { accessStoreContract } from './access-store.contract.ts';
import { guessLogContract } from './guess-log.contract.ts';
import { markBookContract } from './mark-book.contract.ts';
import { inviteeStoreContract } from './invitee-store.contract.ts';
import { keepingContract } from './keeping.contract.ts';
import { roomSystemStoreContract } from './room-system-store.contract.ts';
import { meetingStoreContract } from './meeting-store.contract.ts';
import { nodeWatchContract } from './node-watch.contract.ts';
import { createManualClock } from './manual-clock.ts';
import { callRecord, meetingDraft, silentLogger } from './records.ts';
import { resealContract } from './reseal.contract.ts';
import { storeContract } from './store.contract.ts';
import { newPostgresDatabase } from './test-databases.ts';
import { webhookStoreContract } from './webhook-store.contract.ts';

const callId = asCallId('123123123')!;

let server: TestPostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.close());

describe('after the secret was replaced, on PostgreSQL', () => {
  resealContract(() => server.newDatabase());
});

describe('invitees on PostgreSQL', () => {
  inviteeStoreContract(() => newPostgresDatabase(server));
});

describe('meetings on PostgreSQL', () => {
  meetingStoreContract(() => newPostgresDatabase(server));
});

describe('the store on PostgreSQL', () => {
  storeContract(() => newPostgresDatabase(server));
});

describe('keeping on PostgreSQL', () => {
  keepingContract(() => newPostgresDatabase(server));
});

describe('nodes on PostgreSQL', () => {
  nodeWatchContract(() => newPostgresDatabase(server));
});

describe('access on PostgreSQL', () => {
  accessStoreContract(() => newPostgresDatabase(server));
});

describe('webhooks on PostgreSQL', () => {
  webhookStoreContract(() => newPostgresDatabase(server));
});

describe('guesses on PostgreSQL', () => {
  guessLogContract(() => newPostgresDatabase(server));
  markBookContract(() => newPostgresDatabase(server));
  roomSystemStoreContract(() => newPostgresDatabase(server));
});

describe('several nodes on one PostgreSQL', () => {
  let databases: Database[];
  beforeEach(async () => {
    const url = await server.newDatabase();
    // All at once on an empty database: each brings its tables up to date.
    databases = await Promise.all([1, 2, 3, 4].map(() => openPostgresDatabase(url)));
  });
  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
  });

  const books = () =>
    databases.map((database, node) =>
      createMeetingStore({
        database,
        owner: { nodeId: `node-${node}`, leaseId: `life-${node}` },
        seal: createPinSeal('secret'),
        makeCallId: () => callId,
        now: Date.now,
      }),
    );

  /** The store of the nth caller's node. */
  const bookOf = (nodes: ReturnType<typeof books>, n: number) => nodes[n % nodes.length]!;

  test('give out exactly the seats that there are, each number once', async () => {
    const nodes = books();
    await nodes[0]?.create(meetingDraft({ maxParticipants: 25 }));
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) => bookOf(nodes, n).takeSeat(callId, asLegId(`leg-${n}`))),
    );
    const numbers = outcomes.flatMap((outcome) => (outcome.seated ? [outcome.number] : []));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, n) => n + 1));
    expect(outcomes.filter((outcome) => !outcome.seated)).toHaveLength(75);
  });

  test('never overbook while seats are taken and given back', async () => {
    const nodes = books();
    await nodes[0]?.create(meetingDraft({ maxParticipants: 3 }));
    const held = new Set<number>();
    let most = 0;
    async function comeAndGo(n: number): Promise<void> {
      const book = bookOf(nodes, n);
      for (let time = 0; time < 10; time += 1) {
        const leg = asLegId(`leg-${n}-${time}`);
        const outcome = await book.takeSeat(callId, leg);
        if (!outcome.seated) continue;
        expect(held).not.toContain(outcome.number);
        held.add(outcome.number);
        most = Math.max(most, held.size);
        for (let query = 0; query < 3; query += 1) await book.byCallId(callId);
        held.delete(outcome.number);
        await book.releaseSeat(leg);
      }
    }
    await Promise.all(Array.from({ length: 16 }, (_, n) => comeAndGo(n)));
    // How many meet is chance; that no more than three do is the promise.
    expect(most).toBeLessThanOrEqual(3);
    expect(most).toBeGreaterThan(0);
  });

  test('agree on their PIN secret, or are told so', async () => {
    const [first, second, third] = databases;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    await checkSharedSecret(first, createPinSeal('secret'));
    await checkSharedSecret(second, createPinSeal('secret'));
    await expect(checkSharedSecret(third, createPinSeal('another'))).rejects.toMatchObject({
      code: 'store/other-secret',
    });
  });

  test('may replace their PIN secret one by one, and then forget the former one', async () => {
    const [first, second] = databases;
    if (first === undefined || second === undefined) throw new Error();
    for (const secrets of ['old', 'old,new', 'old,new', 'new,old', 'old,new', 'new,old', 'new'])
      await checkSharedSecret(first, createPinSeal(secrets));
    await expect(checkSharedSecret(second, createPinSeal('old'))).rejects.toMatchObject({
      code: 'store/other-secret',
    });
  });
});

test('a store that was taken for dead brings its calls and seats back', async () => {
  const url = await server.newDatabase();
  const folders = [await temporaryFolder(), await temporaryFolder()];
  const start = async (node: 0 | 1, pinSecret = 'secret') => {
    const clock = createManualClock();
    const store = await openStore({
      folder: folders[node]?.path ?? '',
      databaseUrl: url,
      nodeId: `node-${node}`,
      pinSecret,
      makeCallId: () => callId,
      clock,
      logger: silentLogger,
    });
    return { clock, store };
  };
  const a = await start(0);
  await expect(start(1, 'another')).rejects.toMatchObject({ code: 'store/other-secret' });
  const b = await start(1);
  const dead: DeadNode[] = [];
  b.store.watchNodes({
    callersPresent: async () => false,
    onDead: (node) => dead.push(node),
  });
  const stateAtB = async () => (await b.store.calls.get(asLegId('leg')))?.state;

  await b.store.meetings.create(meetingDraft({ maxParticipants: 1 }));
  await a.store.meetings.takeSeat(callId, asLegId('leg'));
  const call = callRecord('leg', { nodeId: 'node-0', callId, state: 'joined' });
  await a.store.journal.begin(call);
  await vi.waitUntil(async () => (await stateAtB()) === 'joined');
  // Nothing of node 0 happens: its clock stands still.
  await vi.waitUntil(
    () => {
      b.clock.advance(1_000);
      return dead.length > 0;
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(await stateAtB()).toBe('ended');

  a.clock.advance(10_000);
  await vi.waitUntil(async () => (await stateAtB()) === 'joined');
  expect(await b.store.meetings.takeSeat(callId, asLegId('another'))).toEqual({
    seated: false,
    reason: 'full',
  });
  await Promise.all([a, b].map(({ store }) => store.close()));
  await Promise.all(folders.map((folder) => folder.remove()));
});
