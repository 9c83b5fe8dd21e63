import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  commands,
  commandTimeoutMs,
  createCommandKeys,
  menuTimeoutMs,
  type KeyResult,
} from '../../src/call/command-keys.ts';

const harmful = new Set(['leave-now', 'end-for-all']);
const press = (keys: string): readonly KeyResult[] => {
  const parser = createCommandKeys(() => true);
  return Array.from(keys).map((digit) => parser.press(0, digit));
};
const done = (keys: string): readonly string[] =>
  press(keys).flatMap((result) => {
    if (result.kind === 'command') return [result.command];
    return result.kind === 'choice' ? [result.choice] : [];
  });
const sequences: readonly string[] = Object.values(commands).flatMap((command) => [
  `*${command.key}`,
  ...('menu' in command ? Object.keys(command.menu).map((key) => `*${command.key}${key}`) : []),
]);

test.each(Object.entries(commands))('%s is a star and its key', (name, { key }) => {
  expect(done(`*${key}`)).toEqual([name]);
});

test('no command is the beginning of another', () => {
  const starts = Object.values(commands).map(({ key }) => `*${key}`);
  for (const one of starts)
    for (const other of starts) expect(one !== other && other.startsWith(one)).toBe(false);
});

describe('one lost or doubled digit does no harm', () => {
  test.each(sequences)('%s', (sequence) => {
    const harm = (keys: string): readonly string[] => done(keys).filter((d) => harmful.has(d));
    const meant = harm(sequence);
    for (let at = 0; at < sequence.length; at++) {
      const lost = sequence.slice(0, at) + sequence.slice(at + 1);
      const doubled = sequence.slice(0, at + 1) + sequence.slice(at);
      expect(harm(lost)).toEqual([]);
      for (const harmDone of harm(doubled)) expect(meant).toContain(harmDone);
    }
  });
});

test('nothing harmful comes of keys in which its own sequence is not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Array.from('0123456789*#')), { maxLength: 30 }),
      (keys) => {
        const chosen = done(keys.join(''));
        // `#` in a menu neither chooses nor ends it.
        const meant = keys.join('').replaceAll('#', '');
        if (chosen.includes('leave-now')) expect(meant).toContain('*41');
        if (chosen.includes('end-for-all')) expect(meant).toContain('*42');
      },
    ),
  );
});

test('a second star begins anew, and an unknown key is told of once', () => {
  expect(done('**6')).toEqual(['mute']);
  expect(done('*4*6')).toEqual(['leave', 'mute']);
  expect(press('*A5').map(({ kind }) => kind)).toEqual(['none', 'unknown', 'none']);
});

test('a begun command is forgotten after 5 s, a menu 10 s after its words', () => {
  const keys = createCommandKeys();
  keys.press(0, '*');
  keys.timeout(commandTimeoutMs);
  expect(keys.press(commandTimeoutMs, '6').kind).toBe('none');
  keys.press(10_000, '*');
  keys.press(10_000, '4');
  keys.listen(15_000);
  expect(keys.nextTimeoutAt()).toBe(15_000 + menuTimeoutMs);
  expect(keys.press(15_000 + menuTimeoutMs, '1').kind).toBe('none');
});
