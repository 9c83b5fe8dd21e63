import { expect, test } from 'vitest';
import type { CostPerCaller } from '../../bench/cost-per-caller.ts';
import { answerTimeRows, costRows, soundTimeRows } from '../../bench/figure-rows.ts';
import { figureTable } from '../../bench/support/figure-table.ts';

const sound = {
  hearing: 60,
  spacingP99Ms: 22,
  longestGapMs: 30,
  callersWithLongGap: 0,
  ownLatenessMs: 2,
};
const cheap: CostPerCaller = {
  shape: { name: 'two callers a room', rooms: 30, callersPerRoom: 2, guest: false },
  callers: 60,
  joined: 60,
  failures: [],
  cpuPct: 0.3,
  cpuPctLowest: 0.29,
  cpuPctHighest: 0.32,
  floorCpuPct: 0.1,
  atRestPct: 1,
  ratioToFloor: 3,
  rssKib: 950,
  pssKib: 900,
  sound,
  floorSound: sound,
};

test('failures are counted by kind in the line of the figure', () => {
  const failures = ['network: rejected 503', 'network: rejected 503'];
  const [row] = answerTimeRows({ calls: 5, callsPerSecond: 5, p50Ms: 1, p99Ms: 2, failures });
  expect(row?.basis).toContain('2 failed (2 × network: rejected 503)');
});

test('an aim is not met by the calls that were heard when one was not', () => {
  const direction = { heard: 39, p50Ms: 100, p95Ms: 200 };
  const rows = soundTimeRows({ calls: 40, down: direction, up: direction, failures: ['deaf'] });
  expect(rows.map(({ met }) => met)).toEqual([undefined, false, undefined, false]);
});

test('a low cost with callers missing meets no aim', () => {
  const met = (result: CostPerCaller) =>
    costRows(result, result, { pct: 0.35 }).map((row) => row.met);
  expect(met(cheap)).toEqual([true, true]);
  expect(met({ ...cheap, joined: 59 })).toEqual([false, false]);
});

test('an aim may be a multiple of what the first shape cost', () => {
  const met = (cpuPct: number) =>
    costRows({ ...cheap, cpuPct }, cheap, { timesFirst: 1.2 }).map((row) => row.met)[0];
  expect([met(0.36), met(0.37)]).toEqual([true, false]);
});

test('what was not measured is said, not shown as a number', () => {
  const [row] = answerTimeRows({
    calls: 1,
    callsPerSecond: 5,
    p50Ms: Number.NaN,
    p99Ms: Number.NaN,
    failures: ['timeout'],
  });
  expect(row?.measured).toBe('not measured');
});

test('a bar in a text does not break the table', () => {
  const row = { figure: 'a|b', measured: '', aim: '', met: undefined, basis: '' };
  expect(figureTable([row]).split('\n')[2]).toContain('a\\|b');
});
