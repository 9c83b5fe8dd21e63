import { describe, expect, test } from 'vitest';
import type { CallerSeen } from '../../src/call/host-act.ts';
import { asLegId } from '../../src/call/identifiers.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import { createCallWorld, createMeeting, fault, type CallWorld } from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const pins = { guestPin: '1212', hostPin: '9898' };
const hosted = (changes: Partial<Meeting> = {}): Promise<CallWorld> =>
  createCallWorld({ meetings: [createMeeting({ ...pins, ...changes })] });

const call = async (world: CallWorld, pin: string, from = '+46701111111'): Promise<FakeCaller> => {
  const caller = world.place({ from: from === 'withheld' ? undefined : from });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(500);
  caller.press(pin);
  await world.clock.advance(6_000);
  return caller;
};
const host = (world: CallWorld): Promise<FakeCaller> => call(world, '9898', '+46709999999');
const guest = (world: CallWorld, from?: string): Promise<FakeCaller> => call(world, '1212', from);
const press = async (world: CallWorld, caller: FakeCaller, keys: string): Promise<void> => {
  caller.press(keys);
  await world.clock.advance(11_000);
};
/** What the nth caller was told, oldest first. */
const told = (world: CallWorld, nth: number): string[] =>
  world
    .trace()
    .split('\n')
    .filter((line) => (nth === 1 ? !/\[[2-9]\] /.test(line) : line.includes(`[${nth}] `)))
    .flatMap((line) => /says (.*?)(?: in sv)?$/.exec(line)?.[1] ?? []);

describe('who waits', () => {
  test('is announced to the host on the phone, named by star three and let in by one', async () => {
    const world = await hosted({ admission: 'lobby' });
    const chair = await host(world);
    const caller = await guest(world, '+46701234567');
    await world.clock.advance(5_000);
    expect(told(world, 1).at(-1)).toContain('phone-waiting');
    await press(world, chair, '*3');
    expect(told(world, 1).at(-1)).toBe('waiting-count(1) waiting-number(1) waiting-menu(1)');
    expect(caller.joinedAs).toBeUndefined();
    await press(world, chair, '1');
    expect(told(world, 1).at(-1)).toBe('let-in any-key-undoes');
    expect(caller.heardInRoom).toBe(true);
  });

  test('comes one after the other by two, and is refused by three only when asked twice', async () => {
    const world = await hosted({ admission: 'lobby' });
    const chair = await host(world);
    const first = await guest(world, '+46701111111');
    const second = await guest(world, 'withheld');
    await press(world, chair, '*3');
    await press(world, chair, '2');
    expect(told(world, 1).at(-1)).toBe('waiting-withheld waiting-menu');
    await press(world, chair, '3');
    expect(told(world, 1).at(-1)).toBe('refuse-sure');
    expect(second.ended).toBeUndefined();
    await press(world, chair, '9');
    expect(second.ended).toBeDefined();
    expect(first.ended).toBeUndefined();
    expect(world.ended.at(-1)?.termination?.reason).toBe('not-admitted');
  });

  test('is let in only while waiting, and never another in their place', async () => {
    const world = await hosted({ admission: 'lobby' });
    const chair = await host(world);
    const first = await guest(world, '+46701111111');
    const second = await guest(world, '+46702222222');
    await press(world, chair, '*3');
    first.hangUp();
    await world.clock.advance(1_000);
    await press(world, chair, '1');
    expect(told(world, 1).at(-2)).toBe('nobody-waiting');
    expect(told(world, 1).at(-1)).toBe('phone-waiting');
    expect(second.joinedAs).toBeUndefined();
  });

  test('is announced to a host who comes later, and not to guests', async () => {
    const world = await hosted({ admission: 'lobby' });
    await guest(world);
    await host(world);
    await world.clock.advance(5_000);
    expect(told(world, 2).at(-1)).toContain('phone-waiting');
    expect(told(world, 1).join()).not.toContain('phone-waiting');
  });
});

