import { beforeEach, describe, expect, test } from 'vitest';
import type { DialOutAnswer, DialOutRequest } from '../../src/call/dial-out.ts';
import type { CallerNews } from '../../src/call/caller-watch.ts';
import type { CallerSeen } from '../../src/call/host-act.ts';
import type { CallChange } from '../../src/call/call-registry.ts';
import {
  asCallId,
  asInviteeId,
  asLegId,
  asNodeId,
  asRoomName,
  type CallId,
  type LegId,
} from '../../src/call/identifiers.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import type { Guess, GuessLog } from '../../src/call/ports/nodes.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { answerTimeoutMs } from '../../src/cluster/pending-answers.ts';
import { createManualClock } from '../store/manual-clock.ts';
import { callRecord, endedRecord, silentLogger } from '../store/records.ts';
import { createMemoryBus, type MemoryBus } from './memory-bus.ts';

const callId = asCallId('123123123')!;
const leg = asLegId('leg');
const meeting = { callId, title: 'changed' } as Meeting;

let bus: MemoryBus;
let clock: ReturnType<typeof createManualClock>;
/** What all nodes read. */
let stored: Map<LegId, CallRecord>;
let guesses: Guess[];
let storeIsAway: boolean;

const guessLog: GuessLog = {
  hide: (source) => Buffer.from(source).toString('hex'),
  add: async (guess) => {
    if (storeIsAway) throw new Error('away');
    guesses.push(guess);
  },
  since: async (from) => guesses.filter(({ at }) => at >= from),
};

/** A node with a core that writes down what it is told to do. */
async function startNode(name: string) {
  const done: string[] = [];
  const live: CallRecord[] = [];
  const hosts = new Set<CallId>();
  let onChange: (change: CallChange) => void = () => undefined;
  let onCaller: (news: CallerNews) => void = () => undefined;
  const callers = new Map<LegId, CallerNews>();
  const act = (action: string) => (legId: LegId, argument?: string) => {
    if (!live.some((record) => record.legId === legId)) return 'not-found';
    const shown = argument === undefined || argument === 'operator' ? '' : ` ${argument}`;
    done.push(`${action} ${legId}${shown}`);
    return 'done';
  };
  const end = bus.connect();
  const cluster = createCluster({
    nodeId: asNodeId(name),
    bus: end,
    calls: { get: async (legId) => stored.get(legId) },
    meetings: { byCallId: async () => meeting },
    guessLog,
    guessLimits: { windowMs: 60_000, perSource: 2, inAll: 100, maxSources: 100 },
    clock,
    logger: silentLogger,
  });
  const calls = await cluster.serve({
    list: () => live,
    get: (legId) => live.find((record) => record.legId === legId),
    hasHost: (id) => hosts.has(id),
    onChange: (listener) => {
      onChange = listener;
      return () => undefined;
    },
    meetingChanged: ({ title }) => done.push(`meeting ${String(title)}`),
    meetingOver: (id) => done.push(`over ${id}`),
    setHostPresent: (id, key, change) => done.push(`host ${id} ${key} ${change}`),
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
    people: (legId, count) => act('people')(legId, String(count)),
    supersede: act('supersede'),
    heardOfLine: {
      dropped: ({ key, at }) => void done.push(`dropped ${key} at ${at}`),
      taken: (key) => void done.push(`taken ${key}`),
    },
    heardOfPerson: {
      calledAgain: ({ legId, at }) => done.push(`again ${legId} ${at}`),
      removed: (id, invitee) => done.push(`removed ${id} ${String(invitee)}`),
    },
    mutePhones: (id, muted) => done.push(`mute phones ${id} ${muted}`),
    callersChanged: () => undefined,
    knock: (id) => done.push(`knock ${id}`),
    onCaller: (listener) => {
      onCaller = listener;
    },
    sayCallersAgain: () => {
      for (const news of callers.values()) onCaller(news);
    },
  });
  return {
    name,
    end,
    cluster,
    calls,
    done,
    hold(record: CallRecord) {
      live.push(record);
      stored.set(record.legId, { ...record, nodeId: name });
    },
    /** A phone of this node at the meeting's door, or in it, or gone. */
    caller(place: 'door' | 'in' | undefined, people?: number, missing?: CallerSeen['missing']) {
      const seen: CallerSeen | undefined = place && {
        legId: leg,
        callId,
        place,
        role: 'guest',
        numberEnd: '67',
        since: 5,
        ...(people !== undefined && { people }),
        missing,
      };
      const news = { seen, legId: leg, callId, room: asRoomName('r'), before: undefined };
      callers.set(leg, { ...news, number: undefined });
      onCaller({ ...news, number: undefined });
    },
    host(present: boolean) {
      if (present) hosts.add(callId);
      else hosts.delete(callId);
      onChange({ record: callRecord('host', { callId }) });
    },
  };
}
type Node = Awaited<ReturnType<typeof startNode>>;

