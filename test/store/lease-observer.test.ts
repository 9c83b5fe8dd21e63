import { expect, test } from 'vitest';
import { createLeaseObserver, type NodeLife } from '../../src/store/lease-observer.ts';

const life = (nodeId: string, renewedAt: number, leaseId = 'life-1'): NodeLife => ({
  nodeId,
  leaseId,
  renewedAt,
});

/** Looks every five seconds at what `livesAt` shows; when each node was first found silent. */
function silences(seconds: number, livesAt: (second: number) => readonly NodeLife[]) {
  const observer = createLeaseObserver({ silentMs: 30_000, longestGapMs: 10_000 });
  const found = new Map<string, number>();
  for (let second = 0; second <= seconds; second += 5) {
    for (const { nodeId } of observer.observe(second * 1000, livesAt(second))) {
      if (!found.has(nodeId)) found.set(nodeId, second);
    }
  }
  return Object.fromEntries(found);
}

test('a life that does not change is silent after thirty seconds of looking', () => {
  expect(silences(60, () => [life('a', 1)])).toEqual({ a: 30 });
});

test('a life that is renewed is never silent, whatever its clock says', () => {
  const renewed = (second: number) => [life('a', -1e9 - Math.floor(second / 10))];
  expect(silences(600, renewed)).toEqual({});
});

test('a renewal begins the wait anew, and so does another life under the same name', () => {
  expect(silences(90, (second) => [life('a', second < 25 ? 1 : 2)])).toEqual({ a: 55 });
  expect(silences(90, (second) => [life('a', 1, second < 25 ? 'one' : 'two')])).toEqual({ a: 55 });
});

test('each life is watched by itself', () => {
  const lives = (second: number) => [
    life('a', 1),
    life('b', second),
    ...(second < 20 ? [] : [life('c', 1)]),
  ];
  expect(silences(60, lives)).toEqual({ a: 30, c: 50 });
});

test('while we look away nobody’s silence is proved', () => {
  const observer = createLeaseObserver({ silentMs: 30_000, longestGapMs: 10_000 });
  const lives = [life('a', 1)];
  for (const second of [0, 5, 10, 15, 20, 25]) observer.observe(second * 1000, lives);
  expect(observer.observe(90_000, lives)).toEqual([]);
  for (const second of [95, 100, 105, 110, 115]) {
    expect(observer.observe(second * 1000, lives)).toEqual([]);
  }
  expect(observer.observe(120_000, lives)).toEqual(lives);
});

test('a clock that is set back proves nothing either', () => {
  const observer = createLeaseObserver({ silentMs: 30_000, longestGapMs: 10_000 });
  for (const second of [100, 105, 110, 115, 120, 125])
    observer.observe(second * 1000, [life('a', 1)]);
  expect(observer.observe(20_000, [life('a', 1)])).toEqual([]);
  expect(observer.observe(25_000, [life('a', 1)])).toEqual([]);
});
