import { describe, expect, test } from 'vitest';
import { asInviteeId } from '../../src/call/identifiers.ts';
import { hasHostPin, identifyByNumber, identifyByPin } from '../../src/meeting/identify.ts';
import { generatePin, pinLengthOf, type Invitee } from '../../src/meeting/invitee.ts';
import { isSameNumber, normalisePhoneNumber } from '../../src/meeting/phone-number.ts';
import { hasRoom } from '../../src/meeting/seats.ts';
import { createMeeting } from '../support/call-world.ts';
import { createInvitee } from '../support/invitee.ts';

const invitee = (changes: Partial<Invitee> = {}): Invitee =>
  createInvitee({ name: 'Karin', phoneNumber: '+46701234567', ...changes });

describe('a PIN', () => {
  test.each([
    ['no PIN at all', {}, undefined, 'guest'],
    ['a host PIN alone', { hostPin: '9898' }, undefined, 'guest'],
    ['hosts’ personal PINs alone', { invitees: [invitee({ role: 'host' })] }, undefined, 'guest'],
    ['a guest PIN', { guestPin: '4711' }, undefined, undefined],
    ['a guest’s personal PIN', { invitees: [invitee()] }, undefined, undefined],
    ['a guest’s personal PIN', { invitees: [invitee()] }, '1111', 'guest'],
    ['a guest’s personal PIN', { invitees: [invitee()] }, '0000', undefined],
    ['a host PIN and a guest’s', { hostPin: '9898', invitees: [invitee()] }, '9898', 'host'],
  ] as const)('with %s: %o and %s keyed is %s', (_what, changes, pin, role) => {
    expect(identifyByPin(createMeeting(changes), pin)?.role).toBe(role);
  });

  test('makes hosts where there is one for hosts', () => {
    expect(hasHostPin(createMeeting({ guestPin: '1' }))).toBe(false);
    expect(hasHostPin(createMeeting({ hostPin: '1' }))).toBe(true);
    expect(hasHostPin(createMeeting({ invitees: [invitee({ role: 'host' })] }))).toBe(true);
  });

  test('is as long as the others, and never one of them', () => {
    expect(pinLengthOf({ guestPin: undefined, hostPin: '98989', invitees: [] })).toBe(5);
    expect(pinLengthOf({ guestPin: undefined, hostPin: undefined, invitees: [] })).toBeUndefined();
    const digits = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(generatePin(4, new Set(['1234']), () => digits.shift() ?? 0)).toBe('5678');
    expect(generatePin(1, new Set(['0']), () => 0)).toBeUndefined();
  });
});

describe('a number', () => {
  test.each([
    ['+46701234567', true],
    ['46701234567', true],
    ['0046701234567', true],
    ['0701234567', true],
    ['+46 (70) 123-45.67', true],
    ['+46701234568', false],
    ['234567', false],
    ['anna.berg', false],
    ['', false],
  ])('%s is the one of the booking: %s', (number, isOurs) => {
    expect(isSameNumber(number, '+46701234567')).toBe(isOurs);
    expect(identifyByNumber(createMeeting({ invitees: [invitee()] }), number)?.name).toBe(
      isOurs ? 'Karin' : undefined,
    );
  });

  test.each([
    ['+46 70-123 45 67', '+46701234567'],
    ['0046701234567', '+46701234567'],
    ['0701234567', undefined],
    ['+0701234567', undefined],
    ['+46', undefined],
    ['anna', undefined],
  ])('%s is kept as %s', (text, number) => {
    expect(normalisePhoneNumber(text)).toBe(number);
  });
});

describe('room for one more', () => {
  const seat = (invitee_id: string | null = null, role = 'guest') => ({ invitee_id, role });
  const kept = [{ inviteeId: asInviteeId('karin') }];
  const guest = { role: 'guest', inviteeId: undefined, others: 0 } as const;

  test('is where seats, participants of the room and kept seats leave some', () => {
    const seats = [seat(), seat()];
    expect(hasRoom({ max: 3, seats, kept: [], claim: guest })).toBe(true);
    expect(hasRoom({ max: 3, seats, kept, claim: guest })).toBe(false);
    expect(hasRoom({ max: 3, seats, kept: [], claim: { ...guest, others: 1 } })).toBe(false);
  });

  test('is for the one whose seat is kept, and for a first host, in a full meeting too', () => {
    const seats = [seat(), seat(), seat()];
    const karin = { ...guest, inviteeId: asInviteeId('karin') };
    expect(hasRoom({ max: 3, seats, kept, claim: karin })).toBe(true);
    expect(hasRoom({ max: 3, seats, kept: [], claim: { ...guest, role: 'host' } })).toBe(true);
    const hosted = [...seats, seat(null, 'host')];
    expect(hasRoom({ max: 3, seats: hosted, kept: [], claim: { ...guest, role: 'host' } })).toBe(
      false,
    );
  });

  test('is not taken twice by a kept seat that is sat on', () => {
    const seats = [seat('karin'), seat()];
    expect(hasRoom({ max: 3, seats, kept, claim: guest })).toBe(true);
  });
});
