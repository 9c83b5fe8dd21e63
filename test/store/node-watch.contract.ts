/** Nodes that look after each other, over any database of the store. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asCallId, asLegId, asRoomName } from '../../src/call/identifiers.ts';
import { createCallStore } from '../../src/store/call-store.ts';
import { createNumberVault } from '../../src/store/number-vault.ts';
import type { Database } from '../../src/store/database.ts';
import { createMeetingStore } from '../../src/store/meeting-store.ts';
import { openNodeLease } from '../../src/store/node-lease.ts';
import { type DeadNode, watchNodes } from '../../src/store/node-watch.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';
import { createManualClock } from './manual-clock.ts';
import { callRecord, endedRecord, meetingDraft, silentLogger } from './records.ts';
import type { TestDatabase } from './test-databases.ts';

const callId = asCallId('123123123')!;

export function nodeWatchContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let opened: { close(): Promise<void> }[];
  /** Who is still seen in a room; `unreachable`: LiveKit does not answer. */
  let inRooms: Set<string> | 'unreachable';

  beforeEach(async () => {
    testDatabase = await newDatabase();
    opened = [];
    inRooms = new Set();
  });
  afterEach(async () => {
    for (const part of opened.toReversed()) await part.close();
    await testDatabase.remove();
  });

  /** One life of a node, with a clock of its own. */
  async function startNode(nodeId: string, leaseId = `life of ${nodeId}`, clockAt = 1_000_000) {
    const database: Database = await testDatabase.open();
    const clock = createManualClock(clockAt);
    const owner = { nodeId, leaseId };
    const onRevived = vi.fn();
    const lease = await openNodeLease({ database, owner, clock, logger: silentLogger, onRevived });
    const dead: DeadNode[] = [];
    const watch = watchNodes({
      database,
      nodeId,
      clock,
      logger: silentLogger,
      callersPresent: async (node) => {
        if (inRooms === 'unreachable') throw new Error('unreachable');
        return inRooms.has(node);
      },
      onDead: (node) => dead.push(node),
    });
    opened.push(database, lease, watch);
    const calls = createCallStore(database, createNumberVault('secret'));
    return {
      database,
      clock,
      lease,
      watch,
      dead,
      onRevived,
      calls,
      meetings: createMeetingStore({
        database,
        owner,
        seal: createPinSeal('secret'),
        makeCallId: () => callId,
        now: () => clock.now(),
      }),
      save: (...records: ReturnType<typeof callRecord>[]) =>
        calls.save(records.map((record) => ({ leaseId, record: { ...record, nodeId } }))),
    };
  }
  type Node = Awaited<ReturnType<typeof startNode>>;

  const renewedAt = async ({ database }: Node, nodeId: string): Promise<number | undefined> =>
    (
      await database.main
        .selectFrom('nodes')
        .select('renewed_at')
        .where('node_id', '=', nodeId)
        .executeTakeFirst()
    )?.renewed_at;

  /** Time goes on for these nodes, and stands still for the others: they are dead, or hang. */
  async function pass(seconds: number, ...nodes: readonly Node[]): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 5) {
      for (const { clock } of nodes) clock.advance(5_000);
      await Promise.all(nodes.map(({ watch }) => watch.look()));
    }
  }

  const stateOf = async ({ calls }: Node, leg: string): Promise<string | undefined> => {
    const call = await calls.get(asLegId(leg));
    return call?.termination?.reason ?? call?.state;
  };

  test('a living node keeps its calls, however long, though its clock is an hour behind', async () => {
    const a = await startNode('node-a', 'life of node-a', 1_000_000 - 3_600_000);
    const b = await startNode('node-b');
    await a.save(callRecord('a'));
    for (let minute = 0; minute < 4; minute += 1) {
      await pass(60, a, b);
    }
    expect(await stateOf(b, 'a')).toBe('ivr');
    expect([a.dead, b.dead]).toEqual([[], []]);
  });

  test('a node that was slow for almost the length of its lease keeps its calls', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a'));
    for (let time = 0; time < 4; time += 1) {
      await pass(25, b);
      const before = await renewedAt(b, 'node-a');
      a.clock.advance(10_000);
      await vi.waitUntil(async () => (await renewedAt(b, 'node-a')) !== before);
    }
    expect(await stateOf(b, 'a')).toBe('ivr');
    expect(b.dead).toEqual([]);
  });

  test('the calls of a dead node are closed at its last sign of life and its seats are free', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await b.meetings.create(meetingDraft({ callId, maxParticipants: 1 }));
    await a.meetings.takeSeat(callId, asLegId('a'));
    await a.save(callRecord('a', { state: 'joined' }), endedRecord('over'));
    await b.save(callRecord('b'));
    await pass(30, b);
    expect(await stateOf(b, 'a')).toBe('joined');
    await pass(5, b);

    expect(await b.calls.get(asLegId('a'))).toMatchObject({
      state: 'ended',
      endedAt: 1_000_000,
      termination: { result: 'server-error', reason: 'node-died', by: 'gateway' },
    });
    expect(await stateOf(b, 'over')).toBe('hung-up');
    expect(await stateOf(b, 'b')).toBe('ivr');
    expect(b.dead.map(({ nodeId, calls }) => [nodeId, calls.map((call) => call.legId)])).toEqual([
      ['node-a', ['a']],
    ]);
    expect(await b.meetings.takeSeat(callId, asLegId('b'))).toEqual({ seated: true, number: 1 });
    await pass(60, b);
    expect(b.dead).toHaveLength(1);
  });

  test('of several nodes that find a dead one at once a single one closes its calls', async () => {
    const a = await startNode('node-a');
    const others = [
      await startNode('node-b'),
      await startNode('node-c'),
      await startNode('node-d'),
    ];
    await a.save(callRecord('a'));
    await pass(40, ...others);
    expect(others.flatMap(({ dead }) => dead)).toHaveLength(1);
  });

  test('a node that gave its lease up is not waited for', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a'));
    await a.lease.close();
    await b.watch.look();
    expect(await stateOf(b, 'a')).toBe('node-died');
  });

  test('a silent node whose callers are in their rooms is only cut off from the store', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a', { state: 'joined' }));
    inRooms = new Set(['node-a']);
    await pass(9 * 60, b);
    expect(await stateOf(b, 'a')).toBe('joined');
    inRooms = new Set();
    await pass(5, b);
    expect(await stateOf(b, 'a')).toBe('node-died');
  });

  test('ten minutes of silence are death, whoever is seen in a room', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a', { state: 'joined' }));
    inRooms = new Set(['node-a']);
    await pass(10 * 60 + 5, b);
    expect(await stateOf(b, 'a')).toBe('node-died');
  });

  test('while LiveKit does not answer the lease alone counts', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a', { state: 'joined' }));
    inRooms = 'unreachable';
    await pass(35, b);
    expect(await stateOf(b, 'a')).toBe('node-died');
  });

  test('a watcher that hung itself begins to watch anew', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a'));
    await pass(25, b);
    b.clock.advance(60_000);
    await b.watch.look();
    expect(await stateOf(b, 'a')).toBe('ivr');
  });

  test('a node that was taken for dead and lives takes its lease and its calls back', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a'), callRecord('over'));
    await pass(35, b);
    expect(await stateOf(b, 'a')).toBe('node-died');

    a.clock.advance(10_000);
    await vi.waitUntil(() => a.onRevived.mock.calls.length === 1);
    await a.save(callRecord('a', { state: 'joined' }), endedRecord('over'));
    expect(await stateOf(b, 'a')).toBe('joined');
    expect(await stateOf(b, 'over')).toBe('hung-up');
    expect(await renewedAt(b, 'node-a')).toBe(1_010_000);
    // The first end that it gives itself counts.
    await a.save(endedRecord('over', { endedAt: 99_999 }));
    expect((await b.calls.get(asLegId('over')))?.endedAt).toBe(9_000);
  });

  test('a node that starts again finds closed what another one closed', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    await a.save(callRecord('a'));
    await pass(35, b);
    const closedByItself = endedRecord('a', {
      endedAt: 5,
      termination: { result: 'server-error', reason: 'gateway-died', by: 'gateway' },
    });
    await a.save(closedByItself);
    expect(await stateOf(b, 'a')).toBe('node-died');
    await startNode('node-a', 'another life');
    await pass(25, b);
    expect(b.dead).toHaveLength(1);
  });

  test('many calls at once are saved as one after the other, each by its own rule', async () => {
    const a = await startNode('node-a');
    const b = await startNode('node-b');
    const many = Array.from({ length: 97 }, (_, index) => callRecord(`call ${index}`));
    await a.save(callRecord('goes on'), callRecord('died'), endedRecord('over'), ...many);
    await pass(35, b);
    const late = endedRecord('over', { endedAt: 99_999 });
    const closedByItself = endedRecord('died', {
      endedAt: 5,
      termination: { result: 'server-error', reason: 'gateway-died', by: 'gateway' },
    });
    const goneOn = callRecord('goes on', { state: 'joined', room: asRoomName('theirs') });
    await a.save(late, callRecord('new'), closedByItself, goneOn, endedRecord('call 96'));
    expect((await b.calls.get(asLegId('over')))?.endedAt).toBe(9_000);
    expect((await b.calls.get(asLegId('goes on')))?.room).toBe('theirs');
    const states = ['new', 'died', 'goes on', 'call 96', 'call 95'].map((leg) => stateOf(b, leg));
    expect(await Promise.all(states)).toEqual([
      'ivr',
      'node-died',
      'joined',
      'hung-up',
      'node-died',
    ]);
    await a.save();
  });

  test('calls of a node that the store knows nothing of are closed', async () => {
    const b = await startNode('node-b');
    await b.calls.save([{ leaseId: 'x', record: callRecord('a', { nodeId: 'node-a' }) }]);
    await pass(30, b);
    expect(await stateOf(b, 'a')).toBe('ivr');
    await pass(5, b);
    expect(await stateOf(b, 'a')).toBe('node-died');
  });

  test('two processes under one node id: the later one keeps the lease', async () => {
    const first = await startNode('node-a', 'first');
    const second = await startNode('node-a', 'second');
    first.clock.advance(10_000);
    second.clock.advance(20_000);
    await vi.waitUntil(async () => (await renewedAt(second, 'node-a')) === 1_020_000);
    expect(first.onRevived).not.toHaveBeenCalled();
  });
}
