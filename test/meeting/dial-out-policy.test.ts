import { describe, expect, test } from 'vitest';
import {
  createDialOutGate,
  dialableNumber,
  expensivePrefixes,
  isAllowed,
  type DialOutPolicy,
} from '../../src/meeting/dial-out-policy.ts';

const policy: DialOutPolicy = {
  prefixes: ['+46', '+45'],
  perHour: 6,
  perMeetingAndHour: 4,
  perNumberAndHour: 2,
};
const hourMs = 3_600_000;
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
    const gate = createDialOutGate({ ...policy, prefixes: [] });
    expect(gate.take(0, number(1), 'a')).toBe('off');
  });

  test('are limited by number, by meeting and in all, for an hour', () => {
    const gate = createDialOutGate(policy);
    expect([1, 1, 1].map((n) => gate.take(0, number(n), 'a'))).toEqual([
      undefined,
      undefined,
      'too-many',
    ]);
    expect([2, 3, 4].map((n) => gate.take(0, number(n), 'a'))).toEqual([
      undefined,
      undefined,
      'too-many',
    ]);
    expect([5, 6, 7].map((n) => gate.take(0, number(n), 'b'))).toEqual([
      undefined,
      undefined,
      'too-many',
    ]);
    expect(gate.take(hourMs - 1, number(8), 'c')).toBe('too-many');
    expect(gate.take(hourMs, number(8), 'c')).toBeUndefined();
  });

  test('that are refused count for nothing', () => {
    const gate = createDialOutGate(policy);
    for (let n = 0; n < 20; n++) gate.take(0, '+4915112345678', 'a');
    expect(gate.take(0, number(1), 'a')).toBeUndefined();
  });
});
