import { describe, expect, test } from 'vitest';
import {
  dialableNumber,
  expensivePrefixes,
  isAllowed,
  isOneTooMany,
  numberRefusal,
  type DialOutPolicy,
} from '../../src/meeting/dial-out-policy.ts';

const policy: DialOutPolicy = {
  prefixes: ['+46', '+45'],
  perHour: 6,
  perMeetingAndHour: 4,
  perNumberAndHour: 2,
};
const number = (n: number): string => `+4670123450${n}`;

describe('a number', () => {
  test.each([
    ['+46 70-123 45 67', '+46701234567'],
    ['0046701234567', '+46701234567'],
    ['+4589100000', '+4589100000'],
  ])('%s is dialled as %s', (text, dialled) => {
    expect(dialableNumber(text)).toBe(dialled);
  });

  test.each([
    '0701234567',
    '112',
    '+46',
    'sip:+46701234567@evil.example',
    '+46701234567;ext=1',
    '',
  ])('%s is none to dial', (text) => {
    expect(dialableNumber(text)).toBeUndefined();
  });

  test('is allowed by the beginnings that are listed alone', () => {
    expect(isAllowed('+46701234567', policy.prefixes)).toBe(true);
    expect(isAllowed('+4915112345678', policy.prefixes)).toBe(false);
    expect(isAllowed('+46701234567', [])).toBe(false);
  });

  test.each(expensivePrefixes)('in %s is refused unless that range itself is listed', (dear) => {
    const called = `${dear}1234567`;
    expect(isAllowed(called, ['+1', '+3', '+4', '+8', '+9', '+46', '+45'])).toBe(false);
    expect(isAllowed(called, [dear])).toBe(true);
  });
});

describe('calls out', () => {
  test('are off where no beginning is listed', () => {
    expect(numberRefusal({ prefixes: [] }, number(1))).toBe('off');
    expect(numberRefusal(policy, '+4915112345678')).toBe('number-not-allowed');
    expect(numberRefusal(policy, number(1))).toBeUndefined();
  });

  test('are limited by number, by meeting and in all', () => {
    const calls = (...each: readonly (readonly [number, string])[]) =>
      each.map(([n, meeting]) => ({ number: number(n), meeting }));
    const one = { number: number(1), meeting: 'a' };
    expect(isOneTooMany(policy, [], one)).toBe(false);
    expect(isOneTooMany(policy, calls([1, 'b']), one)).toBe(false);
    expect(isOneTooMany(policy, calls([1, 'b'], [1, 'c']), one)).toBe(true);
    const ofMeeting = calls([2, 'a'], [3, 'a'], [4, 'a'], [5, 'a']);
    expect(isOneTooMany(policy, ofMeeting.slice(1), one)).toBe(false);
    expect(isOneTooMany(policy, ofMeeting, one)).toBe(true);
    const inAll = calls([2, 'b'], [3, 'c'], [4, 'd'], [5, 'e'], [6, 'f'], [7, 'g']);
    expect(isOneTooMany(policy, inAll.slice(1), one)).toBe(false);
    expect(isOneTooMany(policy, inAll, one)).toBe(true);
  });
});