let a: Node;
let b: Node;
beforeEach(async () => {
  bus = createMemoryBus();
  clock = createManualClock();
  stored = new Map();
  guesses = [];
  storeIsAway = false;
  a = await startNode('node-a');
  b = await startNode('node-b');
  await bus.deliver();
});

describe('a call to a room system', () => {
  const request: DialOutRequest = {
    to: 'room-12@meet.example.org',
    name: 'Room 12',
    language: undefined,
    trunk: undefined,
  };
  const holder = asNodeId('node-b');

  test.each<DialOutAnswer>([
    { done: true, legId: leg },
    { done: false, reason: 'too-many' },
  ])('is made by the node that holds its connection, whose answer is told: %o', async (answer) => {
    const asked: unknown[] = [];
    b.calls.dialOuts.serve(async (...made) => {
      asked.push(made);
      return answer;
    });
    const answered = a.calls.dialOuts.at(holder, callId, request);
    await bus.deliver();
    await bus.deliver();
    expect(await answered).toEqual(answer);
    expect(asked).toEqual([[callId, request]]);
  });

  test('is given up where that node says nothing', async () => {
    const answered = a.calls.dialOuts.at(holder, callId, request);
    await bus.deliver();
    clock.advance(answerTimeoutMs);
    expect(await answered).toBeUndefined();
  });
});

describe('a command', () => {
  test('to a call of this node is done at once, without a message', async () => {
    a.hold(callRecord('leg'));
    const before = bus.sent.length;
    expect(await a.calls.mute(leg)).toBe('done');
    expect(bus.sent).toHaveLength(before);
  });

  test.each(['admit', 'refuse', 'mute', 'unmute', 'hangUp'] as const)(
    '%s given to another node is done by the one that holds the call',
    async (action) => {
      b.hold(callRecord('leg'));
      const outcome = a.calls[action](leg);
      await bus.deliver();
      expect(await outcome).toBe('done');
      expect(b.done).toEqual([`${action} leg`]);
      expect(a.done).toEqual([]);
    },
  );

  test.each([
    ['message', 'wrong-day'],
    ['talk', 'a-side-room'],
    ['move', '321321321'],
    ['rename', 'Anna'],
    ['people', '3'],
  ] as const)('%s takes what it needs along', async (action, argument) => {
    b.hold(callRecord('leg'));
    const outcome = a.calls[action](leg, argument);
    await bus.deliver();
    expect(await outcome).toBe('done');
    expect(b.done).toEqual([`${action} leg ${argument}`]);
  });

  test('with an argument that makes no sense is refused by the node that holds the call', async () => {
    b.hold(callRecord('leg'));
    for (const outcome of [a.calls.message(leg, 'hello'), a.calls.move(leg, '12')]) {
      await bus.deliver();
      expect(await outcome).toBe('wrong-state');
    }
    expect(b.done).toEqual([]);
  });

  test('is done by no third node', async () => {
    const c = await startNode('node-c');
    c.hold(callRecord('leg'));
    b.hold(callRecord('leg'));
    const outcome = a.calls.mute(leg);
    await bus.deliver();
    expect(await outcome).toBe('done');
    expect(c.done).toEqual([]);
  });

  test('to a call that ended on its node meanwhile says so', async () => {
    stored.set(leg, callRecord('leg', { nodeId: 'node-b' }));
    const outcome = a.calls.mute(leg);
    await bus.deliver();
    expect(await outcome).toBe('not-found');
  });

  test.each([
    ['nobody knows', undefined],
    ['is over', endedRecord('leg', { nodeId: 'node-b' })],
    ['this node has forgotten', callRecord('leg', { nodeId: 'node-a' })],
  ])('to a call that %s is not sent', async (_, record) => {
    if (record !== undefined) stored.set(leg, record);
    const before = bus.sent.length;
    expect(await a.calls.mute(leg)).toBe('not-found');
    expect(bus.sent).toHaveLength(before);
  });

  test('to a node that says nothing is unreachable after three seconds, and a late answer changes nothing', async () => {
    b.hold(callRecord('leg'));
    const outcome = a.calls.mute(leg);
    await new Promise(setImmediate);
    clock.advance(answerTimeoutMs);
    expect(await outcome).toBe('unreachable');
    await bus.deliver();
    expect(b.done).toEqual(['mute leg']);
  });

  test('that cannot be sent is unreachable at once', async () => {
    b.hold(callRecord('leg'));
    a.end.away = true;
    expect(await a.calls.mute(leg)).toBe('unreachable');
  });
});

