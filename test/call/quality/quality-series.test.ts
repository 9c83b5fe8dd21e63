import { expect, it } from 'vitest';
import { createQualitySeries } from '../../../src/call/quality/quality-series.ts';

const window = (lossPct: number, mos = 4) => ({ up: { lossPct, jitterMs: 2, mos } });

it('makes a point of its windows: the mean loss and the worst score', () => {
  const series = createQualitySeries(3);
  expect(series.add(1_000, window(0))).toBe(false);
  expect(series.add(2_000, window(3, 3.5))).toBe(false);
  expect(series.add(3_000, window(6))).toBe(true);
  expect(series.points()).toEqual([{ at: 3_000, up: { lossPct: 3, jitterMs: 2, mos: 3.5 } }]);
});

it('adds up what was concealed, where somebody knows', () => {
  const series = createQualitySeries(2);
  const concealed = (concealedMs: number) => ({
    up: { lossPct: 0, jitterMs: 2, mos: 4, concealedMs },
    down: { lossPct: 0, jitterMs: 2, mos: 4 },
  });
  series.add(1_000, concealed(40));
  series.add(2_000, concealed(20.4));
  const [point] = series.points();
  expect(point?.up?.concealedMs).toBe(60);
  expect(point?.down).not.toHaveProperty('concealedMs');
});

it('shows the unfinished point, and nothing for a way that carried nothing', () => {
  const series = createQualitySeries(3);
  series.add(1_000, {});
  expect(series.points()).toEqual([{ at: 1_000 }]);
});

it('stays bounded and in order in a call of a day', () => {
  const series = createQualitySeries(6);
  for (let i = 1; i <= 8_640; i += 1) series.add(i * 10_000, window(1));
  const points = series.points();
  expect(points.length).toBeGreaterThan(60);
  expect(points.length).toBeLessThanOrEqual(121);
  expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted((a, b) => a - b));
  expect(points.at(-1)?.at).toBe(86_400_000);
});
