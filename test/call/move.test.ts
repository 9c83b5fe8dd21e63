import { describe, expect, test } from 'vitest';
import { asRoomName } from '../../src/call/identifiers.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import {
  createCallWorld,
  createMeeting,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const other = meetingId('987654321');
const two = (changes: Partial<Meeting> = {}): Promise<CallWorld> =>
  createCallWorld({
    meetings: [
      createMeeting(),
      createMeeting({ callId: other, room: asRoomName('room-B'), ...changes }),
    ],
  });
const joined = async (world: CallWorld, from = '+46701111111'): Promise<FakeCaller> => {
  const caller = world.place({ from });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(6_000);
  return caller;
};
const legOf = (caller: FakeCaller) => caller.leg.invitation.legId;

describe('a caller who is moved', () => {
  test('is told in the old meeting, then is in the new one: one call, one seat', async () => {
    const world = await two({ admission: 'lobby', locked: true, guestPin: '1212' });
    const caller = await joined(world);
    expect(world.core.move(legOf(caller), other)).toBe('done');
    await world.clock.advance(1_000);
    expect(world.trace()).toMatch(/says moving in sv/);
    expect(caller.joinedAs?.room).toBe('room-7Q');
    expect(caller.heardInRoom).toBe(true);
    await world.clock.advance(2_000);
    expect(caller.joinedAs?.room).toBe('room-B');
    expect(caller.heardInRoom).toBe(true);
    expect(Array.from(world.seats.values())).toEqual([other]);
    const record = world.core.get(legOf(caller));
    expect([record?.callId, record?.room, record?.state]).toEqual([other, 'room-B', 'joined']);
    expect(record?.timeline.map(({ event }) => event)).toContain('moved');
    expect(world.updated.at(-1)?.callId).toBe(other);
  });

  test('does not become host there, and is host again back home', async () => {
    const world = await createCallWorld({
      meetings: [
        createMeeting({ guestPin: '1212', hostPin: '9898' }),
        createMeeting({ callId: other, room: asRoomName('room-B') }),
      ],
    });
    const caller = world.place();
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(500);
    caller.press('9898');
    await world.clock.advance(6_000);
    expect(world.core.hasHost(meetingId())).toBe(true);
    world.core.move(legOf(caller), other);
    await world.clock.advance(5_000);
    expect(world.core.hasHost(other)).toBe(false);
    world.core.move(legOf(caller), meetingId());
    await world.clock.advance(5_000);
    expect(world.core.hasHost(meetingId())).toBe(true);
  });

  test('stays muted, and company is counted anew in both meetings', async () => {
    const world = await two();
    const mover = await joined(world);
    const stays = await joined(world, '+46702222222');
    mover.press('*6');
    await world.clock.advance(3_000);
    world.core.move(legOf(mover), other);
    await world.clock.advance(6_000);
    expect(mover.joinedAs?.room).toBe('room-B');
    expect(mover.heardInRoom).toBe(false);
    stays.press('*1');
    await world.clock.advance(3_000);
    expect(world.trace()).toMatch(/\[2\] says people-here\(2\)/);
  });

  test.each([
    ['full', { maxParticipants: 0 }],
    ['meeting-ended', { endsAt: 1 }],
    ['phones-not-allowed', { phonesAllowed: false }],
  ] as const)('stays, untold, where the other meeting is %s', async (why, changes) => {
    const world = await two(changes);
    const caller = await joined(world);
    world.core.move(legOf(caller), other);
    await world.clock.advance(5_000);
    expect(caller.joinedAs?.room).toBe('room-7Q');
    expect(caller.heardInRoom).toBe(true);
    expect(world.trace()).not.toMatch(/says moving/);
    expect(world.core.get(legOf(caller))?.timeline.at(-1)).toMatchObject({
      event: 'move-failed',
      fields: { why },
    });
    expect(Array.from(world.seats.values())).toEqual([meetingId()]);
  });

  test('stays where the store does not answer', async () => {
    const world = await two();
    const caller = await joined(world);
    world.faults.store = 'never';
    world.core.move(legOf(caller), other);
    await world.clock.advance(20_000);
    expect(caller.heardInRoom).toBe(true);
    expect(caller.ended).toBeUndefined();
    delete world.faults.store;
    world.core.move(legOf(caller), other);
    await world.clock.advance(5_000);
    expect(caller.joinedAs?.room).toBe('room-B');
  });

  test('is back where they came from, and told so, where the other room cannot be joined', async () => {
    const world = await createCallWorld({
      meetings: [
        createMeeting({ guestPin: '1212', hostPin: '9898', admission: 'lobby' }),
        createMeeting({ callId: other, room: asRoomName('room-B') }),
      ],
    });
    const joins = [
      { joined: true },
      { joined: false, reason: 'rejected' },
      { joined: true },
    ] as const;
    const caller = world.place({ joins });
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(500);
    caller.press('9898');
    await world.clock.advance(6_000);
    world.core.move(legOf(caller), other);
    await world.clock.advance(8_000);
    expect(world.trace()).toMatch(/says moving[\s\S]*says move-back/);
    expect(caller.joinedAs?.room).toBe('room-7Q');
    expect(caller.heardInRoom).toBe(true);
    expect(world.core.hasHost(meetingId())).toBe(true);
    expect(Array.from(world.seats.values())).toEqual([meetingId()]);
    expect(world.core.get(legOf(caller))?.timeline.map(({ event }) => event)).toContain(
      'move-failed',
    );
  });

  test('hears the end where there is no way back either', async () => {
    const world = await two();
    const caller = world.place({
      joins: [{ joined: true }, { joined: false, reason: 'rejected' }],
    });
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(6_000);
    world.core.move(legOf(caller), other);
    await world.clock.advance(20_000);
    expect(caller.ended).toBeDefined();
    expect(world.ended[0]?.termination?.reason).toBe('room-rejected');
  });

  test('who waits cannot be moved', async () => {
    const world = await createCallWorld({ meetings: [createMeeting({ admission: 'lobby' })] });
    const caller = await joined(world);
    expect(world.core.move(legOf(caller), other)).toBe('wrong-state');
  });
});

test('a renamed caller shows the new name at once, and in the next room too', async () => {
  const world = await two();
  const caller = await joined(world);
  expect(world.core.rename(legOf(caller), 'Anna from the ward')).toBe('done');
  await world.clock.advance(1_000);
  expect(world.attributes.get(caller.joinedAs?.identity ?? '')?.['name']).toBe(
    'Anna from the ward',
  );
  world.core.move(legOf(caller), other);
  await world.clock.advance(5_000);
  expect(caller.joinedAs?.name).toBe('Anna from the ward');
});
