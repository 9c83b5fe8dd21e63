/**
 * Harm is what a caller did not ask for and can't take back with a key, or what lets others hear
 * them:
 * - the own call ends (`leave-now`), or everybody's (`end-for-all-now`);
 * - somebody who waits is let in (`let-in`) or refused (`refuse-now`);
 * - the own microphone opens: `mute` while muted. It closes and opens by the same key, so a second
 *   `mute` in one go counts as harm, too.
 * Mute all, the lock, the hand, language and loudness are undone by the same keys.
 *
 * A sequence is what is keyed without listening in between: a command, with the keys of the menus
 * that it opens. `next` is answered by words that name somebody else; who does not hear them knows
 * that it was lost. A new sequence begins there.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands, createCommandKeys, followUps } from '../../src/call/command-keys.ts';

const harmful = new Set(['leave-now', 'end-for-all-now', 'let-in', 'refuse-now']);

/** What is done by keys pressed without a pause, commands and choices. */
const done = (keys: string, isHost = true): readonly string[] => {
  const parser = createCommandKeys(() => isHost);
  return Array.from(keys).flatMap((digit) => {
    const result = parser.press(0, digit);
    if (result.kind === 'command') return [result.command];
    return result.kind === 'choice' ? [result.choice] : [];
  });
};
const harmOf = (keys: string): readonly string[] => {
  const did = done(keys);
  const toggles = did.filter((what) => what === 'mute').length;
  return [
    ...did.filter((what) => harmful.has(what)),
    ...Array.from({ length: Math.max(0, toggles - 1) }, () => 'mute again'),
  ];
};

/** All sequences: a command, and each way through its menus. */
const menuOf = (what: string): Readonly<Record<string, string>> =>
  Object.entries(followUps).find(([choice]) => choice === what && what !== 'next-waiting')?.[1] ??
  {};
const waysThrough = (menu: Readonly<Record<string, string>>): readonly string[] => [
  '',
  ...Object.entries(menu).flatMap(([key, choice]) =>
    waysThrough(menuOf(choice)).map((rest) => key + rest),
  ),
];
const sequences = Object.values(commands).flatMap((command) =>
  waysThrough('menu' in command ? command.menu : {}).map((keys) => `*${command.key}${keys}`),
);
const leavesMenuOpen = (keys: string): boolean => {
  const parser = createCommandKeys(() => true);
  for (const key of keys) parser.press(0, key);
  return parser.nextTimeoutAt() !== undefined;
};
const lost = (keys: string): readonly string[] =>
  Array.from(keys, (_, at) => keys.slice(0, at) + keys.slice(at + 1));
const doubled = (keys: string): readonly string[] =>
  Array.from(keys, (_, at) => keys.slice(0, at + 1) + keys.slice(at));

describe('one lost or doubled digit does no harm', () => {
  test.each(sequences)('in %s', (sequence) => {
    const meant = harmOf(sequence);
    for (const keys of lost(sequence)) expect(harmOf(keys), keys).toEqual([]);
    for (const keys of doubled(sequence)) {
      // What was meant may happen, once: nothing else.
      expect(harmOf(keys).length, keys).toBeLessThanOrEqual(meant.length);
      for (const harm of harmOf(keys)) expect(meant, keys).toContain(harm);
    }
  });

  // Not where a menu is left open and the star of the next command is lost (`*3`, then `*1` without
  // its star): that is the menu's own choice, and nothing in the keys tells the two apart.
  test('in any series of finished sequences, one after the other', () => {
    const finished = sequences.filter((sequence) => !leavesMenuOpen(sequence));
    expect(finished.length).toBeGreaterThan(8);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...finished), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.boolean(),
        (series, random, loses) => {
          const at = random % series.length;
          const spoilt = (loses ? lost : doubled)(series[at] ?? '');
          const keys = spoilt[random % spoilt.length] ?? '';
          const others = series.filter((_, index) => index !== at).join('');
          const before = series.slice(0, at).join('');
          const after = series.slice(at + 1).join('');
          const allowed = [...harmOf(others), ...harmOf(series.join(''))];
          for (const harm of done(before + keys + after).filter((what) => harmful.has(what)))
            expect(allowed).toContain(harm);
        },
      ),
    );
  });
});

test('the microphone opens by star six alone, and no menu has that key', () => {
  for (const sequence of sequences)
    expect(done(sequence).includes('mute'), sequence).toBe(sequence === '*6');
  for (const sequence of sequences)
    for (const keys of [...lost(sequence), ...doubled(sequence)])
      expect(done(keys).includes('mute') && sequence !== '*6', keys).toBe(false);
});

test('what is done to others for good takes its own keys in full', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Array.from('0123456789*#')), { maxLength: 30 }),
      (keys) => {
        const text = keys.join('');
        const did = done(text);
        if (did.includes('leave-now')) expect(text).toMatch(/\*4#*1/);
        if (did.includes('end-for-all-now')) expect(text).toMatch(/\*4#*2#*9/);
        if (did.includes('refuse-now')) expect(text).toMatch(/\*3[2#]*3#*9/);
        if (did.includes('let-in')) expect(text).toMatch(/\*3[2#]*1/);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('nothing of the host is done by a guest', () => {
  const ofHosts = new Set(['waiting', 'mute-all', 'lock', 'picture', 'end-for-all', 'let-in']);
  for (const sequence of sequences)
    for (const what of done(sequence, false)) expect(ofHosts.has(what), sequence).toBe(false);
});
