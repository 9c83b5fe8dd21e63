import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCompanySignal, settleMs, signalEveryMs } from '../../src/call/company-signal.ts';

test('the first count is told to nobody, a change after it has settled', () => {
  const signal = createCompanySignal(() => 'tone');
  signal.count(0, 3);
  expect(signal.nextTimeoutAt()).toBeUndefined();
  signal.count(100, 4);
  expect(signal.takeDue(100, false)).toBeUndefined();
  expect(signal.takeDue(100 + settleMs, false)).toBe('came');
  signal.count(10_000, 2);
  expect(signal.takeDue(10_000 + settleMs, false)).toBe('left');
});

test('words that are being said are waited for', () => {
  const signal = createCompanySignal(() => 'words');
  signal.count(0, 1);
  signal.count(0, 2);
  expect(signal.takeDue(settleMs, true)).toBeUndefined();
  expect(signal.takeDue(2 * settleMs, false)).toBe('came');
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
          const change = signal.takeDue(now, false);
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