describe('a guest', () => {
  test.each(['*5', '*7', '*42', '*429'])('has no %s', async (keys) => {
    const world = await hosted();
    const other = await guest(world, '+46702222222');
    const caller = await guest(world);
    caller.press(keys);
    await world.clock.advance(12_000);
    expect(told(world, 2).at(-1)).toBe('unknown-command');
    expect(world.meetings.get(createMeeting().callId)?.locked).toBe(false);
    expect(other.heardInRoom).toBe(true);
    expect(world.ended).toEqual([]);
  });
});

describe('the host by key', () => {
  test('mutes all phones but the hosts, and lets them be heard again', async () => {
    const world = await hosted();
    const chair = await host(world);
    const one = await guest(world, '+46701111111');
    const two = await guest(world, '+46702222222');
    await press(world, chair, '*5');
    expect([chair.heardInRoom, one.heardInRoom, two.heardInRoom]).toEqual([true, false, false]);
    expect(told(world, 2).at(-1)).toBe('muted-by-host');
    expect(told(world, 1).at(-1)).toBe('all-muted');
    await press(world, chair, '*5');
    expect([one.heardInRoom, two.heardInRoom]).toEqual([true, true]);
    expect(told(world, 3).at(-1)).toBe('unmuted');
  });

  test('locks and unlocks: told when it is done, or that it was not', async () => {
    const world = await hosted();
    const chair = await host(world);
    await press(world, chair, '*7');
    expect(told(world, 1).at(-1)).toBe('locked-now');
    const late = await guest(world);
    expect(late.joinedAs).toBeUndefined();
    await world.clock.advance(5_000);
    expect(told(world, 1).at(-1)).toContain('phone-waiting');
    await press(world, chair, '*7');
    expect(told(world, 1).at(-1)).toBe('unlocked-now');
    expect(late.heardInRoom).toBe(true);
    world.faults.store = fault('store/unreachable');
    await press(world, chair, '*7');
    expect(told(world, 1).at(-1)).toBe('not-done');
  });

  test('ends the meeting for all, asked twice', async () => {
    const world = await hosted();
    const chair = await host(world);
    const caller = await guest(world);
    await press(world, chair, '*4');
    expect(told(world, 1).at(-1)).toBe('host-leave-menu');
    await press(world, chair, '2');
    expect(told(world, 1).at(-1)).toBe('end-sure');
    expect(caller.ended).toBeUndefined();
    await press(world, chair, '9');
    expect([chair.ended, caller.ended]).not.toContain(undefined);
    expect(world.ended.map(({ termination }) => termination?.reason)).toEqual([
      'meeting-over',
      'meeting-over',
    ]);
  });
});

describe('the roll call', () => {
  test('says roles and ends of numbers, and how many are no phones', async () => {
    const world = await hosted();
    const chair = await host(world);
    await guest(world, '+46701234567');
    await guest(world, 'withheld');
    await press(world, chair, '*1');
    expect(told(world, 1).at(-1)).toMatch(/^people-here.* roll-call-menu/);
    await press(world, chair, '1');
    expect(
      told(world, 1)
        .at(-1)
        ?.replaceAll(/\(.*?\)/g, ''),
    ).toBe(
      'roll-host waiting-number roll-guest waiting-number roll-guest waiting-withheld roll-others',
    );
  });

  test('is the host’s: a guest hears the count alone', async () => {
    const world = await hosted();
    const caller = await guest(world);
    await press(world, caller, '*1');
    expect(told(world, 1).at(-1)).toBe('people-here(2)');
    await press(world, caller, '1');
    expect(told(world, 1).at(-1)).toBe('people-here(2)');
  });
});

