import { describe, expect, it } from 'vitest';
import { timersIn } from '../../../bench/soak/gauges.ts';
import { drawJourney, seededRandom } from '../../../bench/soak/journey.ts';
import { slopeOf } from '../../../bench/soak/slope.ts';
import { judgeSoak, soakReport, type SoakResult } from '../../../bench/soak/soak-report.ts';

const sample = (atS: number, rssMib = 200) => ({ atS, rssMib, descriptors: 50, timers: 12 });
const result: SoakResult = {
  ...{ minutes: 60, callers: 100, seed: 7, calls: 900, liveAtEnd: 0, end: sample(3600) },
  samples: Array.from({ length: 720 }, (_, at) => sample(at * 5)),
  outcomes: { room: 500, ringing: 400 },
  byReason: { 'hung-up': 500, cancelled: 400 },
};
const broken = (changes: Partial<SoakResult>) =>
  judgeSoak({ ...result, ...changes })
    .filter(({ kept }) => !kept)
    .map(({ what }) => what);

describe('the journeys of a soak', () => {
  it('are the same for the same seed and end at every step', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 500 }, () => drawJourney(random));
    };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(new Set(draw(3).map(({ step }) => step)).size).toBe(6);
    for (const { digits } of draw(3)) expect(digits >= 1 && digits <= 8).toBe(true);
  });
});

describe('what a soak says', () => {
  it('finds the growth under a saw-tooth', () => {
    const points = Array.from({ length: 100 }, (_, x) => ({ x, y: 3 * x + (x % 5) }));
    expect(slopeOf(points)).toBeCloseTo(3, 1);
    expect(slopeOf([{ x: 1, y: 1 }])).toBeNaN();
  });

  it('is content where nothing stays behind', () => {
    expect(broken({})).toEqual([]);
  });

  it.each<[Partial<SoakResult>, string]>([
    [{ byReason: { bug: 1 } }, 'calls that ended otherwise than by the caller'],
    [{ outcomes: { 'not answered: network: rejected 503': 1 } }, 'calls that were not answered'],
    [{ liveAtEnd: 1 }, 'calls still live after the end'],
    [{ end: { ...sample(3600), descriptors: 90 } }, 'descriptors more than at first'],
    [
      { samples: Array.from({ length: 720 }, (_, at) => sample(at * 5, 200 + at / 10)) },
      'memory, MiB an hour',
    ],
  ])('complains: %#', (changes, what) => {
    expect(broken(changes)).toEqual([what]);
  });

  it('does not judge slopes of a short one', () => {
    expect(judgeSoak({ ...result, minutes: 1 })).toHaveLength(4);
  });

  it('tells it in both forms', () => {
    const { markdown, html } = soakReport(result);
    expect(markdown).toContain('900 calls in 60 minutes');
    expect(html.match(/<svg/g)).toHaveLength(3);
  });

  it('reads the timers of the metrics', () => {
    expect(timersIn('x 1\nnodejs_active_resources{type="Timeout"} 17\n')).toBe(17);
    expect(timersIn('')).toBeNaN();
  });
});