describe('somebody who is known', () => {
  const inviteeId = asInviteeId('karin');

  test('has called at one node: the others hear so, and who was removed', async () => {
    a.cluster.peers.calledAgain({ callId, inviteeId, legId: leg, at: 5 });
    a.cluster.peers.removed(callId, inviteeId);
    a.cluster.peers.removed(callId, undefined);
    await bus.deliver();
    expect(b.done).toEqual([
      'again leg 5',
      `removed ${callId} karin`,
      `removed ${callId} undefined`,
    ]);
    expect(a.done).toEqual([]);
  });

  test('is in by a new call: the node that has the old one ends it', async () => {
    b.hold(callRecord('leg'));
    a.cluster.peers.supersede(leg);
    await bus.deliver();
    await bus.deliver();
    expect(b.done).toEqual(['supersede leg']);
  });
});

describe('a meeting', () => {
  test('that changed is read anew where it has callers, and only there', async () => {
    b.hold(callRecord('leg', { callId }));
    const c = await startNode('node-c');
    a.calls.meetingChanged(meeting);
    await bus.deliver();
    expect([a.done, b.done, c.done]).toEqual([['meeting changed'], ['meeting changed'], []]);
  });

  test('that is over is over on every node', async () => {
    a.calls.meetingOver(callId);
    await bus.deliver();
    expect([a.done, b.done]).toEqual([[`over ${callId}`], [`over ${callId}`]]);
  });

  test('has its hosts by the node that has them, until each has left', async () => {
    const c = await startNode('node-c');
    await bus.deliver();
    a.host(true);
    b.host(true);
    await bus.deliver();
    a.host(false);
    await bus.deliver();
    expect(c.done).toEqual([
      `host ${callId} node:node-a present`,
      `host ${callId} node:node-b present`,
      `host ${callId} node:node-a left`,
    ]);
    b.host(false);
    await bus.deliver();
    expect(c.done.at(-1)).toBe(`host ${callId} node:node-b left`);
  });

  test('has lost the host of a dead node, whoever found that out', async () => {
    const c = await startNode('node-c');
    await bus.deliver();
    a.host(true);
    await bus.deliver();
    b.cluster.nodeGone(asNodeId('node-a'));
    await bus.deliver();
    expect(b.done).toEqual([
      `host ${callId} node:node-a present`,
      `host ${callId} node:node-a lost`,
    ]);
    expect(c.done).toEqual(b.done);
  });

  test('shows its host to a node that starts later', async () => {
    a.host(true);
    await bus.deliver();
    const c = await startNode('node-c');
    await bus.deliver();
    expect(c.done).toEqual([`host ${callId} node:node-a present`]);
  });
});

describe('lines', () => {
  test('of other nodes are known by keys while they last, also to a node that starts later', async () => {
    const key = a.cluster.lines.key('+46701234567');
    expect(b.cluster.lines.key('+46701234567')).toBe(key);
    b.cluster.lines.line(leg, key);
    await bus.deliver();
    expect([a.cluster.lines.isLive(key), b.cluster.lines.isLive(key)]).toEqual([true, false]);
    const c = await startNode('node-c');
    await bus.deliver();
    expect(c.cluster.lines.isLive(key)).toBe(true);
    b.cluster.lines.line(leg, undefined);
    await bus.deliver();
    expect([a, c].map(({ cluster }) => cluster.lines.isLive(key))).toEqual([false, false]);
    expect(bus.sent.join()).not.toContain('46701234567');
  });

  test('of a dead node are none', async () => {
    b.cluster.lines.line(leg, 'key');
    await bus.deliver();
    a.cluster.nodeGone(asNodeId('node-b'));
    expect(a.cluster.lines.isLive('key')).toBe(false);
  });

  test('that broke are told to the others, and so is that the way back was offered', async () => {
    b.cluster.lines.dropped({ key: 'key', callId, at: 7 });
    b.cluster.lines.taken('key');
    await bus.deliver();
    expect(a.done).toEqual(['dropped key at 7', 'taken key']);
    expect(b.done).toEqual([]);
  });
});

