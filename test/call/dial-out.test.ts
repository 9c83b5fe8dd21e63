import { describe, expect, test } from 'vitest';
import { createDialOut, type DialOutRequest } from '../../src/call/dial-out.ts';
import { asLegId, asNodeId } from '../../src/call/identifiers.ts';
import type { MarkBook } from '../../src/call/ports/marks.ts';
import type { Binding } from '../../src/call/ports/room-systems.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import {
  createCallWorld,
  createMeeting,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import { createMemoryMarks } from '../support/memory-marks.ts';
import type { FakeBehaviour, FakeCallee } from '../support/fake-callee.ts';

const person = '+46701234567';
const room = 'room-12@meet.example.org';
const goneRoom = 'room-13@meet.example.org';
/** Registered at another node. */
const farRooms = new Map<string, Pick<Binding, 'nodeId' | 'transport'>>([
  ['far@meet.example.org', { nodeId: 'two', transport: 'tls' }],
  ['far-udp@meet.example.org', { nodeId: 'two', transport: 'udp' }],
]);

interface Dialled {
  readonly world: CallWorld;
  readonly callee: FakeCallee;
  readonly dialOut: (
    request?: Partial<DialOutRequest>,
    where?: 'here',
  ) => ReturnType<ReturnType<typeof createDialOut>>;
}

let handedOver: string[] = [];
let isSilent = false;

const setUp = async (
  behaviour: FakeBehaviour = 'answers',
  meeting: Partial<Meeting> = {},
  marks: MarkBook = createMemoryMarks(),
): Promise<Dialled> => {
  handedOver = [];
  isSilent = false;
  const world = await createCallWorld({ meetings: [createMeeting(meeting)] });
  const callee = world.engine.expect(person, behaviour);
  let legs = 0;
  const dialOut = createDialOut({
    settings: {
      prefixes: ['+46'],
      trunk: 'carrier',
      callerNumber: '+46480445511',
      ringLimitMs: 30_000,
      perHour: 10,
      perMeetingAndHour: 10,
      perNumberAndHour: 10,
    },
    core: world.core,
    dial: (request, signal) => world.engine.dial(request, signal),
    hasTrunk: (name) => name === 'carrier',
    roomSystems: {
      has: async (address) => address === room || address === goneRoom || farRooms.has(address),
      whereIs: async (address) =>
        address === room ? { nodeId: 'one', transport: 'udp' } : farRooms.get(address),
    },
    nodeId: asNodeId('one'),
    elsewhere: async (node, callId, { to }) => {
      handedOver.push(`${node} ${callId} ${to}`);
      return isSilent ? undefined : { done: true, legId: asLegId('far') };
    },
    meetings: { byCallId: async (callId) => world.meetings.get(callId) },
    marks,
    hide: (number) => `hidden ${number.slice(-4)}`,
    newLegId: () => asLegId(`out-${++legs}`),
    clock: world.clock,
    logger: world.logger,
  });
  return {
    world,
    callee,
    dialOut: (request = {}, where) =>
      dialOut(
        meetingId(),
        { to: person, name: undefined, language: undefined, trunk: undefined, ...request },
        where,
      ),
  };
};
const reasonOf = ({ ended }: CallWorld): string | undefined => ended.at(-1)?.termination?.reason;

describe('a room system that registered at another node', () => {
  const far = 'far@meet.example.org';

  test('is called by that node', async () => {
    const { dialOut } = await setUp();
    expect(await dialOut({ to: far })).toEqual({ done: true, legId: 'far' });
    expect(handedOver).toEqual([`two ${meetingId()} ${far}`]);
  });

  test('over TCP or TLS cannot be called where that node says nothing', async () => {
    const { dialOut } = await setUp();
    isSilent = true;
    expect(await dialOut({ to: far })).toEqual({ done: false, reason: 'node-silent' });
  });

  test('over UDP is called from here then', async () => {
    const { world, dialOut } = await setUp();
    isSilent = true;
    const callee = world.engine.expect('sip:far-udp@meet.example.org', 'answers');
    expect(await dialOut({ to: 'far-udp@meet.example.org' })).toMatchObject({ done: true });
    await world.clock.advance(3_000);
    expect(callee.request).toMatchObject({ to: 'sip:far-udp@meet.example.org' });
  });

  test('is not handed on by a node that was asked to call it', async () => {
    const { dialOut } = await setUp();
    expect(await dialOut({ to: far }, 'here')).toMatchObject({ done: true });
    expect(handedOver).toEqual([]);
  });
});

