import { describe, expect, test } from 'vitest';
import { createCallWorld, createMeeting, type CallWorld } from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

/** A caller who is in and heard. */
const joined = async (others = 1): Promise<{ world: CallWorld; caller: FakeCaller }> => {
  const world = await createCallWorld({ meetings: [createMeeting()] });
  const caller = world.place({ others });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  return { world, caller };
};
const said = (world: CallWorld): string[] =>
  [...world.trace().matchAll(/says (.*?)(?: in sv)?$/gm)].map(([, words = '']) => words);
const lastSaid = (world: CallWorld): string | undefined => said(world).at(-1);
const press = async (world: CallWorld, caller: FakeCaller, keys: string): Promise<void> => {
  caller.press(keys);
  await world.clock.advance(3_000);
};
const handOf = (world: CallWorld, caller: FakeCaller): string =>
  world.attributes.get(caller.joinedAs?.identity ?? '')?.['ringbro.hand'] ?? '';

describe('mute', () => {
  test('star six mutes and unmutes, with words back', async () => {
    const { world, caller } = await joined();
    await press(world, caller, '*6');
    expect(caller.heardInRoom).toBe(false);
    expect(lastSaid(world)).toBe('muted');
    await press(world, caller, '*6');
    expect(caller.heardInRoom).toBe(true);
    expect(lastSaid(world)).toBe('unmuted');
  });

  test.each(['API', 'room'])(
    'by the host over the %s is told, and star six says so again',
    async (way) => {
      const { world, caller } = await joined();
      const { legId } = caller.leg.invitation;
      const mute = (muted: boolean): void => {
        if (way === 'room') caller.muteInRoom(muted);
        else if (muted) world.core.mute(legId);
        else world.core.unmute(legId);
      };
      mute(true);
      await world.clock.advance(3_000);
      expect(lastSaid(world)).toBe('muted-by-host');
      await press(world, caller, '*6');
      expect(caller.heardInRoom).toBe(false);
      expect(said(world).slice(-2)).toEqual(['muted-by-host', 'muted-by-host']);
      mute(false);
      await world.clock.advance(3_000);
      expect(caller.heardInRoom).toBe(true);
      expect(lastSaid(world)).toBe('unmuted');
    },
  );

  test('a microphone that the caller closed is not opened by the host', async () => {
    const { world, caller } = await joined();
    const { legId } = caller.leg.invitation;
    await press(world, caller, '*6');
    world.core.mute(legId);
    await world.clock.advance(3_000);
    world.core.unmute(legId);
    await world.clock.advance(3_000);
    expect(caller.heardInRoom).toBe(false);
    expect(lastSaid(world)).toBe('muted');
    await press(world, caller, '*6');
    expect(caller.heardInRoom).toBe(true);
  });

  test('a mute in the room before the words of admission are over counts after them', async () => {
    const world = await createCallWorld();
    const caller = world.place();
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(500);
    caller.muteInRoom(true);
    await world.clock.advance(5_000);
    expect(caller.heardInRoom).toBe(false);
    expect(lastSaid(world)).toBe('muted-by-host');
  });
});

describe('a caller who talks while muted', () => {
  test('is told, at most once a minute, and of the key that helps', async () => {
    const { world, caller } = await joined();
    caller.talkMuted();
    await world.clock.advance(100);
    expect(said(world)).not.toContain('talking-muted');
    await press(world, caller, '*6');
    for (let n = 0; n < 30; n++) {
      caller.talkMuted();
      await world.clock.advance(4_000);
    }
    expect(said(world).filter((words) => words === 'talking-muted')).toHaveLength(2);
    world.core.mute(caller.leg.invitation.legId);
    await world.clock.advance(60_000);
    caller.talkMuted();
    await world.clock.advance(3_000);
    expect(lastSaid(world)).toBe('muted-by-host');
  });
});

describe('a hand', () => {
  test('is raised and lowered by star nine, in the room and in words', async () => {
    const { world, caller } = await joined();
    await press(world, caller, '*9');
    expect(lastSaid(world)).toBe('hand-raised');
    const shown = world.attributes.get(caller.joinedAs?.identity ?? '');
    expect(shown?.['ringbro.hand']).toBe('raised');
    expect(Date.parse(shown?.['ringbro.handRaisedAt'] ?? '')).toBe(world.clock.now() - 3_000);
    await press(world, caller, '*9');
    expect(lastSaid(world)).toBe('hand-lowered');
    expect(handOf(world, caller)).toBe('');
    const events = world.core.list()[0]?.timeline.map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['hand-raised', 'hand-lowered']));
  });

  test.each(['host', 'caller'])('is lowered when the %s unmutes', async (by) => {
    const { world, caller } = await joined();
    const { legId } = caller.leg.invitation;
    if (by === 'host') world.core.mute(legId);
    else caller.press('*6');
    await world.clock.advance(3_000);
    await press(world, caller, '*9');
    expect(handOf(world, caller)).toBe('raised');
    if (by === 'host') world.core.unmute(legId);
    else caller.press('*6');
    await world.clock.advance(3_000);
    expect(handOf(world, caller)).toBe('');
    expect(lastSaid(world)).toBe('unmuted');
  });

  test('stays raised over a lost room, and a room that does not answer harms no call', async () => {
    const { world, caller } = await joined();
    world.faults.rooms = Object.assign(new Error('down'), { code: 'room/unreachable' });
    await press(world, caller, '*9');
    expect(caller.ended).toBeUndefined();
    delete world.faults.rooms;
    caller.loseRoom();
    await world.clock.advance(1_000);
    caller.recoverRoom();
    await world.clock.advance(1_000);
    expect(handOf(world, caller)).toBe('raised');
  });
});

describe('who is alone', () => {
  test('is told once, then hears music until somebody comes', async () => {
    const { world, caller } = await joined(0);
    await world.clock.advance(30_000);
    expect(said(world).slice(-2)).toEqual(['alone', '[music]']);
    await press(world, caller, '*1');
    await world.clock.advance(2_000);
    expect(said(world).slice(-2)).toEqual(['people-here(1)', '[music]']);
    caller.audience(1);
    await world.clock.advance(1_000);
    expect(world.trace().trimEnd().endsWith('stops')).toBe(true);
    caller.audience(0);
    await world.clock.advance(60_000);
    expect(lastSaid(world)).toBe('[music]');
    expect(said(world).filter((words) => words === 'alone')).toHaveLength(1);
  });
});
