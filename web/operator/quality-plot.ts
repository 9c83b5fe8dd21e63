/** From the points of a call's quality to plots: one figure of one way over the time of the call. */
import type { SoundWay } from '../../src/call/ports/sip-engine.ts';
import { soundWays } from '../../src/call/ports/sip-engine.ts';
import type { Call } from '../shared/api.ts';
import { gradeOf } from './format.ts';

type Quality = NonNullable<Call['quality']>;
export type Series = Quality['series'];
export const measures = ['mos', 'lossPct', 'jitterMs', 'concealedMs'] as const;
export type Measure = (typeof measures)[number];

export const plotWidth = 200;
export const plotHeight = 44;
const inset = 4;

/** The least that the height of a plot stands for: small things are not drawn as great ones. */
const leastTop: Readonly<Record<Measure, number>> = {
  mos: 4.5,
  lossPct: 5,
  jitterMs: 40,
  concealedMs: 1_000,
};
const bottom: Readonly<Record<Measure, number>> = {
  mos: 1,
  lossPct: 0,
  jitterMs: 0,
  concealedMs: 0,
};

export interface Plot {
  /** What the upper edge stands for. */
  readonly top: number;
  /** Of SVG; a gap where nothing was measured. */
  readonly path: string;
  /** Points that stand alone, and the last one. */
  readonly dots: readonly (readonly [x: number, y: number])[];
  readonly worst: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Undefined where this way has no such figure. */
export function plotOf(series: Series, way: SoundWay, measure: Measure): Plot | undefined {
  const values = series.map((point) => point[way]?.[measure]);
  const known = values.filter((value) => value !== undefined);
  const last = values.findLastIndex((value) => value !== undefined);
  if (known.length === 0) return undefined;
  const top = Math.max(leastTop[measure], ...known);
  const step = (plotWidth - 2 * inset) / Math.max(1, series.length - 1);
  const placeOf = (value: number, index: number): readonly [number, number] => {
    const share = (value - bottom[measure]) / (top - bottom[measure]);
    const x = series.length === 1 ? plotWidth / 2 : inset + index * step;
    return [round(x), round(plotHeight - inset - share * (plotHeight - 2 * inset))];
  };
  const path: string[] = [];
  const dots: (readonly [number, number])[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    const [x, y] = placeOf(value, index);
    const begins = values[index - 1] === undefined;
    path.push(`${begins ? 'M' : 'L'}${x} ${y}`);
    if (index === last || (begins && values[index + 1] === undefined)) dots.push([x, y]);
  }
  const worst = measure === 'mos' ? Math.min(...known) : Math.max(...known);
  return { top, path: path.join(''), dots, worst };
}

/** Which way of the sound is bad, the worst first: whose side to look at. */
export function badWays(quality: Quality): readonly SoundWay[] {
  const mosOf = (way: SoundWay): number => quality[way]?.mos ?? 5;
  return soundWays
    .filter((way) => quality[way] !== null && gradeOf(mosOf(way)) !== 'good')
    .sort((one, other) => mosOf(one) - mosOf(other));
}
