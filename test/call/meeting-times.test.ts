/** The booked end, the lock, comings and goings: what the meeting tells its callers. */
import { describe, expect, test } from 'vitest';
import { createMeetingClock } from '../../src/call/meeting-clock.ts';
import { defaultMeetingOptions, type MeetingOptions } from '../../src/meeting/meeting-options.ts';
import { createCallWorld, createMeeting, fault, type CallWorld } from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';
import { createManualClock } from '../support/manual-clock.ts';

const minute = 60_000;
const withOptions = (options: Partial<MeetingOptions>): MeetingOptions => ({
  ...defaultMeetingOptions,
  ...options,
});
const endsIn = async (ms: number, options: Partial<MeetingOptions> = {}): Promise<CallWorld> => {
  const world = await createCallWorld();
  const endsAt = world.clock.now() + ms;
  const meeting = createMeeting({ endsAt, options: withOptions(options), hostPin: '9898' });
  world.meetings.set(meeting.callId, meeting);
  return world;
};
const joined = async (world: CallWorld, from = '+46701111111'): Promise<FakeCaller> => {
  const caller = world.place({ from });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(6_000);
  return caller;
};
const says = (world: CallWorld, key: string): number =>
  world.trace().split(`says ${key}`).length - 1;

describe('five minutes before the booked end', () => {
  test('callers are told, and that they may go on', async () => {
    const world = await endsIn(6 * minute);
    const caller = await joined(world);
    await world.clock.advance(minute);
    expect(says(world, 'five-minutes-left')).toBe(1);
    await world.clock.advance(10 * minute);
    expect(caller.heardInRoom).toBe(true);
    expect(says(world, 'five-minutes')).toBe(1);
  });

  test('or that it ends then, and it does', async () => {
    const world = await endsIn(6 * minute, { atEnd: 'end' });
    const caller = await joined(world);
    await world.clock.advance(minute);
    expect(says(world, 'five-minutes-to-end')).toBe(1);
    await world.clock.advance(5 * minute);
    expect(says(world, 'goodbye')).toBe(1);
    expect(caller.ended).toBeDefined();
    expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
  });

  test('who comes later than that is told nothing', async () => {
    const world = await endsIn(4 * minute);
    await joined(world);
    await world.clock.advance(minute);
    expect(says(world, 'five-minutes')).toBe(0);
  });
});

describe('an extension', () => {
  test('by a host’s key is told to all, and moves both warning and end', async () => {
    const world = await endsIn(6 * minute, { atEnd: 'end' });
    const meeting = [...world.meetings.values()][0]!;
    world.meetings.set(meeting.callId, { ...meeting, guestPin: '1212' });
    const enter = async (pin: string, from: string): Promise<FakeCaller> => {
      const caller = world.place({ from });
      await world.clock.advance(3_000);
      caller.press('123456789');
      await world.clock.advance(500);
      caller.press(pin);
      await world.clock.advance(6_000);
      return caller;
    };
    const chair = await enter('9898', '+46709999999');
    const guest = await enter('1212', '+46701111111');
    chair.press('*43');
    await world.clock.advance(10_000);
    expect(world.meetings.get(meeting.callId)?.endsAt).toBe((meeting.endsAt ?? 0) + 15 * minute);
    expect(says(world, 'extended')).toBe(2);
    await world.clock.advance(10 * minute);
    expect(guest.heardInRoom).toBe(true);
    expect(says(world, 'five-minutes')).toBe(0);
    await world.clock.advance(6 * minute);
    expect(says(world, 'five-minutes-to-end')).toBe(2);
    await world.clock.advance(6 * minute);
    expect([chair.ended, guest.ended]).not.toContain(undefined);
  });

  test('makes no sense without a booked end, and says so', async () => {
    const world = await createCallWorld({
      meetings: [createMeeting({ guestPin: '1212', hostPin: '9898' })],
    });
    const chair = world.place();
    await world.clock.advance(3_000);
    chair.press('123456789');
    await world.clock.advance(500);
    chair.press('9898');
    await world.clock.advance(6_000);
    chair.press('*43');
    await world.clock.advance(3_000);
    expect(says(world, 'no-end-booked')).toBe(1);
  });
});

