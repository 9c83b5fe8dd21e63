/** The table of docs/security.md, computed anew from what the code makes and counts. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seededRandom } from '../support/sounds.ts';
import { generateCallId } from '../../src/meeting/call-id.ts';

import { defaultGuessLimits } from '../../src/meeting/guess-limiter.ts';

const documented = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const liveMeetings = 1_000;
const meetingHours = 1;
const hoursOfYear = 24 * 365.25;
/** Nine steps, each of nine: see `generateCallId`. */
const callIds = 9 ** 9;
const hit = liveMeetings / callIds;

/**
 * Breaches an hour; PINs of a meeting that was found are tried while it lasts. `pins`: how many of the
 * meeting's PINs let somebody in.
 */
const breaches = (triesAnHour: number, pinDigits: number, pins = 1): number => {
  const pinFound = pinDigits === 0 ? 1 : (pins * triesAnHour * meetingHours) / 10 ** pinDigits;
  return triesAnHour * hit * Math.min(1, pinFound);
};
const rateForTenYears = (pinDigits: number, pins = 1): number => {
  let [low, high] = [0, 1e9];
  for (let n = 0; n < 100; n++) {
    const middle = (low + high) / 2;
    if (breaches(middle, pinDigits, pins) * 10 * hoursOfYear > 1) high = middle;
    else low = middle;
  }
  return low;
};
const years = (triesAnHour: number, pinDigits: number): string => {
  const value = 1 / breaches(triesAnHour, pinDigits) / hoursOfYear;
  const text = value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : undefined;
  return (
    text ?? (value < 1_000 ? value.toFixed(0) : (10 * Math.round(value / 10)).toLocaleString('en'))
  );
};
const rate = (pinDigits: number): string => {
  const value = rateForTenYears(pinDigits);
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
};
const cells = (name: string): readonly string[] =>
  (documented.split('\n').find((line) => line.startsWith(`| ${name} `)) ?? '')
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');

test('a generated ID is one of as many as the page says', () => {
  const choices: number[] = [];
  generateCallId((below) => {
    choices.push(below);
    return 0;
  });
  expect(choices.reduce((product, below) => product * below, 1)).toBe(callIds);
  expect(documented).toContain(`9^9 = ${callIds.toLocaleString('en')}`);
  expect(documented).toContain(Math.floor(1 / hit).toLocaleString('en'));
});

test.each([
  ['their IDs alone', 0],
  ['a PIN of 4 digits', 4],
  ['a PIN of 6 digits', 6],
])('the row of %s is what the figures give', (name, pinDigits) => {
  expect(cells(name)).toEqual([
    name,
    `${rate(pinDigits)} tries an hour`,
    `every ${years(100, pinDigits)} years`,
    `every ${years(600, pinDigits)} years`,
  ]);
});

test('the row of a lobby counts who knocks', () => {
  const days = (triesAnHour: number): string => (1 / (triesAnHour * hit) / 24).toFixed(0);
  expect(cells('a lobby').slice(2)).toEqual([
    `a knock every ${days(100)} days`,
    `a knock every ${days(600)} days`,
  ]);
});

test('every further PIN of a meeting is one more that fits', () => {
  expect(documented).toContain(
    `with ten personal PINs of 6 digits it is ${Math.round(rateForTenYears(6, 10))} tries an hour`,
  );
});

/**
 * The same by another way: an attack played out, try by try, in a small world. Numbers are keyed one
 * after the other; one that is a live meeting's asks for the PIN, which is then tried until the
 * meeting is over, and no other number meanwhile.
 */
const playedBreaches = (world: {
  readonly ids: number;
  readonly meetings: number;
  readonly triesAnHour: number;
  readonly pinCount: number;
  readonly hours: number;
}): number => {
  const random = seededRandom(7);
  const { ids, meetings, triesAnHour, pinCount } = world;
  let found = 0;
  let triesLeft = world.hours * triesAnHour;
  while (triesLeft > 0) {
    triesLeft -= 1;
    if (random() >= meetings / ids) continue;
    // It began some time ago: as likely at any moment of its hour.
    const tries = Math.floor(random() * triesAnHour * meetingHours);
    const fits = Math.floor(random() * pinCount);
    if (fits < tries) found += 1;
    triesLeft -= Math.min(tries, fits + 1);
  }
  return found / world.hours;
};

test('an attack that is played out finds less than the table says, and not much less than half', () => {
  const world = { ids: 20_000, meetings: 4, triesAnHour: 100, pinCount: 1_000, hours: 200_000 };
  const said =
    world.triesAnHour *
    (world.meetings / world.ids) *
    ((world.triesAnHour * meetingHours) / world.pinCount);
  const played = playedBreaches(world);
  expect(played).toBeLessThan(said);
  expect(played).toBeGreaterThan(0.4 * said);
});

test('the rate above which all refusals sound alike is the one that the page names', () => {
  const { windowMs, inAll, perSource } = defaultGuessLimits;
  expect((inAll * 3_600_000) / windowMs).toBe(600);
  expect(documented).toContain(`from the ${perSource}th of a number and the ${inAll}th in all`);
});
