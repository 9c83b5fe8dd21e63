/** Whole calls of people who are known: by a PIN of their own, by their number, by a host's word. */
import { describe, expect, test } from 'vitest';
import type { CallerSeen } from '../../src/call/host-act.ts';
import { asInviteeId, asLegId, type LegId } from '../../src/call/identifiers.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import type { Invitee } from '../../src/meeting/invitee.ts';
import { defaultMeetingOptions, type MeetingOptions } from '../../src/meeting/meeting-options.ts';
import {
  createCallWorld,
  createMeeting,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import type { FakeCaller, FakeCallOptions } from '../support/fake-sip-engine.ts';
import { createInvitee } from '../support/invitee.ts';

const invitee = (changes: Partial<Invitee> = {}): Invitee =>
  createInvitee({ name: 'Karin Ek', organisation: 'Kommunen', ...changes });
const options = (changes: Partial<MeetingOptions>): MeetingOptions => ({
  ...defaultMeetingOptions,
  ...changes,
});
const worldOf = (
  invitees: readonly Invitee[],
  changes: Partial<Meeting> = {},
): Promise<CallWorld> => createCallWorld({ meetings: [createMeeting({ invitees, ...changes })] });

const call = async (
  world: CallWorld,
  pin?: string,
  how: FakeCallOptions = {},
): Promise<FakeCaller> => {
  const caller = world.place(how);
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(500);
  if (pin !== undefined) caller.press(pin);
  await world.clock.advance(6_000);
  return caller;
};
const legOf = (caller: FakeCaller): LegId => caller.leg.invitation.legId;
const shownOf = (world: CallWorld, caller: FakeCaller): Readonly<Record<string, string>> => ({
  ...caller.joinedAs?.attributes,
  ...world.attributes.get(`ringbro:node-a:${legOf(caller)}`),
});
const detailsOf = (world: CallWorld, caller: FakeCaller) => world.core.get(legOf(caller))?.details;
const told = (world: CallWorld): string[] =>
  world
    .trace()
    .split('\n')
    .flatMap((line) => /says (.*?)(?: in (?:sv|en|da))?$/.exec(line)?.[1] ?? []);

describe('a personal PIN', () => {
  test('gives name, organisation, role and how sure that is', async () => {
    const world = await worldOf([invitee()]);
    const caller = await call(world, '1111');
    expect(caller.joinedAs?.name).toBe('Karin Ek');
    expect(caller.joinedAs?.attributes).toMatchObject({
      'ringbro.role': 'guest',
      'ringbro.identification': 'personal PIN',
      'ringbro.organisation': 'Kommunen',
    });
    expect(detailsOf(world, caller)).toMatchObject({
      role: 'guest',
      identification: 'personal PIN',
      inviteeId: 'karin',
      name: 'Karin Ek',
    });
  });

  test('is taken at the same question as guest and host PIN; a wrong one is a guess', async () => {
    const world = await worldOf([invitee()], { guestPin: '4711', hostPin: '9898' });
    const [guest, host, karin, wrong] = [
      await call(world, '4711'),
      await call(world, '9898'),
      await call(world, '1111'),
      await call(world, '0000'),
    ];
    expect(shownOf(world, guest)['ringbro.role']).toBe('guest');
    expect(shownOf(world, host)['ringbro.role']).toBe('host');
    expect(karin.joinedAs?.name).toBe('Karin Ek');
    expect(wrong.joinedAs).toBeUndefined();
    expect(told(world).at(-1)).toBe('wrong-pin');
  });

  test('of a host lets in and opens; where hosts alone have PINs, guests are not asked', async () => {
    const world = await worldOf([invitee({ role: 'host' })], { admission: 'host' });
    const guest = await call(world);
    expect(told(world).at(-2)).toBe('host-wait');
    const karin = await call(world);
    karin.press('*3');
    await world.clock.advance(3_000);
    expect(told(world).at(-2)).toBe('enter-host-pin');
    karin.press('1111');
    await world.clock.advance(6_000);
    expect(karin.joinedAs?.name).toBe('Karin Ek');
    expect(guest.heardInRoom).toBe(true);
  });

  test.each([
    ['the invitee’s before the number’s and the meeting’s', '', 'da'],
    ['the caller’s key before the invitee’s', '*2', 'en'],
  ])('speaks a language: %s', async (_what, keys, language) => {
    const world = await worldOf([invitee({ language: 'da' })], { language: 'sv' });
    const caller = world.place();
    await world.clock.advance(3_000);
    caller.press(keys);
    await world.clock.advance(5_000);
    caller.press('123456789');
    await world.clock.advance(500);
    caller.press('1111');
    await world.clock.advance(9_000);
    expect(shownOf(world, caller)['ringbro.language']).toBe(language);
    expect(world.trace()).toContain(`admitted [microphone tone] in ${language}`);
  });

  test('of one who is invited no longer is asked for again where they wait', async () => {
    const world = await worldOf([invitee()], { admission: 'lobby', guestPin: '4711' });
    const caller = await call(world, '1111');
    world.core.meetingChanged(createMeeting({ admission: 'lobby', guestPin: '4711' }));
    await world.clock.advance(3_000);
    caller.press('4711');
    await world.clock.advance(3_000);
    world.core.admit(legOf(caller));
    await world.clock.advance(6_000);
    expect(caller.joinedAs).toMatchObject({
      name: 'Phone 1',
      attributes: { 'ringbro.identification': 'unknown phone' },
    });
  });

  test('of one who asked for time is waited for, twenty seconds from key to key', async () => {
    const world = await worldOf([invitee({ slowKeys: true })]);
    const caller = await call(world);
    for (const key of '1111') {
      await world.clock.advance(19_000);
      caller.press(key);
    }
    await world.clock.advance(6_000);
    expect(caller.heardInRoom).toBe(true);
    caller.press('*');
    await world.clock.advance(19_000);
    caller.press('6');
    await world.clock.advance(500);
    expect(caller.heardInRoom).toBe(false);
  });

  test('of somebody else is waited for as ever', async () => {
    const world = await worldOf([invitee()]);
    const caller = await call(world, '11');
    await world.clock.advance(11_000);
    expect(told(world).at(-1)).toContain('digits-missing');
    caller.press('11');
    await world.clock.advance(6_000);
    expect(caller.heardInRoom).toBe(true);
  });
});

describe('a second call with the same personal PIN', () => {
  test('takes over: the first hears so and ends when the second is in', async () => {
    const world = await worldOf([invitee()]);
    const first = await call(world, '1111');
    const second = await call(world, '1111');
    expect(second.heardInRoom).toBe(true);
    await world.clock.advance(5_000);
    expect(first.ended).toEqual({ by: 'gateway', how: 'bye' });
    expect(world.ended[0]?.termination).toEqual({
      result: 'completed',
      reason: 'taken-over',
      by: 'caller',
    });
    expect(world.claims.at(-1)).toMatchObject({ inviteeId: 'karin', takesOver: true });
  });

  test('goes through the lobby; the first stays in as long as the second waits', async () => {
    const world = await worldOf([invitee()], { admission: 'lobby' });
    const first = await call(world, '1111');
    world.core.admit(legOf(first));
    await world.clock.advance(6_000);
    const second = await call(world, '1111');
    await world.clock.advance(6_000);
    expect(second.joinedAs).toBeUndefined();
    expect(first.heardInRoom).toBe(true);
    world.core.admit(legOf(second));
    await world.clock.advance(9_000);
    expect(second.heardInRoom).toBe(true);
    expect(first.ended).toBeDefined();
  });

  test('ends the first where both wait: the host sees one of them', async () => {
    const world = await worldOf([invitee()], { admission: 'lobby' });
    const first = await call(world, '1111');
    const second = await call(world, '1111');
    await world.clock.advance(5_000);
    expect(first.ended).toBeDefined();
    expect(second.ended).toBeUndefined();
    expect(world.core.counts().waiting).toBe(1);
  });

  test('of a host does not put the guests out', async () => {
    const world = await worldOf([invitee({ role: 'host' })], {
      guestPin: '4711',
      afterHostLeaves: 'lobby',
    });
    const first = await call(world, '1111');
    const guest = await call(world, '4711');
    await call(world, '1111');
    await world.clock.advance(60_000);
    expect(first.ended).toBeDefined();
    expect(guest.heardInRoom).toBe(true);
  });

  test('leaves the first alone where it may be two', async () => {
    const world = await worldOf([invitee({ role: 'relay', mayBeTwoLegs: true })]);
    const first = await call(world, '1111');
    const second = await call(world, '1111');
    await world.clock.advance(5_000);
    expect([first.heardInRoom, second.heardInRoom]).toEqual([true, true]);
    expect(world.told).toEqual([]);
  });

  test('on another node is told of, and ends a call here only where it is newer', async () => {
    const world = await worldOf([invitee()], { admission: 'lobby' });
    const caller = await call(world, '1111');
    expect(world.told).toEqual(['again karin']);
    const again = {
      callId: meetingId(),
      inviteeId: asInviteeId('karin'),
      legId: 'elsewhere' as LegId,
    };
    world.core.heardOfPerson.calledAgain({ ...again, at: world.clock.now() - 60_000 });
    await world.clock.advance(5_000);
    expect(caller.ended).toBeUndefined();
    world.core.heardOfPerson.calledAgain({ ...again, at: world.clock.now() });
    await world.clock.advance(5_000);
    expect(caller.ended).toBeDefined();
  });
});

describe('a number', () => {
  const booked = { phoneNumber: '+46701234567', role: 'host' } as const;
  const vouched = { from: '+46701234567', vouched: true } as const;

  test('that the trunk vouches for says who it probably is, and gives no right', async () => {
    const world = await worldOf([invitee(booked)], { admission: 'host' });
    const caller = await call(world, undefined, vouched);
    expect(caller.joinedAs).toBeUndefined();
    world.core.setHostPresent(meetingId(), 'room:chair', 'present');
    await world.clock.advance(6_000);
    expect(caller.joinedAs).toMatchObject({
      name: 'Karin Ek',
      attributes: {
        'ringbro.identification': 'number matches the booking',
        'ringbro.role': 'guest',
      },
    });
    expect(world.claims.at(-1)).toMatchObject({ role: 'guest', takesOver: false });
  });

  test.each([
    ['nobody vouches for it', { from: '+46701234567' }, [invitee(booked)]],
    ['two people have it', vouched, [invitee(booked), invitee({ ...booked, pin: '2222' })]],
    ['it is withheld', { from: undefined, vouched: true }, [invitee(booked)]],
  ])('says nothing where %s', async (_what, how, invitees) => {
    const world = await worldOf(invitees);
    const caller = await call(world, undefined, how);
    expect(caller.joinedAs).toMatchObject({
      name: 'Phone 1',
      attributes: { 'ringbro.identification': 'unknown phone' },
    });
  });
});

describe('a protected identity', () => {
  const secret = invitee({ protectedIdentity: true, name: undefined, phoneNumber: '+46701234567' });

  test('shows neither name nor number: not in the room, not in the record, not to the host', async () => {
    const world = await worldOf([secret], { admission: 'lobby', language: 'sv' });
    const caller = await call(world, '1111', { from: '+46701234567' });
    expect(world.core.list()[0]).toMatchObject({ from: undefined, details: { isProtected: true } });
    world.core.admit(legOf(caller));
    await world.clock.advance(6_000);
    expect(caller.joinedAs?.name).toBe('Telefon 1');
    expect(Object.keys(caller.joinedAs?.attributes ?? {})).not.toContain('sip.phoneNumber');
    caller.hangUp();
    await world.clock.advance(2_000);
    expect(JSON.stringify([world.ended, world.updated.at(-1), world.log])).not.toMatch(
      /•67|1234567"/,
    );
  });

  test('is hidden at once when it becomes one', async () => {
    const world = await worldOf([invitee()]);
    const caller = await call(world, '1111', { from: '+46701234567' });
    expect(shownOf(world, caller)['sip.phoneNumber']).toBe('+46•••••67');
    world.core.meetingChanged(createMeeting({ invitees: [secret] }));
    await world.clock.advance(1_000);
    expect(shownOf(world, caller)).toMatchObject({
      'sip.phoneNumber': '',
      'ringbro.organisation': '',
      name: 'Phone 1',
    });
  });
});

describe('an interpreter', () => {
  const interpreter = invitee({ role: 'interpreter', interpreterId: '12345', name: 'Ali Rahimi' });

  test('is known by an ID, the number withheld, with start and stop in the record', async () => {
    const world = await worldOf([interpreter], { language: 'sv' });
    const caller = await call(world, '1111', { from: undefined });
    const startedAt = world.core.get(legOf(caller))?.joinedAt;
    expect(caller.joinedAs).toMatchObject({
      name: 'Tolk 12345',
      attributes: { 'ringbro.role': 'interpreter' },
    });
    expect(detailsOf(world, caller)?.interpreting).toEqual([{ startedAt }]);
    await world.clock.advance(60_000);
    caller.hangUp();
    const endedAt = world.clock.now();
    await world.clock.advance(1_000);
    expect(world.ended[0]?.details.interpreting).toEqual([{ startedAt, endedAt }]);
  });

  test('is let in first where the meeting says so, and not otherwise', async () => {
    for (const interpreterFirst of [true, false])
      for (const admission of ['host', 'lobby'] as const) {
        const world = await worldOf([interpreter], {
          admission,
          options: options({ interpreterFirst }),
        });
        const caller = await call(world, '1111', { from: undefined });
        expect(caller.heardInRoom).toBe(interpreterFirst);
      }
  });

  test('stays when the host leaves, where interpreters come first', async () => {
    const world = await worldOf([interpreter], {
      hostPin: '9898',
      afterHostLeaves: 'lobby',
      options: options({ interpreterFirst: true }),
    });
    const caller = await call(world, '1111');
    const host = await call(world, '9898');
    host.hangUp();
    await world.clock.advance(5_000);
    expect(caller.heardInRoom).toBe(true);
  });
});

describe('what is shown', () => {
  test('follows the caller’s language, the count of people and the host’s word for them', async () => {
    const world = await createCallWorld();
    const caller = await call(world);
    const other = await call(world);
    caller.press('*2');
    world.core.people(legOf(caller), 4);
    world.core.rename(legOf(caller), 'Anna');
    await world.clock.advance(1_000);
    expect(shownOf(world, caller)).toMatchObject({
      'ringbro.language': 'en',
      'ringbro.people': '4',
      'ringbro.identification': 'vouched by host',
      name: 'Anna',
    });
    expect(detailsOf(world, caller)).toMatchObject({ people: 4 });
    // Two phones, three more at one of them, one in the room by another way.
    other.press('*1');
    await world.clock.advance(1_000);
    expect(told(world).at(-1)).toBe('people-here(6)');
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(world.ended[0]?.details).not.toHaveProperty('name');
  });

  test('counts those who share a phone of another node', async () => {
    const elsewhere: CallerSeen = {
      legId: asLegId('leg-of-another-node'),
      callId: createMeeting().callId,
      place: 'in',
      role: 'guest',
      numberEnd: undefined,
      since: 1,
    };
    const world = await createCallWorld({
      others: {
        callers: () => [
          { ...elsewhere, people: 3 },
          elsewhere,
          { ...elsewhere, place: 'door', people: 9 },
        ],
        command: async () => 'done',
        mutePhones: () => undefined,
      },
    });
    const caller = await call(world);
    caller.audience(2);
    caller.press('*1');
    await world.clock.advance(1_000);
    expect(told(world).at(-1)).toBe('people-here(5)');
  });

  test.each([
    ['sv', 'Telefon 1'],
    ['da', 'Telefon 1'],
    ['en', 'Phone 1'],
  ] as const)('is a phone in the meeting’s language: %s', async (language, name) => {
    const world = await worldOf([], { language });
    expect((await call(world)).joinedAs?.name).toBe(name);
  });
});
