import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandNames, createCommandKeys } from '../../src/call/command-keys.ts';
import { defaultKeyTable, keyTableProblems, parseKeyTable } from '../../src/call/key-table.ts';
import { phoneGuide } from '../../src/call/phone-guide.ts';

test('the keys as they are have no problem', () => {
  expect(keyTableProblems(defaultKeyTable)).toEqual([]);
});

describe('a table of one’s own', () => {
  test('moves the keys that it names and keeps the others', () => {
    const { table } = parseKeyTable('mute=5, mute-all=6') as { table: typeof defaultKeyTable };
    expect(table).toEqual({ ...defaultKeyTable, mute: '5', 'mute-all': '6' });
    const keys = createCommandKeys(() => true, table);
    keys.press(0, '*');
    expect(keys.press(0, '5')).toEqual({ kind: 'command', command: 'mute' });
  });

  test.each([
    ['mute=9', 'hand: 9 is taken'],
    ['mute=66', 'mute=66: must be one of 0 to 9 or #'],
    ['mute=*', 'mute=*: must be one of 0 to 9 or #'],
    ['shout=5', 'shout=5: no such command'],
    ['', ': no such command'],
  ])('is refused where it is %j', (text, problem) => {
    expect(parseKeyTable(text).problems).toEqual([problem]);
  });

  test('is refused where one lost or doubled key would do harm', () => {
    // `*3` with `1` doubles into letting somebody in; a lost 3 of `*31` would mute or unmute.
    const doubled = parseKeyTable('waiting=1,count=3').problems;
    expect(doubled?.some((problem) => problem.includes('let-in'))).toBe(true);
    const lost = parseKeyTable('mute=1,count=6').problems;
    expect(lost?.some((problem) => problem.includes('mute'))).toBe(true);
  });

  test('that is accepted is one where no key is the beginning of two commands', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Array.from('0123456789#'), { minLength: 11, maxLength: 11 }),
        (order) => {
          const text = commandNames.map((name, at) => `${name}=${order[at] ?? ''}`).join(',');
          const outcome = parseKeyTable(text);
          if (outcome.problems !== undefined) return;
          expect(new Set(Object.values(outcome.table)).size).toBe(commandNames.length);
        },
      ),
    );
  });

  test('has a phone guide of its own', () => {
    const { table } = parseKeyTable('mute=5,mute-all=6') as { table: typeof defaultKeyTable };
    expect(phoneGuide(table)).toContain('| `*5` | Mutes or unmutes you |');
    expect(phoneGuide(table)).toContain('| `*6` | Mutes all phones');
  });
});