describe('phones of other nodes', () => {
  const elsewhere: CallerSeen = {
    legId: asLegId('leg-of-another-node'),
    callId: createMeeting().callId,
    place: 'door',
    role: 'guest',
    numberEnd: '42',
    since: 1,
  };
  const withOthers = async (outcome: string) => {
    const asked: string[] = [];
    const world = await createCallWorld({
      meetings: [createMeeting({ ...pins, admission: 'lobby' })],
      others: {
        callers: () => [elsewhere],
        command: async (action, legId, argument) => {
          asked.push(`${action} ${legId} ${String(argument)}`);
          return outcome;
        },
        mutePhones: (_callId, muted) => asked.push(`mute phones ${muted}`),
      },
    });
    const chair = await host(world);
    return { world, chair, asked };
  };

  test('knock, and are let in where they are', async () => {
    const { world, chair, asked } = await withOthers('done');
    world.core.knock(elsewhere.callId);
    await world.clock.advance(5_000);
    expect(told(world, 1).at(-1)).toContain('phone-waiting');
    await press(world, chair, '*3');
    expect(told(world, 1).at(-1)).toContain('waiting-number');
    await press(world, chair, '1');
    expect(asked).toEqual(['admit leg-of-another-node host']);
  });

  test('are muted with those of this node', async () => {
    const { world, chair, asked } = await withOthers('done');
    await press(world, chair, '*5');
    await press(world, chair, '*5');
    expect(asked).toEqual(['mute phones true', 'mute phones false']);
  });

  test('that cannot be had for a private word leave the host in the meeting', async () => {
    const { world, chair, asked } = await withOthers('wrong-state');
    await press(world, chair, '*3');
    await press(world, chair, '4');
    await world.clock.advance(5_000);
    expect(asked).toEqual(['talk leg-of-another-node side-1']);
    expect(chair.joinedAs?.room).toBe('room-7Q');
    expect(chair.heardInRoom).toBe(true);
  });
});

describe('when the last host leaves', () => {
  test.each(['open', 'host', 'lobby'] as const)(
    'the guests of a meeting that is %s wait again, outside the room',
    async (admission) => {
      const world = await hosted({ admission, afterHostLeaves: 'lobby' });
      const chair = await host(world);
      const caller = await guest(world);
      if (admission === 'lobby') await press(world, chair, '*3');
      if (admission === 'lobby') await press(world, chair, '1');
      expect(caller.heardInRoom).toBe(true);
      chair.hangUp();
      await world.clock.advance(3_000);
      expect(caller.joinedAs).toBeUndefined();
      expect(world.core.list()[0]?.state).toBe('waiting');
      expect(told(world, 2)).toContain(admission === 'lobby' ? 'lobby' : 'host-wait');
      const again = await host(world);
      if (admission === 'lobby') expect(caller.joinedAs).toBeUndefined();
      if (admission === 'lobby') await press(world, again, '*3');
      if (admission === 'lobby') await press(world, again, '1');
      await world.clock.advance(5_000);
      expect(caller.heardInRoom).toBe(true);
    },
  );

  test('the meeting ends for all, or goes on, as it says', async () => {
    for (const [afterHostLeaves, ended] of [
      ['end', true],
      ['continue', false],
    ] as const) {
      const world = await hosted({ afterHostLeaves });
      const chair = await host(world);
      const caller = await guest(world);
      await press(world, chair, '*41');
      await world.clock.advance(10_000);
      expect(caller.ended !== undefined).toBe(ended);
    }
  });

  test('a host whose line broke has half a minute to come back', async () => {
    const world = await hosted({ afterHostLeaves: 'lobby' });
    const chair = await host(world);
    const caller = await guest(world);
    chair.fall('transport');
    await world.clock.advance(10_000);
    expect(caller.heardInRoom).toBe(true);
    const again = await host(world);
    await world.clock.advance(60_000);
    expect(caller.heardInRoom).toBe(true);
    again.fall('transport');
    await world.clock.advance(40_000);
    expect(caller.joinedAs).toBeUndefined();
  });
});

describe('a removed caller', () => {
  test('who calls again knocks, and so does every phone that nobody knows', async () => {
    const world = await createCallWorld();
    const enter = async (from: string | undefined): Promise<FakeCaller> => {
      const caller = world.place({ from });
      await world.clock.advance(3_000);
      caller.press('123456789');
      await world.clock.advance(6_000);
      return caller;
    };
    const removed = await enter('+46701111111');
    world.core.hangUp(removed.leg.invitation.legId, 'host');
    await world.clock.advance(5_000);
    const again = await enter('+46701111111');
    const unknown = await enter(undefined);
    expect(again.joinedAs).toBeUndefined();
    expect(unknown.joinedAs).toBeUndefined();
    world.core.admit(again.leg.invitation.legId, 'host');
    await world.clock.advance(5_000);
    expect(again.heardInRoom).toBe(true);
  });
});
