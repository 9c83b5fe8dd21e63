import { describe, expect, test } from 'vitest';
import { asRoomName } from '../../src/call/identifiers.ts';
import { asideAloneMs } from '../../src/call/call-aside.ts';
import { createCallWorld, createMeeting, type CallWorld } from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const hosted = (): Promise<CallWorld> =>
  createCallWorld({
    meetings: [createMeeting({ guestPin: '1212', hostPin: '9898', admission: 'lobby' })],
  });
const call = async (world: CallWorld, pin: string, from: string): Promise<FakeCaller> => {
  const caller = world.place({ from });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(500);
  caller.press(pin);
  await world.clock.advance(6_000);
  return caller;
};
const host = (world: CallWorld): Promise<FakeCaller> => call(world, '9898', '+46709999999');
const guest = (world: CallWorld): Promise<FakeCaller> => call(world, '1212', '+46701111111');
const press = async (world: CallWorld, caller: FakeCaller, keys: string): Promise<void> => {
  caller.press(keys);
  await world.clock.advance(10_000);
};
const legOf = (caller: FakeCaller) => caller.leg.invitation.legId;
const stateOf = (world: CallWorld, caller: FakeCaller) => world.core.get(legOf(caller))?.state;

/** Both in a side room. */
const talking = async () => {
  const world = await hosted();
  const chair = await host(world);
  const caller = await guest(world);
  await world.clock.advance(5_000);
  await press(world, chair, '*3');
  await press(world, chair, '4');
  return { world, chair, caller };
};

describe('a private word by key', () => {
  test('puts both into a room of their own, heard, and admits nobody', async () => {
    const { world, chair, caller } = await talking();
    expect([chair.joinedAs?.room, caller.joinedAs?.room]).toEqual(['side-1', 'side-1']);
    expect([chair.heardInRoom, caller.heardInRoom]).toEqual([true, true]);
    expect(stateOf(world, caller)).toBe('waiting');
    expect(stateOf(world, chair)).toBe('joined');
    expect(world.seats.has(legOf(caller))).toBe(false);
    expect(world.trace()).toMatch(/says aside-host/);
    expect(world.trace()).toMatch(/\[2\] says aside-caller/);
  });

  test('is taken back by any key before it begins', async () => {
    const world = await hosted();
    const chair = await host(world);
    const caller = await guest(world);
    await press(world, chair, '*3');
    chair.press('4');
    await world.clock.advance(1_000);
    await press(world, chair, '5');
    expect(world.trace()).toMatch(/says taken-back/);
    expect(caller.joinedAs).toBeUndefined();
    expect(chair.joinedAs?.room).toBe('room-7Q');
  });

  test('ends by star three: the room is deleted, each is back where they came from', async () => {
    const { world, chair, caller } = await talking();
    await press(world, chair, '*3');
    expect(world.closedRooms).toContain('side-1');
    expect(chair.joinedAs?.room).toBe('room-7Q');
    expect(chair.heardInRoom).toBe(true);
    expect(caller.joinedAs).toBeUndefined();
    expect(stateOf(world, caller)).toBe('waiting');
    expect(world.trace()).toMatch(/says aside-over/);
  });

  test('ends when the caller hangs up, and the host is in the meeting again', async () => {
    const { world, chair, caller } = await talking();
    caller.hangUp();
    await world.clock.advance(6_000);
    expect(chair.joinedAs?.room).toBe('room-7Q');
    expect(world.ended[0]?.termination?.reason).toBe('hung-up-waiting');
  });

  test('and letting in meanwhile: the caller goes from the side room to the meeting', async () => {
    const { world, chair, caller } = await talking();
    expect(world.core.admit(legOf(caller), 'host')).toBe('done');
    await world.clock.advance(6_000);
    expect([chair.joinedAs?.room, caller.joinedAs?.room]).toEqual(['room-7Q', 'room-7Q']);
    expect(caller.heardInRoom).toBe(true);
  });

  test('the host’s absence is no leaving: the meeting keeps its host', async () => {
    const world = await createCallWorld({
      meetings: [
        createMeeting({
          guestPin: '1212',
          hostPin: '9898',
          admission: 'lobby',
          afterHostLeaves: 'end',
        }),
      ],
    });
    const chair = await host(world);
    await guest(world);
    await world.clock.advance(5_000);
    await press(world, chair, '*3');
    await press(world, chair, '4');
    expect(chair.joinedAs?.room).toBe('side-1');
    await world.clock.advance(60_000);
    expect(world.ended).toEqual([]);
  });
});

describe('a private word with a host in a browser', () => {
  const room = asRoomName('side-of-the-browser');

  test('puts the caller into the side room, and ends when nobody else is there', async () => {
    const world = await hosted();
    const caller = await guest(world);
    expect(world.core.talk(legOf(caller), room)).toBe('done');
    await world.clock.advance(5_000);
    expect(caller.joinedAs?.room).toBe(room);
    await world.clock.advance(asideAloneMs * 3);
    expect(caller.joinedAs?.room).toBe(room);
    caller.audience(0);
    await world.clock.advance(asideAloneMs);
    expect(caller.joinedAs).toBeUndefined();
    expect(world.closedRooms).toEqual([room]);
  });

  test('ends by the API, and by the room being closed', async () => {
    const world = await hosted();
    const caller = await guest(world);
    world.core.talk(legOf(caller), room);
    await world.clock.advance(5_000);
    expect(world.core.endTalk(legOf(caller))).toBe('done');
    await world.clock.advance(1_000);
    expect(caller.joinedAs).toBeUndefined();
    world.core.talk(legOf(caller), room);
    await world.clock.advance(5_000);
    caller.leaveRoom('room-deleted');
    await world.clock.advance(1_000);
    expect(caller.ended).toBeUndefined();
    expect(stateOf(world, caller)).toBe('waiting');
  });

  test('cannot be had with one who is in, and ends nowhere it is not', async () => {
    const world = await createCallWorld();
    const caller = world.place();
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(6_000);
    expect(world.core.talk(legOf(caller), room)).toBe('wrong-state');
    expect(world.core.endTalk(legOf(caller))).toBe('wrong-state');
    expect(caller.heardInRoom).toBe(true);
  });
});

describe('one who waits', () => {
  test('hears a fixed sentence in their language, and waits on', async () => {
    const world = await hosted();
    const caller = await guest(world);
    await press(world, caller, '*2');
    expect(world.core.message(legOf(caller), 'ten-minutes-late')).toBe('done');
    await world.clock.advance(5_000);
    expect(world.trace()).toMatch(/says message-ten-minutes-late in en\n.*\[music\]/);
    expect(stateOf(world, caller)).toBe('waiting');
  });

  test('is told of to the hosts in the room, and to nobody else', async () => {
    const world = await hosted();
    const caller = await guest(world);
    await world.clock.advance(1_000);
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(world.toHosts.map(({ room, topic }) => [room, topic])).toEqual([
      ['room-7Q', 'ringbro.lobby'],
      ['room-7Q', 'ringbro.lobby'],
    ]);
    const told = world.toHosts.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    expect(told).toMatchObject([
      { event: 'waiting', legId: legOf(caller) },
      { event: 'left-lobby', legId: legOf(caller) },
    ]);
    expect(world.toHosts[0]?.text).not.toContain('+46701111111');
  });
});
