import { describe, expect, it } from 'vitest';
import type { Call } from '../../../web/shared/api.ts';
import { badWays, plotHeight, plotOf, plotWidth } from '../../../web/operator/quality-plot.ts';

const up = (mos: number, lossPct = 0) => ({ lossPct, jitterMs: 2, mos });
const at = '2026-03-01T08:00:00.000Z';

describe('a plot', () => {
  it('goes from the left to the right, the better the higher', () => {
    const plot = plotOf(
      [
        { at, up: up(1) },
        { at, up: up(4.5) },
      ],
      'up',
      'mos',
    );
    expect(plot?.path).toBe(`M4 ${plotHeight - 4}L${plotWidth - 4} 4`);
    expect(plot?.dots).toEqual([[plotWidth - 4, 4]]);
    expect(plot?.worst).toBe(1);
  });

  it('has a gap where nothing was measured, and a dot for what stands alone', () => {
    const series = [{ at, up: up(4) }, { at }, { at, up: up(4) }, { at, up: up(4) }];
    const plot = plotOf(series, 'up', 'mos');
    expect(plot?.path.match(/M/g)).toHaveLength(2);
    expect(plot?.dots).toHaveLength(2);
  });

  it('of one point stands in the middle', () => {
    expect(plotOf([{ at, up: up(4) }], 'up', 'mos')?.dots[0]?.[0]).toBe(plotWidth / 2);
  });

  it('draws little loss low, and makes room for much', () => {
    expect(plotOf([{ at, up: up(4, 1) }], 'up', 'lossPct')?.top).toBe(5);
    expect(plotOf([{ at, up: up(2, 40) }], 'up', 'lossPct')).toMatchObject({ top: 40, worst: 40 });
  });

  it('is none of a figure that this way has not', () => {
    expect(plotOf([{ at, up: up(4) }], 'down', 'mos')).toBeUndefined();
    expect(plotOf([{ at, up: up(4) }], 'up', 'concealedMs')).toBeUndefined();
  });
});

it('the bad ways are named, the worst first', () => {
  const way = (mos: number) => ({ packets: 100, lost: 0, ...up(mos) });
  const quality: NonNullable<Call['quality']> = {
    up: way(3.9),
    toRoom: way(4.3),
    fromRoom: null,
    down: way(2.1),
    roundTripMs: null,
    roomRoundTripMs: null,
    clockDriftPpm: null,
    levelDbov: null,
    series: [],
  };
  expect(badWays(quality)).toEqual(['down', 'up']);
});
