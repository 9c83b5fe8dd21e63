/** What hosts on the phone hear unasked of video rooms: whole calls. Knocks: host-desk.test.ts. */
import { describe, expect, test } from 'vitest';
import type { CallerSeen } from '../../src/call/host-act.ts';
import { asInviteeId, asLegId } from '../../src/call/identifiers.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import type { SpeechMaker } from '../../src/call/ports/speech.ts';
import { defaultMeetingOptions } from '../../src/meeting/meeting-options.ts';
import { createCallWorld, createMeeting, type CallWorld } from '../support/call-world.ts';
import { madeOf, type FakeCaller } from '../support/fake-sip-engine.ts';
import { createInvitee } from '../support/invitee.ts';

type Extras = NonNullable<Parameters<typeof createCallWorld>[0]>;

const hosted = (changes: Partial<Meeting> = {}, more: Partial<Extras> = {}): Promise<CallWorld> =>
  createCallWorld({
    meetings: [createMeeting({ guestPin: '1212', hostPin: '9898', ...changes })],
    ...more,
  });
const call = async (world: CallWorld, pin: string): Promise<FakeCaller> => {
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(500);
  caller.press(pin);
  await world.clock.advance(6_000);
  return caller;
};
const host = (world: CallWorld): Promise<FakeCaller> => call(world, '9898');
const room = (world: CallWorld): Promise<FakeCaller> => call(world, '1212');
/** What was said to anybody of pictures, oldest first. */
const told = (world: CallWorld): string[] =>
  world
    .trace()
    .split('\n')
    .flatMap((line) => /says (\S*picture\S*)/.exec(line)?.slice(1) ?? []);

describe('a picture that is missing', () => {
  test('is told to the host on the phone after a while, once for each cause, and to no guest', async () => {
    const world = await hosted();
    await host(world);
    const caller = await room(world);
    caller.picture('coming');
    caller.picture('gone');
    await world.clock.advance(2_000);
    expect(told(world)).toEqual([]);
    await world.clock.advance(3_000);
    expect(told(world)).toEqual(['room-without-picture']);
    caller.picture('coming');
    caller.picture('gone');
    await world.clock.advance(30_000);
    expect(told(world)).toEqual(['room-without-picture']);
    caller.picture('unusable');
    await world.clock.advance(30_000);
    expect(told(world)).toEqual(['room-without-picture', 'room-picture-unusable']);
  });

  test('and is back at once is not told', async () => {
    const world = await hosted();
    await host(world);
    const caller = await room(world);
    caller.picture('gone');
    await world.clock.advance(1_000);
    caller.picture('coming');
    await world.clock.advance(30_000);
    expect(told(world)).toEqual([]);
  });

  test('of two rooms is told of each, one after the other', async () => {
    const world = await hosted();
    await host(world);
    for (const each of [await room(world), await room(world)]) each.picture('gone');
    await world.clock.advance(30_000);
    expect(told(world)).toEqual(['room-without-picture', 'room-without-picture']);
  });

  test('is told to a host who comes later, and not to the host whose own it is', async () => {
    const world = await hosted();
    const own = await host(world);
    own.picture('gone');
    await world.clock.advance(30_000);
    expect(told(world)).toEqual([]);
    await host(world);
    await world.clock.advance(5_000);
    expect(told(world)).toEqual(['room-without-picture']);
  });

  test('of a room at another node is told here too', async () => {
    const elsewhere: CallerSeen = {
      legId: asLegId('leg-of-another-node'),
      callId: createMeeting().callId,
      place: 'in',
      role: 'guest',
      numberEnd: undefined,
      since: 0,
      missing: 'unusable',
    };
    const world = await hosted(
      {},
      {
        others: {
          callers: () => [elsewhere],
          command: () => Promise.resolve('done'),
          mutePhones: () => undefined,
        },
      },
    );
    await host(world);
    world.core.callersChanged(elsewhere.callId);
    await world.clock.advance(5_000);
    expect(told(world)).toEqual(['room-picture-unusable']);
  });

  test.each([
    ['names', 'name-without-picture'],
    ['words', 'room-without-picture'],
  ] as const)('has a name where names are said in the meeting (%s)', async (signal, said) => {
    const speech: SpeechMaker = { make: (text) => Promise.resolve(madeOf(text)) };
    const inviteeId = asInviteeId('of-7777');
    const invitee = createInvitee({ inviteeId, pin: '7777', name: 'Room 12' });
    const world = await hosted(
      { options: { ...defaultMeetingOptions, entrySignal: signal }, invitees: [invitee] },
      { speech },
    );
    await host(world);
    const caller = await call(world, '7777');
    await world.clock.advance(10_000);
    caller.picture('gone');
    await world.clock.advance(10_000);
    expect(told(world)).toEqual([expect.stringContaining(said)]);
  });
});