describe('phones of other nodes', () => {
  test('say how many people share them, and whether their picture is missing', async () => {
    b.caller('in', 3, 'gone');
    await bus.deliver();
    expect(a.cluster.others.callers(callId)).toMatchObject([{ people: 3, missing: 'gone' }]);
  });

  test('at the door knock at every node, once, and are known until they go', async () => {
    b.caller('door');
    await bus.deliver();
    expect(a.done).toEqual([`knock ${callId}`]);
    expect(a.cluster.others.callers(callId)).toEqual([
      { legId: leg, callId, place: 'door', role: 'guest', numberEnd: '67', since: 5 },
    ]);
    expect(b.cluster.others.callers(callId)).toEqual([]);
    b.caller('in');
    await bus.deliver();
    expect(a.cluster.others.callers(callId)[0]?.place).toBe('in');
    b.caller(undefined);
    await bus.deliver();
    expect(a.cluster.others.callers(callId)).toEqual([]);
    expect(a.done).toHaveLength(1);
  });

  test('are told to a node that starts later, and go with their node', async () => {
    b.caller('door');
    await bus.deliver();
    const c = await startNode('node-c');
    await bus.deliver();
    expect(c.cluster.others.callers(callId)).toHaveLength(1);
    a.cluster.nodeGone(asNodeId('node-b'));
    await bus.deliver();
    expect(c.cluster.others.callers(callId)).toEqual([]);
  });

  test('are muted on every node, those of the one that was asked too', async () => {
    a.calls.mutePhones(callId, true);
    await bus.deliver();
    expect([a.done, b.done]).toEqual([
      [`mute phones ${callId} true`],
      [`mute phones ${callId} true`],
    ]);
    b.cluster.others.mutePhones(callId, false);
    await bus.deliver();
    expect([a.done.length, b.done.length]).toEqual([2, 1]);
  });
});

describe('guesses', () => {
  const source = '192.0.2.1 +46701234567';

  test('of one source count together, whichever node they come to', async () => {
    a.cluster.guesses.count(clock.now(), source);
    await bus.deliver();
    expect(b.cluster.guesses.exceeded(clock.now(), source)).toBe(false);
    b.cluster.guesses.count(clock.now(), source);
    await bus.deliver();
    expect(a.cluster.guesses.exceeded(clock.now(), source)).toBe(true);
    expect(b.cluster.guesses.exceeded(clock.now(), source)).toBe(true);
  });

  test('leave the node without the number', async () => {
    a.cluster.guesses.count(clock.now(), source);
    await bus.deliver();
    expect(bus.sent.join()).not.toContain('+46701234567');
    expect(JSON.stringify(guesses)).not.toContain('+46701234567');
  });

  test('are known to a node that starts later', async () => {
    for (let n = 0; n < 2; n += 1) a.cluster.guesses.count(clock.now(), source);
    await bus.deliver();
    const c = await startNode('node-c');
    expect(c.cluster.guesses.exceeded(clock.now(), source)).toBe(true);
  });

  test('that were missed are counted when the node hears again, and none twice', async () => {
    b.cluster.guesses.count(clock.now(), source);
    await bus.deliver();
    b.end.away = true;
    a.cluster.guesses.count(clock.now(), 'another');
    await bus.deliver();
    b.end.away = false;
    await bus.deliver();
    expect(b.cluster.guesses.exceeded(clock.now(), source)).toBe(false);
    b.cluster.guesses.count(clock.now(), 'another');
    expect(b.cluster.guesses.exceeded(clock.now(), 'another')).toBe(true);
  });
});

describe('while the store is away', () => {
  const source = '192.0.2.1 +46701234567';

  test('guesses count here, and everywhere when the node hears again', async () => {
    storeIsAway = true;
    a.end.away = true;
    for (let n = 0; n < 2; n += 1) a.cluster.guesses.count(clock.now(), source);
    await bus.deliver();
    expect(a.cluster.guesses.exceeded(clock.now(), source)).toBe(true);
    expect(b.cluster.guesses.exceeded(clock.now(), source)).toBe(false);
    storeIsAway = false;
    a.end.away = false;
    await bus.deliver();
    expect(a.cluster.guesses.exceeded(clock.now(), source)).toBe(true);
    expect(b.cluster.guesses.exceeded(clock.now(), source)).toBe(true);
    expect(guesses).toHaveLength(2);
  });
});

test('a message that makes no sense is passed over', async () => {
  const stranger = bus.connect();
  for (const text of ['', '{}', '{"type":"command"}', '{"type":"dance","from":"node-c"}', 'null'])
    await stranger.send(text);
  await bus.deliver();
  expect([a.done, b.done]).toEqual([[], []]);
});
