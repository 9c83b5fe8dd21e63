import { expect, test } from 'vitest';
import { fault, createCallWorld, createMeeting, meetingId } from '../support/call-world.ts';

/** Whole calls as people meet them: the traces in `golden/` are meant to be read. */
const golden = (name: string): string => `./golden/${name}.txt`;
const at = (time: string): number => Date.parse(`2026-11-23T${time}:00Z`);

test('a caller keys in nine digits, is told so and is heard in the room', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(5_000);
  caller.press('123456789#');
  await world.clock.advance(1_000);
  expect(caller.heardInRoom).toBe(false);
  await world.clock.advance(10_000);
  expect(caller.heardInRoom).toBe(true);
  caller.hangUp();
  await world.clock.advance(1_000);
  await expect(world.trace()).toMatchFileSnapshot(golden('happy-path'));
});

test('with the tone alone the microphone opens at once', async () => {
  const world = await createCallWorld({ call: { admissionWords: 'tone' } });
  const caller = world.place();
  await world.clock.advance(5_000);
  caller.press('123456789');
  await world.clock.advance(300);
  expect(caller.heardInRoom).toBe(true);
  caller.hangUp();
  await world.clock.advance(1_000);
  await expect(world.trace()).toMatchFileSnapshot(golden('admission-by-tone'));
});

test('three wrong IDs: told each time, offered help, then ended', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(4_000);
  for (const digits of ['111111111', '222222222#', '333333333']) {
    caller.press(digits);
    await world.clock.advance(4_000);
  }
  caller.press('0');
  await world.clock.advance(10_000);
  expect(caller.ended).toEqual({ by: 'gateway', how: 'bye' });
  await expect(world.trace()).toMatchFileSnapshot(golden('wrong-id-three-times'));
});

test('digits during the greeting stop it and count', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(10);
  caller.press('12');
  await world.clock.advance(1_000);
  caller.press('3456789');
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('barge-in'));
});

test('star after digits starts over, and a short entry is told what is missing', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('9999*');
  await world.clock.advance(1_000);
  caller.press('12345#');
  await world.clock.advance(4_000);
  // Ten seconds of silence keep the digits.
  await world.clock.advance(12_000);
  caller.press('6789');
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('star-correction'));
});

test('star on an empty entry opens the language menu', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(2_000);
  caller.press('*');
  await world.clock.advance(1_000);
  caller.press('2');
  await world.clock.advance(6_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  caller.press('*2');
  await world.clock.advance(3_000);
  await expect(world.trace()).toMatchFileSnapshot(golden('language-menu'));
});

test('a caller who is 20 minutes early waits with a word of when it begins', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ startsAt: at('09:20') })] });
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(6 * 60_000);
  expect(caller.joinedAs).toBeUndefined();
  await world.clock.advance(15 * 60_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('too-early-wait'));
});

test('a caller who is an hour early is asked to call again', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ startsAt: at('10:00') })] });
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  await expect(world.trace()).toMatchFileSnapshot(golden('too-early'));
});

test('a caller in the lobby is let in by the host', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ admission: 'lobby' })] });
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(70_000);
  expect(caller.joinedAs).toBeUndefined();
  expect(world.seats.size).toBe(0);
  expect(world.core.counts()).toMatchObject({ waiting: 1, joined: 0 });
  expect(world.core.admit(caller.leg.invitation.legId, 'host')).toBe('done');
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('lobby-admit'));
});

test('a caller in the lobby is refused, told so, and then ended', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ admission: 'lobby' })] });
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  expect(world.core.refuse(caller.leg.invitation.legId)).toBe('done');
  await world.clock.advance(5_000);
  await expect(world.trace()).toMatchFileSnapshot(golden('lobby-refuse'));
});

test('a full meeting says so and gives nobody else the seat', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ maxParticipants: 1 })] });
  const first = world.place();
  await world.clock.advance(3_000);
  first.press('123456789');
  await world.clock.advance(5_000);
  const second = world.place({ from: '+46709999999' });
  await world.clock.advance(3_000);
  second.press('123456789');
  await world.clock.advance(5_000);
  expect(second.ended).toBeDefined();
  first.hangUp();
  await world.clock.advance(1_000);
  expect(world.seats.size).toBe(0);
  await expect(world.trace()).toMatchFileSnapshot(golden('full'));
});

test('a lost room is told of, again after a minute, and so is its return', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  caller.loseRoom();
  await world.clock.advance(70_000);
  caller.recoverRoom();
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('room-lost'));
});

test('an unwritable journal answers 503 and begins nothing', async () => {
  const world = await createCallWorld();
  world.faults.journal = fault('journal/unwritable');
  const caller = world.place();
  await world.clock.advance(1_000);
  expect(caller.statuses).toEqual([180, 503]);
  expect([world.begun, world.ended]).toEqual([[], []]);
  await expect(world.trace()).toMatchFileSnapshot(golden('journal-unwritable'));
});

test('a store that fails during the look-up is told of as a technical problem', async () => {
  const world = await createCallWorld();
  world.faults.store = fault('store/unavailable');
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  expect(world.ended[0]?.termination?.reason).toBe('store-unreachable');
  await expect(world.trace()).toMatchFileSnapshot(golden('store-down'));
});

test('a bug in a port ends that call alone', async () => {
  const world = await createCallWorld();
  const healthy = world.place();
  const broken = world.place({ breaks: 'play' });
  await world.clock.advance(3_000);
  expect(broken.ended).toEqual({ by: 'gateway', how: 'bye' });
  expect(world.ended.map((record) => record.termination)).toEqual([
    { result: 'server-error', reason: 'bug', by: 'gateway' },
  ]);
  healthy.press('123456789');
  await world.clock.advance(5_000);
  expect(healthy.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('bug-in-a-port'));
});

test('the PIN is asked for after the ID, typed ahead or not', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ guestPin: '4711' })] });
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  caller.press('0000');
  await world.clock.advance(4_000);
  caller.press('4711');
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('pin'));
});

test('a dialled call ID goes straight to admission, by way of the opening tone', async () => {
  const world = await createCallWorld();
  const caller = world.place({ user: meetingId() });
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
  await expect(world.trace()).toMatchFileSnapshot(golden('dialled-call-id'));
});

test('a meeting that ends says goodbye to its callers, then BYE', async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  world.core.meetingOver(meetingId());
  await world.clock.advance(5_000);
  expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
  await expect(world.trace()).toMatchFileSnapshot(golden('meeting-over'));
});

test('a host on the phone is told of a caller in the lobby, lets them in and ends the meeting', async () => {
  const world = await createCallWorld({
    meetings: [createMeeting({ admission: 'lobby', guestPin: '1212', hostPin: '9898' })],
  });
  const enter = async (pin: string, from: string) => {
    const caller = world.place({ from });
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(2_000);
    caller.press(pin);
    await world.clock.advance(6_000);
    return caller;
  };
  const host = await enter('9898', '+46709999999');
  const guest = await enter('1212', '+46701234567');
  await world.clock.advance(3_000);
  host.press('*3');
  await world.clock.advance(13_000);
  host.press('1');
  await world.clock.advance(12_000);
  expect(guest.heardInRoom).toBe(true);
  for (const keys of ['*5', '*4', '2', '9']) {
    host.press(keys);
    await world.clock.advance(9_000);
  }
  await expect(world.trace()).toMatchFileSnapshot(golden('host-by-phone'));
});