describe('somebody who is called into a meeting', () => {
  test('may be a room system of our own: by its address, with no trunk, where it is registered', async () => {
    const { world, dialOut } = await setUp();
    const callee = world.engine.expect(`sip:${room}`, 'answers');
    expect(await dialOut({ to: goneRoom })).toEqual({ done: false, reason: 'no-trunk' });
    expect(await dialOut({ to: 'room-14@meet.example.org' })).toMatchObject({ done: false });
    expect(await dialOut({ to: `sip:${room.toUpperCase()}` })).toMatchObject({ done: true });
    await world.clock.advance(3_000);
    expect(callee.request).toMatchObject({ to: `sip:${room}`, trunk: undefined });
    callee.caller?.press('1');
    await world.clock.advance(10_000);
    expect(callee.caller?.joinedAs?.attributes).toMatchObject({ 'ringbro.roomSystem': room });
    callee.caller?.hangUp();
    await world.clock.advance(1_000);
    expect(world.ended.at(-1)).toMatchObject({ to: room, details: { roomSystem: room } });
  });

  test('hears who calls, presses 1 and is in, past PIN and lobby, in the record as outbound', async () => {
    const { world, callee, dialOut } = await setUp('answers', {
      admission: 'lobby',
      guestPin: '4711',
      locked: true,
    });
    expect(await dialOut({ language: 'da' })).toEqual({ done: true, legId: 'out-1' });
    await world.clock.advance(3_000);
    expect(callee.request).toMatchObject({ trunk: 'carrier', callerNumber: '+46480445511' });
    expect(callee.caller?.joinedAs).toBeUndefined();
    callee.caller?.press('1');
    await world.clock.advance(10_000);
    expect(callee.caller?.heardInRoom).toBe(true);
    callee.caller?.hangUp();
    await world.clock.advance(1_000);
    const record = world.ended[0]!;
    expect(record).toMatchObject({ direction: 'outbound', from: '+46480445511', state: 'ended' });
    expect(record.to).not.toContain('0123456');
    expect(record.termination?.reason).toBe('hung-up');
    const said = record.timeline.flatMap(({ fields }) => fields?.['phrases'] ?? []);
    expect(said[0]).toBe('dial-out-from dial-out-join');
  });

  test('who only listens, as an answering machine does, never joins', async () => {
    const { world, callee, dialOut } = await setUp();
    await dialOut();
    await world.clock.advance(90_000);
    expect(callee.caller?.joinedAs).toBeUndefined();
    expect(callee.over).toBe(true);
    expect(reasonOf(world)).toBe('not-accepted');
  });

  test.each([
    ['busy', 'busy'],
    ['declines', 'rejected'],
    ['rings', 'no-answer'],
  ] as const)('who %s leaves a record that says %s', async (behaviour, reason) => {
    const { world, dialOut } = await setUp(behaviour);
    await dialOut();
    await world.clock.advance(40_000);
    expect(reasonOf(world)).toBe(reason);
    expect(world.ended[0]).toMatchObject({ direction: 'outbound', answeredAt: undefined });
  });

  test('is not called any longer when an operator hangs up', async () => {
    const { world, callee, dialOut } = await setUp('rings');
    await dialOut();
    await world.clock.advance(1_000);
    expect(world.core.hangUp(asLegId('out-1'))).toBe('done');
    await world.clock.advance(1_000);
    expect(callee.over).toBe(true);
    expect(world.ended).toHaveLength(1);
  });

  test('is told where the meeting is over by then', async () => {
    const { world, callee, dialOut } = await setUp();
    await dialOut();
    await world.clock.advance(3_000);
    world.meetings.clear();
    callee.caller?.press('1');
    await world.clock.advance(10_000);
    expect(reasonOf(world)).toBe('meeting-ended');
  });
});

describe('nobody is called', () => {
  test.each([
    ['not-a-number', { to: '0701234567' }],
    ['number-not-allowed', { to: '+4915112345678' }],
    ['number-not-allowed', { to: '+46900123456' }],
    ['no-trunk', { trunk: 'nobody' }],
  ] as const)('where the answer is %s', async (reason, request) => {
    const { world, dialOut } = await setUp();
    expect(await dialOut(request)).toEqual({ done: false, reason });
    await world.clock.advance(1_000);
    expect(world.begun).toEqual([]);
    expect(JSON.stringify(world.log)).not.toContain('123456');
  });

  test('more often than an hour allows, on whichever node, and only for so long', async () => {
    const marks = createMemoryMarks();
    const nodes = [await setUp('busy', {}, marks), await setUp('busy', {}, marks)];
    for (let n = 0; n < 10; n++) {
      const node = nodes[n % 2]!;
      expect(await node.dialOut()).toMatchObject({ done: true });
      for (const { world } of nodes) await world.clock.advance(1_000);
    }
    for (const { dialOut } of nodes)
      expect(await dialOut()).toEqual({ done: false, reason: 'too-many' });
    // Nothing that can be called is written down, and who was refused counts for nothing.
    const written = await marks.since('dial-out', 0);
    expect(written).toHaveLength(10);
    expect(JSON.stringify(written)).not.toContain(person);
    await nodes[0]!.world.clock.advance(3_600_000);
    expect(await nodes[0]!.dialOut()).toMatchObject({ done: true });
  });

  test('into a meeting that is over, or was never booked', async () => {
    const over = await setUp('answers', { endsAt: 1 });
    expect(await over.dialOut()).toEqual({ done: false, reason: 'meeting-over' });
    const none = await setUp();
    none.world.meetings.clear();
    expect(await none.dialOut()).toEqual({ done: false, reason: 'not-found' });
  });
});
