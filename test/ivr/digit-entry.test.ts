import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createDigitEntry,
  defaultDigitEntrySettings,
  type DigitEntry,
  type DigitEntryOutput,
} from '../../src/ivr/digit-entry.ts';

const begin = (length = 9): DigitEntry => {
  const entry = createDigitEntry(defaultDigitEntrySettings);
  entry.begin(length);
  entry.handle(0, { type: 'listen' });
  return entry;
};
const press = (entry: DigitEntry, keys: string, now = 0): readonly DigitEntryOutput[] =>
  Array.from(keys).flatMap((digit) => entry.handle(now, { type: 'digit', digit }));
const without = (outputs: readonly DigitEntryOutput[]): readonly DigitEntryOutput[] =>
  outputs.filter(({ type }) => type !== 'barge-in');

describe('keys', () => {
  test('the ninth digit ends the entry', () => {
    const entry = begin();
    expect(without(press(entry, '12345678'))).toEqual([]);
    expect(without(press(entry, '9'))).toEqual([{ type: 'complete', digits: '123456789' }]);
    expect(entry.nextTimeoutAt()).toBeUndefined();
  });

  test('star on an empty entry opens the language menu, after digits it starts over', () => {
    const entry = begin();
    expect(without(press(entry, '*'))).toEqual([{ type: 'language-menu' }]);
    expect(without(press(entry, '12*'))).toEqual([{ type: 'ask', have: 0, why: 'star' }]);
    expect(without(press(entry, '123456789'))).toEqual([{ type: 'complete', digits: '123456789' }]);
  });

  test('hash on an incomplete entry tells how far it is', () => {
    expect(without(press(begin(), '1234567#'))).toEqual([{ type: 'ask', have: 7, why: 'hash' }]);
  });

  test('hash within 5 s of the ninth digit is swallowed, also by the next entry', () => {
    const entry = begin();
    press(entry, '123456789', 1_000);
    expect(press(entry, '#', 2_000)).toEqual([]);
    entry.begin(9);
    expect(press(entry, '#', 6_000)).toEqual([]);
    expect(without(press(entry, '#', 6_001))).toEqual([{ type: 'ask', have: 0, why: 'hash' }]);
  });

  test('letters of the keypad do nothing', () => {
    expect(press(begin(), 'ABCD')).toEqual([]);
  });
});

describe('silence', () => {
  const { firstDigitTimeoutMs, interDigitTimeoutMs } = defaultDigitEntrySettings;

  test('15 s to the first digit, 10 s between digits', () => {
    const entry = begin();
    expect(entry.nextTimeoutAt()).toBe(firstDigitTimeoutMs);
    press(entry, '1', 7_000);
    expect(entry.nextTimeoutAt()).toBe(7_000 + interDigitTimeoutMs);
  });

  test('silence keeps the digits and is said with their number', () => {
    const entry = begin();
    press(entry, '12345', 0);
    const asked = entry.handle(interDigitTimeoutMs, { type: 'timeout' });
    expect(asked).toEqual([{ type: 'ask', have: 5, why: 'silence' }]);
    expect(without(press(entry, '6789', 12_000))).toEqual([
      { type: 'complete', digits: '123456789' },
    ]);
  });

  test('no clock runs while the question is being said', () => {
    const entry = begin();
    entry.handle(firstDigitTimeoutMs, { type: 'timeout' });
    expect(entry.nextTimeoutAt()).toBeUndefined();
    entry.handle(20_000, { type: 'listen' });
    expect(entry.nextTimeoutAt()).toBe(20_000 + firstDigitTimeoutMs);
  });

  test('the fourth silent round in a row gives up; a digit begins the count anew', () => {
    const entry = begin();
    let now = 0;
    const silentRound = (): readonly DigitEntryOutput[] => {
      entry.handle(now, { type: 'listen' });
      now = entry.nextTimeoutAt()!;
      return entry.handle(now, { type: 'timeout' });
    };
    for (let round = 0; round < 3; round++) expect(silentRound()[0]?.type).toBe('ask');
    press(entry, '1', now);
    for (let round = 0; round < 3; round++) expect(silentRound()[0]?.type).toBe('ask');
    expect(silentRound()).toEqual([{ type: 'no-input' }]);
    expect(entry.nextTimeoutAt()).toBeUndefined();
  });
});

test('whatever is keyed, a complete entry is the digits since the last star', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Array.from('0123456789*#')), { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (keys, length) => {
        const entry = begin(length);
        let expected = '';
        for (const key of keys) {
          const outputs = press(entry, key);
          if (key === '*') expected = '';
          else if (key !== '#') expected += key;
          const complete = outputs.find((output) => output.type === 'complete');
          expect(complete?.digits).toBe(expected.length === length ? expected : undefined);
          if (complete !== undefined) return;
        }
      },
    ),
  );
});
