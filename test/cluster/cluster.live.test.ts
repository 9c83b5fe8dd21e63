/** Nodes that talk over a real PostgreSQL: what cluster.test.ts tells of a bus in memory, once on the real one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asCallId, asLegId, asNodeId } from '../../src/call/identifiers.ts';
import type { LegId } from '../../src/call/identifiers.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { processClock } from '../../src/process-clock.ts';
import { openStore } from '../../src/store/store.ts';
import { startPostgresServer, type TestPostgresServer } from '../support/postgres-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { callRecord, silentLogger } from '../store/records.ts';

const callId = asCallId('123123123')!;
const source = '192.0.2.1 +46701234567';

let server: TestPostgresServer;
let url: string;
let opened: (() => Promise<void>)[];
beforeEach(async () => {
  server = await startPostgresServer();
  url = await server.newDatabase();
  opened = [];
});
afterEach(async () => {
  for (const close of opened.toReversed()) await close();
  await server.close();
});

async function startNode(name: string) {
  const folder = await temporaryFolder();
  opened.push(() => folder.remove());
  const store = await openStore({
    folder: folder.path,
    databaseUrl: url,
    nodeId: name,
    pinSecret: 'secret',
    makeCallId: () => callId,
    clock: processClock,
    logger: silentLogger,
  });
  opened.push(() => store.close());
  const done: string[] = [];
  const here = new Set<LegId>();
  const act = (action: string) => (legId: LegId) => {
    if (!here.has(legId)) return 'not-found';
    done.push(`${action} ${legId}`);
    return 'done';
  };
  const cluster = createCluster({
    nodeId: asNodeId(name),
    bus: store.bus,
    calls: store.calls,
    meetings: store.meetings,
    guessLog: store.guesses,
    guessLimits: { windowMs: 60_000, perSource: 2, inAll: 100, maxSources: 100 },
    clock: processClock,
    logger: silentLogger,
  });
  const calls = await cluster.serve({
    list: () => [],
    get: () => undefined,
    hasHost: () => false,
    onChange: () => () => undefined,
    meetingChanged: () => undefined,
    meetingOver: (id) => done.push(`over ${id}`),
    setHostPresent: () => undefined,
    admit: act('admit'),
    refuse: act('refuse'),
    mute: act('mute'),
    unmute: act('unmute'),
    hangUp: act('hangUp'),
    message: act('message'),
    talk: act('talk'),
    endTalk: act('endTalk'),
    move: act('move'),
    rename: act('rename'),
    people: act('people'),
    supersede: act('supersede'),
    heardOfLine: { dropped: () => undefined, taken: () => undefined },
    heardOfPerson: { calledAgain: () => undefined, removed: () => undefined },
    mutePhones: () => undefined,
    callersChanged: () => undefined,
    knock: () => undefined,
    onCaller: () => undefined,
    sayCallersAgain: () => undefined,
  });
  const hold = async (leg: string): Promise<void> => {
    here.add(asLegId(leg));
    await store.journal.begin(callRecord(leg, { nodeId: name }));
    await vi.waitUntil(() => store.journal.backlog() === 0);
  };
  const exceeded = () => cluster.guesses.exceeded(Date.now(), source);
  return { calls, cluster, done, exceeded, hold };
}

test('a guess on one node counts on the other, and on one that starts later', async () => {
  const [a, b] = [await startNode('node-a'), await startNode('node-b')];
  a.cluster.guesses.count(Date.now(), source);
  b.cluster.guesses.count(Date.now(), source);
  await vi.waitUntil(() => a.exceeded() && b.exceeded());
  const c = await startNode('node-c');
  await vi.waitUntil(() => c.exceeded());
});

test('a guess that a node could not hear counts when it hears again', async () => {
  const [a, b] = [await startNode('node-a'), await startNode('node-b')];
  a.cluster.guesses.count(Date.now(), source);
  await server.stop();
  await server.start();
  a.cluster.guesses.count(Date.now(), source);
  await vi.waitUntil(() => b.exceeded(), { timeout: 15_000 });
});

test('of many commands given crosswise at once each is done once, by the node that has the call', async () => {
  const [a, b] = [await startNode('node-a'), await startNode('node-b')];
  const legs = Array.from({ length: 20 }, (_, n) => n);
  await Promise.all(legs.flatMap((n) => [a.hold(`a-${n}`), b.hold(`b-${n}`)]));
  const outcomes = await Promise.all(
    legs.flatMap((n) => [a.calls.mute(asLegId(`b-${n}`)), b.calls.mute(asLegId(`a-${n}`))]),
  );
  expect(new Set(outcomes)).toEqual(new Set(['done']));
  expect(a.done.toSorted()).toEqual(legs.map((n) => `mute a-${n}`).toSorted());
  expect(b.done.toSorted()).toEqual(legs.map((n) => `mute b-${n}`).toSorted());
});

test('a command while the database is away is a fault of the store, and done when it is back', async () => {
  const [a, b] = [await startNode('node-a'), await startNode('node-b')];
  await b.hold('leg');
  await server.stop();
  await expect(a.calls.mute(asLegId('leg'))).rejects.toMatchObject({ code: 'store/unavailable' });
  await server.start();
  await vi.waitUntil(async () => (await a.calls.mute(asLegId('leg'))) === 'done', {
    timeout: 15_000,
  });
  expect(b.done.at(-1)).toBe('mute leg');
});
