/** Who is here, by name: whole calls, with a speech program that says every name, or none. */
import { describe, expect, test } from 'vitest';
import type { CallerSeen } from '../../src/call/host-act.ts';
import { asInviteeId, asLegId } from '../../src/call/identifiers.ts';
import { createSpokenNames, speakable } from '../../src/call/spoken-names.ts';
import type { SpeechMaker } from '../../src/call/ports/speech.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import type { Invitee } from '../../src/meeting/invitee.ts';
import { defaultMeetingOptions, type MeetingOptions } from '../../src/meeting/meeting-options.ts';
import {
  createCallWorld,
  createMeeting,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import { madeOf, type FakeCaller } from '../support/fake-sip-engine.ts';
import { createInvitee } from '../support/invitee.ts';

const invitee = (pin: string, changes: Partial<Invitee>): Invitee =>
  createInvitee({ inviteeId: asInviteeId(`of-${pin}`), pin, ...changes });
const invitees = [
  invitee('1111', { name: 'Karin Ek', organisation: 'Kommunen' }),
  invitee('2222', { role: 'interpreter', interpreterId: '12345' }),
  invitee('3333', { name: 'Secret', organisation: 'Nowhere', protectedIdentity: true }),
  invitee('4444', { name: 'Olle', role: 'relay' }),
];
const saysAll: SpeechMaker = { make: (text) => Promise.resolve(madeOf(text)) };

const worldOf = (
  options: Partial<MeetingOptions> = {},
  changes: Partial<Meeting> = {},
): Promise<CallWorld> =>
  createCallWorld({
    speech: saysAll,
    meetings: [
      createMeeting({
        invitees,
        guestPin: '1212',
        hostPin: '9898',
        options: { ...defaultMeetingOptions, ...options },
        ...changes,
      }),
    ],
  });
const call = async (world: CallWorld, pin: string, from = '+46709999999'): Promise<FakeCaller> => {
  const caller = world.place({ from });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(500);
  caller.press(pin);
  await world.clock.advance(8_000);
  return caller;
};
const press = async (world: CallWorld, caller: FakeCaller, keys: string): Promise<void> => {
  caller.press(keys);
  await world.clock.advance(15_000);
};
/** What the first caller was told last. */
const toldFirst = (world: CallWorld, back = 1): string =>
  world
    .trace()
    .split('\n')
    .filter((line) => !/\[[2-9]\] /.test(line))
    .flatMap((line) => /says (.*?)(?: in sv)?$/.exec(line)?.[1] ?? [])
    .at(-back) ?? '';

describe('the roll call', () => {
  test('says roles, names and organisations to the host, an interpreter by number, nothing of who is protected', async () => {
    const world = await worldOf();
    const host = await call(world, '9898');
    await call(world, '1111', '+46701111111');
    await call(world, '2222', '+46702222222');
    await call(world, '3333', '+46703333333');
    await press(world, host, '*1');
    await press(world, host, '1');
    const told = toldFirst(world);
    expect(told.replaceAll(/\(\d+\)/g, '')).toBe(
      'roll-host waiting-number roll-guest who-name who-from roll-interpreter who-interpreter ' +
        'roll-guest waiting-withheld roll-others <Karin Ek> <Kommunen>',
    );
  });

  test('is for guests where the booking says so, without numbers', async () => {
    const world = await worldOf({ namesToEverybody: true });
    const guest = await call(world, '1212');
    await call(world, '4444', '+46701111111');
    await press(world, guest, '*1');
    expect(toldFirst(world)).toContain('roll-call-menu');
    await press(world, guest, '1');
    expect(toldFirst(world).replaceAll(/\(\d+\)/g, '')).toBe(
      'roll-guest roll-relay who-name roll-others <Olle>',
    );
  });

  test('is for no guest elsewhere', async () => {
    const world = await worldOf();
    const guest = await call(world, '1212');
    await call(world, '1111', '+46701111111');
    await press(world, guest, '*1');
    expect(toldFirst(world)).not.toContain('roll-call-menu');
    await press(world, guest, '1');
    expect(toldFirst(world)).not.toContain('Karin');
  });

  test('says the number where nothing speaks names, or could not', async () => {
    for (const speech of [undefined, { make: () => Promise.resolve(undefined) }]) {
      const world = await createCallWorld({
        ...(speech && { speech }),
        meetings: [createMeeting({ invitees, guestPin: '1212', hostPin: '9898' })],
      });
      const host = await call(world, '9898');
      await call(world, '1111', '+46701111111');
      await press(world, host, '*1');
      await press(world, host, '1');
      expect(toldFirst(world).replaceAll(/\(\d+\)/g, '')).toBe(
        'roll-host waiting-number roll-guest waiting-number roll-others',
      );
    }
  });

  test('says a caller as the host renamed them', async () => {
    const world = await worldOf();
    const host = await call(world, '9898');
    const guest = await call(world, '1212', '+46701111111');
    world.core.rename(guest.leg.invitation.legId, 'Doctor Lind');
    await world.clock.advance(100);
    await press(world, host, '*1');
    await press(world, host, '1');
    expect(toldFirst(world)).toContain('<Doctor Lind>');
  });
});

test('a caller of another node is named by this node’s booking, and a protected one is not', async () => {
  const elsewhere = (pin: string): CallerSeen => ({
    legId: asLegId(`leg-${pin}`),
    callId: meetingId(),
    place: 'in',
    role: 'guest',
    numberEnd: undefined,
    since: 0,
    inviteeId: asInviteeId(`of-${pin}`),
  });
  const callers: CallerSeen[] = [elsewhere('1111')];
  const world = await createCallWorld({
    speech: saysAll,
    meetings: [createMeeting({ invitees, guestPin: '1212', hostPin: '9898' })],
    others: {
      callers: () => callers,
      command: () => Promise.resolve('done'),
      mutePhones: () => undefined,
    },
  });
  const host = await call(world, '9898');
  callers.push(elsewhere('4444'), elsewhere('3333'));
  world.core.callersChanged(meetingId());
  await world.clock.advance(100);
  await press(world, host, '*1');
  await press(world, host, '1');
  expect(toldFirst(world)).toContain('<Karin Ek> <Kommunen> <Olle>');
  expect(toldFirst(world)).not.toContain('Secret');
});

describe('somebody who comes', () => {
  test('is named to the host, and to guests as somebody', async () => {
    const world = await worldOf({ entrySignal: 'names' });
    await call(world, '9898');
    const guest = await call(world, '1212', '+46705555555');
    await world.clock.advance(10_000);
    const karin = await call(world, '1111', '+46701111111');
    await world.clock.advance(8_000);
    expect(toldFirst(world)).toBe('name-came <Karin Ek>');
    const toGuest = world
      .trace()
      .split('\n')
      .filter((line) => line.includes('[2] says'));
    expect(toGuest.at(-1)).toContain('somebody-came');
    expect(guest.ended).toBeUndefined();
    karin.hangUp();
    await world.clock.advance(8_000);
    expect(toldFirst(world)).toBe('name-left <Karin Ek>');
  });

  test('is named to everybody where the booking says so, and somebody where protected', async () => {
    const world = await worldOf({ entrySignal: 'names', namesToEverybody: true });
    await call(world, '1212');
    await call(world, '1111', '+46701111111');
    await world.clock.advance(8_000);
    expect(toldFirst(world)).toBe('name-came <Karin Ek>');
    await call(world, '3333', '+46703333333');
    await world.clock.advance(8_000);
    expect(toldFirst(world)).toBe('somebody-came');
  });
});

test('one who waits is named to the host', async () => {
  const world = await worldOf({}, { admission: 'lobby' });
  const host = await call(world, '9898');
  await call(world, '1111', '+46701111111');
  await press(world, host, '*3');
  expect(toldFirst(world)).toBe(
    'waiting-count(1) who-name(1) who-from(1) waiting-menu(1) <Karin Ek> <Kommunen>',
  );
});

test('no name is in the log or the record', async () => {
  const world = await worldOf({ entrySignal: 'names' });
  const host = await call(world, '9898');
  const karin = await call(world, '1111', '+46701111111');
  await press(world, host, '*1');
  await press(world, host, '1');
  karin.hangUp();
  host.hangUp();
  await world.clock.advance(5_000);
  expect(JSON.stringify([world.log, world.ended])).not.toMatch(/Karin|Kommunen/);
});

describe('the sounds of names', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('are made once, and forgotten with the last call of the meeting', async () => {
    const asked: string[] = [];
    const names = createSpokenNames({
      make: (text, language) => {
        asked.push(`${text} ${language}`);
        return Promise.resolve(madeOf(text));
      },
    });
    names.prepare(meetingId(), ['Karin Ek', 'Kommunen'], 'da');
    names.prepare(meetingId(), ['Karin Ek'], 'da');
    expect(names.soundOf(meetingId(), 'Karin Ek')).toBeUndefined();
    await settled();
    expect(asked).toEqual(['Karin Ek da', 'Kommunen da']);
    expect(names.soundOf(meetingId(), 'Karin Ek')).toEqual(madeOf('Karin Ek'));
    names.keepOnly(() => true);
    expect(names.soundOf(meetingId(), 'Karin Ek')).toBeDefined();
    names.keepOnly(() => false);
    expect(names.soundOf(meetingId(), 'Karin Ek')).toBeUndefined();
  });

  test('are made of plain words alone', () => {
    expect(speakable('Åsa Öberg-Lind, d’Arc & Co. 2')).toBe('Åsa Öberg-Lind, d’Arc & Co. 2');
    expect(speakable('<speak>x</speak>[[_:]] --help')).toBe('speak x speak help');
    expect(speakable('a\nb\u0000c')).toBe('a b c');
    expect(speakable(' -– ')).toBeUndefined();
    expect(speakable('x'.repeat(500))).toHaveLength(80);
  });
});
