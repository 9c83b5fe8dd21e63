import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PhoneInMeeting } from '../../src/call/host-act.ts';
import { asLegId } from '../../src/call/identifiers.ts';
import { createCompanySignal, settleMs, signalEveryMs } from '../../src/call/company-signal.ts';

test('the first count is told to nobody, a change after it has settled', () => {
  const signal = createCompanySignal(() => 'tone');
  signal.count(0, 3);
  expect(signal.nextTimeoutAt()).toBeUndefined();
  signal.count(100, 4);
  expect(signal.takeDue(100, false)).toBeUndefined();
  expect(signal.takeDue(100 + settleMs, false)?.change).toBe('came');
  signal.count(10_000, 2);
  expect(signal.takeDue(10_000 + settleMs, false)?.change).toBe('left');
});

test('words that are being said are waited for', () => {
  const signal = createCompanySignal(() => 'words');
  signal.count(0, 1);
  signal.count(0, 2);
  expect(signal.takeDue(settleMs, true)).toBeUndefined();
  expect(signal.takeDue(2 * settleMs, false)?.change).toBe('came');
});

test('no more often than each five seconds, and never twice for the same, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2_000), fc.nat(5)), { minLength: 1, maxLength: 60 }),
      (steps) => {
        const signal = createCompanySignal(() => 'tone');
        signal.count(0, 3);
        let now = 0;
        let told = 3;
        let people = 3;
        let last = -Infinity;
        for (const [afterMs, count] of steps) {
          now += afterMs;
          people = count;
          signal.count(now, count);
          const change = signal.takeDue(now, false)?.change;
          if (change === undefined) continue;
          expect(now - last).toBeGreaterThanOrEqual(signalEveryMs);
          expect(change).toBe(people > told ? 'came' : 'left');
          last = now;
          told = people;
        }
      },
    ),
  );
});

test('nothing is told where the meeting wants none, or after leaving the room', () => {
  const silent = createCompanySignal(() => 'none');
  silent.count(0, 1);
  silent.count(0, 5);
  expect(silent.nextTimeoutAt()).toBeUndefined();
  const signal = createCompanySignal(() => 'tone');
  signal.count(0, 1);
  signal.count(0, 5);
  signal.reset();
  expect(signal.takeDue(10_000, false)).toBeUndefined();
});

describe('who it was', () => {
  const phone = (legId: string): PhoneInMeeting => ({
    legId: asLegId(legId),
    numberEnd: '67',
    role: 'guest',
  });
  const watch = (...legIds: string[]) => {
    const phones = new Map(legIds.map((legId) => [legId, phone(legId)]));
    const signal = createCompanySignal(
      () => 'names',
      () => Array.from(phones.values()),
    );
    signal.count(0, 3);
    return { phones, signal };
  };

  test('is told of one who came or left by telephone', () => {
    const { phones, signal } = watch('a');
    phones.set('b', phone('b'));
    signal.count(0, 4);
    expect(signal.takeDue(settleMs, false)).toEqual({ change: 'came', who: phone('b') });
    phones.delete('a');
    signal.count(10_000, 3);
    expect(signal.takeDue(10_000 + settleMs, false)).toEqual({ change: 'left', who: phone('a') });
  });

  test('is not told of several, of a browser, or where one took the place of another', () => {
    const several = watch('a');
    several.phones.set('b', phone('b'));
    several.phones.set('c', phone('c'));
    several.signal.count(0, 5);
    expect(several.signal.takeDue(settleMs, false)).toEqual({ change: 'came', who: undefined });
    const browser = watch('a');
    browser.signal.count(0, 4);
    expect(browser.signal.takeDue(settleMs, false)).toEqual({ change: 'came', who: undefined });
    const both = watch('a');
    both.phones.delete('a');
    both.phones.set('b', phone('b'));
    both.signal.count(0, 4);
    expect(both.signal.takeDue(settleMs, false)).toEqual({ change: 'came', who: undefined });
  });
});
