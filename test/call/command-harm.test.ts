/**
 * Harm is what a caller did not ask for and can't take back with a key, or what lets others hear
 * them:
 * - the own call ends (`leave-now`), or everybody's (`end-for-all-now`);
 * - somebody who waits is let in (`let-in`) or refused (`refuse-now`);
 * - the own microphone opens: `mute` while muted. It closes and opens by the same key, so a second
 *   `mute` in one go counts as harm, too.
 * Mute all, the lock, the hand, language and loudness are undone by the same keys.
 *
 * What a choice does to others or ends is told, and waits for a moment in which any key takes it
 * back. So two things are shown: that no single sequence, spoilt by one digit, even gets to that
 * moment (but for what was meant); and that in a series, where a menu left open may take the key of
 * a command that lost its star, nothing is done that the next key would not have taken back.
 *
 * A sequence is what is keyed without listening in between: a command, with the keys of the menus
 * that it opens. `next` is answered by words that name somebody else; who does not hear them knows
 * that it was lost. A new sequence begins there.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultMeetingOptions } from '../../src/meeting/meeting-options.ts';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import { createHostKeys } from '../../src/call/host-keys.ts';
import { createRollCall } from '../../src/call/roll-call.ts';
import { createMeetingMachine, type MeetingOutput } from '../../src/call/meeting-machine.ts';
import { createSpeaker } from '../../src/call/speaker.ts';
import {
  commands,
  createCommandKeys,
  followUps,
  hostChoices,
} from '../../src/call/command-keys.ts';

const harmful = new Set(['leave-now', 'end-for-all-now', 'let-in', 'refuse-now', 'private-word']);

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
  const ofHosts = new Set(['waiting', 'mute-all', 'lock', 'let-in', ...hostChoices]);
  for (const sequence of sequences)
    for (const what of done(sequence, false)) expect(ofHosts.has(what), sequence).toBe(false);
});

describe('in a series, where menus are left open', () => {
  const callId = asCallId('123456789')!;
  const waiting = [{ legId: asLegId('leg-of-one-who-waits'), numberEnd: '67' }];

  /** What a host does who keys all this at once, and then listens to the end. */
  const doneByHost = (keys: string): readonly MeetingOutput[] => {
    const speaker = createSpeaker('sv', 60_000);
    const machine = createMeetingMachine({
      speaker,
      admissionWords: 'tone',
      aloneAfterMs: 20_000,
      companions: () => 1,
      isHost: () => true,
      mayClaim: () => false,
      isSlow: () => false,
      extraPeople: () => 0,
      keyTable: undefined,
      options: () => defaultMeetingOptions,
      somebodyWaits: () => false,
      roomsWithoutPicture: () => [],
      phonesIn: () => [],
      rollCall: createRollCall(() => false),
      hostKeys: createHostKeys({
        speaker,
        meeting: () => ({ callId, locked: false, endsAt: 3_600_000 }),
        waiting: () => waiting,
        phonesMuted: () => false,
        phonesIn: () => [],
        people: () => 3,
        rollCall: createRollCall(() => false),
      }),
    });
    machine.begin(0);
    machine.handle(100, { type: 'said' });
    const outputs = Array.from(keys).flatMap((digit, at) =>
      machine.handle(1_000 + at, { type: 'digit', digit }),
    );
    for (let now = 2_000; now < 30_000; now += 500)
      outputs.push(...machine.handle(now, { type: 'timeout' }));
    return outputs;
  };
  const acts = (outputs: readonly MeetingOutput[]): readonly string[] =>
    outputs.flatMap((output) => {
      if (output.do === 'leave') return ['leave'];
      if (output.do !== 'host-act') return [];
      const { act } = output.act;
      return act === 'mute-phones' || act === 'set-locked' ? [] : [act];
    });

  test('what was meant is done, when no other key follows', () => {
    expect(acts(doneByHost('*31'))).toEqual(['admit']);
    expect(acts(doneByHost('*339'))).toEqual(['refuse']);
    expect(acts(doneByHost('*34'))).toEqual(['talk']);
    expect(acts(doneByHost('*429'))).toEqual(['end']);
    expect(acts(doneByHost('*43'))).toEqual(['extend']);
    expect(acts(doneByHost('*41'))).toEqual(['leave']);
  });

  test('the key of a command that lost its star is told, and the next key takes it back', () => {
    expect(acts(doneByHost('*31*6'))).toEqual([]);
    expect(acts(doneByHost('*41*9'))).toEqual([]);
    expect(acts(doneByHost('*429*1'))).toEqual([]);
  });

  test('whatever was spoilt in whatever series, a key is enough for nothing to be done', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...sequences), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.constantFrom(...Array.from('0123456789*#')),
        (series, random, which, loses, last) => {
          const at = random % series.length;
          const ways = (loses ? lost : doubled)(series[at] ?? '');
          const spoilt = series.with(at, ways[which % ways.length] ?? '').join('');
          // One more key than was pressed: where it is a choice of its own, one more takes that back.
          expect(acts(doneByHost(`${spoilt}${last}##`)), spoilt).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
