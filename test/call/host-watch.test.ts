/** Who is host, wherever; what follows when the last one is gone; how long anybody waits. */
import { describe, expect, test } from 'vitest';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import { hostGraceMs } from '../../src/call/host-watch.ts';
import { defaultMeetingOptions, type MeetingOptions } from '../../src/meeting/meeting-options.ts';
import {
  createCallWorld,
  createMeeting,
  fault,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const worldOf = (
  changes: Partial<Meeting>,
  options: Partial<MeetingOptions> = {},
): Promise<CallWorld> =>
  createCallWorld({
    meetings: [createMeeting({ ...changes, options: { ...defaultMeetingOptions, ...options } })],
  });
const call = async (world: CallWorld, pin?: string): Promise<FakeCaller> => {
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(500);
  if (pin !== undefined) caller.press(pin);
  await world.clock.advance(6_000);
  return caller;
};
const told = (world: CallWorld): string[] =>
  world
    .trace()
    .split('\n')
    .flatMap((line) => /says (.*?)(?: in sv)?$/.exec(line)?.[1] ?? []);
const { callId } = createMeeting();

describe('a host in a browser', () => {
  test('opens the meeting for those who wait for a host', async () => {
    const world = await worldOf({ admission: 'host' });
    const caller = await call(world);
    expect(caller.joinedAs).toBeUndefined();
    world.roomHosts.add('alice');
    await world.clock.advance(9_000);
    expect(caller.heardInRoom).toBe(true);
  });

  test('who is there already makes nobody wait for longer than a moment', async () => {
    const world = await worldOf({ admission: 'host' });
    world.roomHosts.add('alice');
    expect((await call(world)).heardInRoom).toBe(true);
  });

  test('who leaves is waited for, then the guests are put out; the next one lets them in', async () => {
    const world = await worldOf({ admission: 'host', afterHostLeaves: 'lobby' });
    world.roomHosts.add('alice');
    const caller = await call(world);
    world.roomHosts.delete('alice');
    await world.clock.advance(hostGraceMs - 5_000);
    expect(caller.heardInRoom).toBe(true);
    await world.clock.advance(10_000);
    expect(caller.joinedAs).toBeUndefined();
    world.roomHosts.add('bob');
    await world.clock.advance(9_000);
    expect(caller.heardInRoom).toBe(true);
  });

  test('whose page is loaded anew has not left', async () => {
    const world = await worldOf({ admission: 'host', afterHostLeaves: 'end' });
    world.roomHosts.add('alice');
    const caller = await call(world);
    world.roomHosts.delete('alice');
    await world.clock.advance(5_000);
    world.roomHosts.add('alice');
    await world.clock.advance(60_000);
    expect(caller.heardInRoom).toBe(true);
  });

  test('keeps a meeting going that the host on the phone leaves', async () => {
    const world = await worldOf({ guestPin: '4711', hostPin: '9898', afterHostLeaves: 'end' });
    world.roomHosts.add('alice');
    const caller = await call(world, '4711');
    const host = await call(world, '9898');
    host.hangUp();
    await world.clock.advance(40_000);
    expect(caller.heardInRoom).toBe(true);
  });

  test.each([
    ['continue', 0],
    ['lobby', 5],
  ] as const)('is asked for where it matters alone: %s', async (afterHostLeaves, times) => {
    const world = await worldOf({ afterHostLeaves });
    await call(world);
    world.faults.rooms = fault('room/unreachable');
    await world.clock.advance(10_000);
    const asked = world.log.filter(({ message }) => message === 'hosts in a room are not known');
    expect(asked).toHaveLength(times);
  });
});

describe('hosts on several nodes', () => {
  test('the last one to leave decides, wherever that is', async () => {
    const world = await worldOf({ guestPin: '4711', hostPin: '9898', afterHostLeaves: 'lobby' });
    const guest = await call(world, '4711');
    const host = await call(world, '9898');
    world.core.setHostPresent(callId, 'node:b', 'present');
    world.core.setHostPresent(callId, 'node:c', 'present');
    host.hangUp();
    await world.clock.advance(2_000);
    world.core.setHostPresent(callId, 'node:b', 'left');
    await world.clock.advance(40_000);
    expect(guest.heardInRoom).toBe(true);
    world.core.setHostPresent(callId, 'node:c', 'left');
    await world.clock.advance(1_000);
    expect(guest.joinedAs).toBeUndefined();
    expect(world.core.counts().waiting).toBe(1);
  });

  test('one who is lost has time to come back, here or elsewhere', async () => {
    const world = await worldOf({ admission: 'host', afterHostLeaves: 'lobby' });
    world.core.setHostPresent(callId, 'node:b', 'present');
    const guest = await call(world);
    world.core.setHostPresent(callId, 'node:b', 'lost');
    await world.clock.advance(hostGraceMs - 1_000);
    world.core.setHostPresent(callId, 'node:c', 'present');
    await world.clock.advance(60_000);
    expect(guest.heardInRoom).toBe(true);
    world.core.setHostPresent(callId, 'node:c', 'lost');
    await world.clock.advance(hostGraceMs + 1_000);
    expect(guest.joinedAs).toBeUndefined();
  });

  test('the node whose host left ends the meeting, the others wait to be told', async () => {
    const world = await worldOf({ afterHostLeaves: 'end' });
    world.core.setHostPresent(callId, 'node:b', 'present');
    const guest = await call(world);
    world.core.setHostPresent(callId, 'node:b', 'left');
    await world.clock.advance(10_000);
    expect(guest.heardInRoom).toBe(true);
    world.core.meetingOver(callId);
    await world.clock.advance(10_000);
    expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
  });

  test('whose node died end it from here', async () => {
    const world = await worldOf({ afterHostLeaves: 'end' });
    world.core.setHostPresent(callId, 'node:b', 'present');
    await call(world);
    world.core.setHostPresent(callId, 'node:b', 'lost');
    await world.clock.advance(hostGraceMs + 10_000);
    expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
  });
});

describe('the longest wait', () => {
  test('for a host who never comes is told, then ended', async () => {
    const world = await worldOf({ admission: 'host' }, { hostLimitSeconds: 90 });
    await call(world);
    await world.clock.advance(80_000);
    expect(world.ended).toEqual([]);
    await world.clock.advance(20_000);
    expect(told(world).at(-1)).toBe('host-did-not-come');
    expect(world.ended[0]?.termination).toEqual({
      result: 'abandoned',
      reason: 'host-never-came',
      by: 'meeting',
    });
  });

  test('in the lobby is told, then ended, also where the lock came between', async () => {
    const world = await worldOf({ admission: 'lobby' }, { lobbyLimitSeconds: 90 });
    await call(world);
    await world.clock.advance(50_000);
    world.core.meetingChanged(
      createMeeting({ locked: true, options: { ...defaultMeetingOptions, lobbyLimitSeconds: 90 } }),
    );
    await world.clock.advance(50_000);
    expect(told(world).at(-1)).toBe('nobody-let-you-in');
    expect(world.ended[0]?.termination?.reason).toBe('wait-limit');
  });

  test('of a call is the meeting’s, where that is shorter', async () => {
    const world = await worldOf({}, { callLimitMinutes: 5 });
    const caller = await call(world);
    await world.clock.advance(4 * 60_000);
    expect(caller.heardInRoom).toBe(true);
    await world.clock.advance(61_000);
    expect(world.ended[0]?.termination?.reason).toBe('call-limit');
  });
});

describe('the host PIN by star three', () => {
  const pins = { guestPin: '4711', hostPin: '9898' };

  test('makes a guest who is in the meeting its host, and nobody else hears of it', async () => {
    const world = await worldOf(pins);
    const caller = await call(world, '4711');
    caller.press('*3');
    await world.clock.advance(3_000);
    caller.press('9898');
    await world.clock.advance(4_000);
    expect(told(world).at(-1)).toBe('you-are-host');
    const { legId } = caller.leg.invitation;
    expect(world.attributes.get(`ringbro:node-a:${legId}`)).toMatchObject({
      'ringbro.role': 'host',
    });
    expect(world.core.hasHost(meetingId())).toBe(true);
    const kept = JSON.stringify([world.log, world.core.list()]);
    expect(kept).not.toMatch(/9898|4711/);
  });

  test('is a guess where it is wrong, and after three of them means nothing any more', async () => {
    const world = await worldOf(pins);
    const caller = await call(world, '4711');
    for (const pin of ['0000', '4711', '1111']) {
      caller.press('*3');
      await world.clock.advance(3_000);
      caller.press(pin);
      await world.clock.advance(4_000);
      expect(told(world).at(-1)).toBe('wrong-host-pin');
    }
    caller.press('*3');
    await world.clock.advance(3_000);
    expect(told(world).at(-1)).toBe('unknown-command');
    const guesses = world.core.list()[0]?.timeline.filter(({ event }) => event === 'guess');
    expect(guesses).toHaveLength(3);
    expect(caller.heardInRoom).toBe(true);
  });

  test('is given up by silence or by another star, whose command counts', async () => {
    const world = await worldOf(pins);
    const caller = await call(world, '4711');
    caller.press('*3');
    await world.clock.advance(3_000);
    caller.press('*6');
    await world.clock.advance(3_000);
    expect(told(world).at(-1)).toBe('muted');
    caller.press('*3');
    await world.clock.advance(40_000);
    caller.press('*6');
    await world.clock.advance(3_000);
    expect(caller.heardInRoom).toBe(true);
  });

  test('is not asked for where there is none', async () => {
    const world = await worldOf({});
    const caller = await call(world);
    caller.press('*3');
    await world.clock.advance(3_000);
    expect(told(world).at(-1)).toBe('unknown-command');
  });
});
