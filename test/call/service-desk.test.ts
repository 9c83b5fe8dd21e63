import { describe, expect, test } from 'vitest';
import { asLegId, asNodeId, asRoomName } from '../../src/call/identifiers.ts';
import { createServiceDesk } from '../../src/call/service-desk.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import { createCallWorld, createMeeting, type CallWorld } from '../support/call-world.ts';
import type { FakeBehaviour, FakeCallee } from '../support/fake-callee.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const desk = 'sip:desk@192.0.2.5';

const setUp = async (
  behaviour: FakeBehaviour,
  meeting: Partial<Meeting> = {},
): Promise<{ world: CallWorld; callee: FakeCallee; sides: string[] }> => {
  const sides: string[] = [];
  const world = await createCallWorld({
    meetings: [createMeeting(meeting)],
    call: { hasServiceDesk: true },
    desk: ({ engine, logger }) =>
      createServiceDesk({
        dial: (request, signal) => engine.dial(request, signal),
        request: { trunk: undefined, to: desk, callerNumber: undefined, ringLimitMs: 20_000 },
        nodeId: asNodeId('node-a'),
        rooms: {
          ensureRoom: async (room) => void sides.push(`made ${room}`),
          deleteRoom: async (room) => void sides.push(`deleted ${room}`),
        },
        newLegId: () => asLegId('desk-leg'),
        newRoom: () => asRoomName('side-1'),
        logger,
      }),
  });
  return { world, callee: world.engine.expect(desk, behaviour), sides };
};
const inMeeting = async (world: CallWorld): Promise<FakeCaller> => {
  const caller = world.place({ user: '123456789' });
  await world.clock.advance(10_000);
  expect(caller.heardInRoom).toBe(true);
  return caller;
};
const askForHelp = async (world: CallWorld, caller: FakeCaller): Promise<void> => {
  caller.press('*0');
  await world.clock.advance(300);
  caller.press('0');
  await world.clock.advance(1_000);
};

describe('a caller in a meeting who asks for a person', () => {
  test('talks to the desk in a side room, and is back when the desk hangs up', async () => {
    const { world, callee, sides } = await setUp('answers');
    const caller = await inMeeting(world);
    await askForHelp(world, caller);
    expect(world.trace()).toContain('commands-help desk-offer');
    expect(caller.joinedAs?.room).toBe('side-1');
    expect(callee.caller?.joinedAs?.room).toBe('side-1');
    expect([caller.heardInRoom, callee.caller?.heardInRoom]).toEqual([true, true]);
    callee.caller?.hangUp();
    await world.clock.advance(5_000);
    expect(caller.joinedAs?.room).toBe('room-7Q');
    expect(caller.heardInRoom).toBe(true);
    expect(sides).toEqual(['made side-1', 'deleted side-1']);
    expect(world.seats.size).toBe(1);
  });

  test('goes back by star, and the desk is hung up on', async () => {
    const { world, callee } = await setUp('answers');
    const caller = await inMeeting(world);
    await askForHelp(world, caller);
    caller.press('*');
    await world.clock.advance(5_000);
    expect(callee.over).toBe(true);
    expect(caller.joinedAs?.room).toBe('room-7Q');
  });

  test.each(['busy', 'rings', 'declines'] as const)(
    'is told and goes back where the desk %s',
    async (behaviour) => {
      const { world, callee } = await setUp(behaviour);
      const caller = await inMeeting(world);
      await askForHelp(world, caller);
      // Whoever is being connected is in no room: nobody hears them.
      if (behaviour === 'rings') expect(caller.joinedAs).toBeUndefined();
      await world.clock.advance(25_000);
      expect(world.trace()).toContain('desk-no-answer');
      expect(caller.joinedAs?.room).toBe('room-7Q');
      expect(callee.over).toBe(true);
    },
  );

  test('takes the desk along when they hang up, ringing or talking', async () => {
    for (const behaviour of ['rings', 'answers'] as const) {
      const { world, callee, sides } = await setUp(behaviour);
      const caller = await inMeeting(world);
      await askForHelp(world, caller);
      caller.hangUp();
      await world.clock.advance(1_000);
      expect(callee.over).toBe(true);
      expect(sides.at(-1)).toBe('deleted side-1');
      expect(world.ended).toHaveLength(1);
    }
  });

  test('hears of the end of the meeting there too', async () => {
    const { world, callee } = await setUp('answers');
    const caller = await inMeeting(world);
    await askForHelp(world, caller);
    world.core.meetingOver(createMeeting().callId);
    await world.clock.advance(10_000);
    expect(caller.ended).toBeDefined();
    expect(callee.over).toBe(true);
    expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
  });

  test('is told the truth where there is nobody to call', async () => {
    const world = await createCallWorld();
    const caller = await inMeeting(world);
    await askForHelp(world, caller);
    expect(world.trace()).toContain('desk-none');
    expect(caller.heardInRoom).toBe(true);
  });
});

test('a caller who waits comes back to the waiting room, which still lets nobody hear them', async () => {
  const { world, callee } = await setUp('answers', { admission: 'lobby' });
  const caller = world.place({ user: '123456789' });
  await world.clock.advance(5_000);
  await askForHelp(world, caller);
  expect(caller.joinedAs?.room).toBe('side-1');
  callee.caller?.hangUp();
  await world.clock.advance(3_000);
  expect(caller.joinedAs).toBeUndefined();
  expect(world.core.counts()).toMatchObject({ waiting: 1 });
});

test('after the third wrong ID 0 leads to a person, and then the call is over', async () => {
  const { world, callee } = await setUp('answers');
  const caller = world.place();
  await world.clock.advance(3_000);
  for (const id of ['111111111', '222222222', '333333333']) {
    caller.press(id);
    await world.clock.advance(6_000);
  }
  caller.press('0');
  await world.clock.advance(1_000);
  expect(callee.caller?.heardInRoom).toBe(true);
  expect(caller.heardInRoom).toBe(true);
  callee.caller?.hangUp();
  await world.clock.advance(10_000);
  expect(caller.ended).toBeDefined();
  expect(world.ended[0]?.termination?.reason).toBe('wrong-id');
});