test('the lock is told to guests, too', async () => {
  const world = await createCallWorld();
  await joined(world);
  const [meeting] = [...world.meetings.values()];
  world.core.meetingChanged({ ...meeting!, locked: true });
  await world.clock.advance(3_000);
  expect(says(world, 'locked-now')).toBe(1);
});

describe('the clock of meetings', () => {
  test('tries again when the meeting could not be ended', async () => {
    const clock = createManualClock();
    const asked: number[] = [];
    const meetingClock = createMeetingClock({
      clock,
      actions: {
        setLocked: async () => undefined,
        extend: async () => undefined,
        end: async () => undefined,
        endIfDue: async (_callId, now) => {
          asked.push(now);
          if (asked.length === 1) throw fault('room/unreachable');
        },
      },
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
        child: () => {
          throw new Error('not here');
        },
      },
    });
    const endsAt = clock.now() + minute;
    meetingClock.watch(createMeeting({ endsAt, options: withOptions({ atEnd: 'end' }) }));
    await clock.advance(10 * minute);
    expect(asked).toEqual([endsAt, endsAt + 10_000]);
  });
});

describe('comings and goings', () => {
  const inMeeting = async (options: Partial<MeetingOptions>) => {
    const world = await createCallWorld({
      meetings: [createMeeting({ options: withOptions(options) })],
    });
    return { world, caller: await joined(world) };
  };

  test('are told in words or tones, as the meeting wants, at most each five seconds', async () => {
    const { world, caller } = await inMeeting({ entrySignal: 'words' });
    caller.audience(2);
    await world.clock.advance(3_000);
    expect(says(world, 'somebody-came')).toBe(1);
    caller.audience(3);
    await world.clock.advance(1_500);
    caller.audience(4);
    await world.clock.advance(10_000);
    expect(says(world, 'somebody-came')).toBe(2);
    caller.audience(1);
    await world.clock.advance(10_000);
    expect(says(world, 'somebody-left')).toBe(1);
  });

  test('that are undone at once are not told', async () => {
    const { world, caller } = await inMeeting({ entrySignal: 'words' });
    caller.audience(0);
    await world.clock.advance(500);
    caller.audience(1);
    await world.clock.advance(10_000);
    expect(says(world, 'somebody')).toBe(0);
  });

  test('of other phones are told, and one’s own is not', async () => {
    const { world } = await inMeeting({ entrySignal: 'words' });
    await joined(world, '+46702222222');
    await world.clock.advance(10_000);
    expect(world.trace()).toMatch(/ {2}says somebody-came/);
    expect(world.trace()).not.toMatch(/\[2\] says somebody-came/);
  });

  test('are silent by default', async () => {
    const { world, caller } = await inMeeting({});
    caller.audience(5);
    await world.clock.advance(10_000);
    expect(says(world, 'somebody')).toBe(0);
  });
});

describe('keys into the room', () => {
  const keyed = async (keysToRoom: boolean) => {
    const world = await createCallWorld({
      meetings: [createMeeting({ guestPin: '1212', options: withOptions({ keysToRoom }) })],
    });
    const caller = world.place();
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(500);
    caller.press('1212');
    await world.clock.advance(6_000);
    for (const keys of ['5', '*6', '7#', '*01', '*9']) {
      caller.press(keys);
      await world.clock.advance(15_000);
    }
    return caller;
  };

  test('go where the meeting asks for them: never the ID, the PIN or a command', async () => {
    expect((await keyed(true)).keysInRoom).toEqual(['5', '7', '#']);
  });

  test('do not go by default', async () => {
    expect((await keyed(false)).keysInRoom).toEqual([]);
  });
});
