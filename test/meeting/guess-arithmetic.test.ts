/** The table of docs/security.md, computed anew from what the code makes and counts. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateCallId } from '../../src/meeting/call-id.ts';
import { defaultGuessLimits } from '../../src/meeting/guess-limiter.ts';

const documented = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const liveMeetings = 1_000;
const meetingHours = 1;
const hoursOfYear = 24 * 365.25;
/** Nine steps, each of nine: see `generateCallId`. */
const callIds = 9 ** 9;
const hit = liveMeetings / callIds;

/** Breaches an hour; PINs of a meeting that was found are tried while it lasts. */
const breaches = (triesAnHour: number, pinDigits: number): number => {
  const pinFound = pinDigits === 0 ? 1 : (triesAnHour * meetingHours) / 10 ** pinDigits;
  return triesAnHour * hit * Math.min(1, pinFound);
};
const rateForTenYears = (pinDigits: number): number => {
  let [low, high] = [0, 1e9];
  for (let n = 0; n < 100; n++) {
    const middle = (low + high) / 2;
    if (breaches(middle, pinDigits) * 10 * hoursOfYear > 1) high = middle;
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

test('the rate above which all refusals sound alike is the one that the page names', () => {
  const { windowMs, inAll, perSource } = defaultGuessLimits;
  expect((inAll * 3_600_000) / windowMs).toBe(600);
  expect(documented).toContain(`from the ${perSource}th of a number and the ${inAll}th in all`);
});
