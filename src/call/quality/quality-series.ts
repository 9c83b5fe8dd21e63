/** How the sound went over the time of a call, bounded however long the call is. */
import { soundWays, type QualityPoint } from '../ports/sip-engine.ts';

/** A way that carried nothing is not there. */
export type WayQualities = Omit<QualityPoint, 'at'>;
type WritableQualities = { -readonly [Way in keyof WayQualities]: WayQualities[Way] };

export interface QualitySeries {
  /** What a window that ended `at` brought. True where a point was finished by it. */
  add(at: number, window: WayQualities): boolean;
  /** Oldest first, the unfinished one too. */
  points(): readonly QualityPoint[];
}

const mostPoints = 120;

/** Of two windows together: the mean loss, all that was concealed, the worse of everything else. */
const join = (one: WayQualities, other: WayQualities, weight: number): WayQualities => {
  const joined: WritableQualities = { ...one, ...other };
  for (const way of soundWays) {
    const [a, b] = [one[way], other[way]];
    if (a === undefined || b === undefined) continue;
    joined[way] = {
      lossPct: a.lossPct * (1 - weight) + b.lossPct * weight,
      jitterMs: Math.max(a.jitterMs, b.jitterMs),
      mos: Math.min(a.mos, b.mos),
      ...concealed((a.concealedMs ?? 0) + (b.concealedMs ?? 0), a, b),
    };
  }
  return joined;
};

/** Where nobody could know, there is no figure. */
const concealed = (
  concealedMs: number,
  ...of: readonly { readonly concealedMs?: number | undefined }[]
): { readonly concealedMs?: number } =>
  of.some((figures) => figures.concealedMs !== undefined)
    ? { concealedMs: Math.round(concealedMs) }
    : {};

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Short figures: they are kept with every call. */
const rounded = (at: number, window: WayQualities): QualityPoint => {
  const point: WritableQualities = {};
  for (const way of soundWays) {
    const figures = window[way];
    if (figures === undefined) continue;
    point[way] = {
      lossPct: tenths(figures.lossPct),
      jitterMs: tenths(figures.jitterMs),
      mos: Math.round(figures.mos * 100) / 100,
      ...concealed(figures.concealedMs ?? 0, figures),
    };
  }
  return { at, ...point };
};

/** A point for each `windowsPerPoint` windows; where that becomes too many, two become one. */
export const createQualitySeries = (windowsPerPoint = 6): QualitySeries => {
  let perPoint = windowsPerPoint;
  let points: { readonly at: number; readonly window: WayQualities }[] = [];
  let current: WayQualities = {};
  let currentAt = 0;
  let windows = 0;

  const halve = (): void => {
    const halved: typeof points = [];
    for (let i = 0; i + 1 < points.length; i += 2) {
      const [one, other] = [points[i], points[i + 1]];
      if (one !== undefined && other !== undefined)
        halved.push({ at: other.at, window: join(one.window, other.window, 0.5) });
    }
    points = halved;
    perPoint *= 2;
  };

  return {
    add: (at, window) => {
      windows += 1;
      current = join(current, window, 1 / windows);
      currentAt = at;
      if (windows < perPoint) return false;
      points.push({ at, window: current });
      current = {};
      windows = 0;
      if (points.length >= mostPoints) halve();
      return true;
    },
    points: () => {
      const all = points.map(({ at, window }) => rounded(at, window));
      if (windows > 0) all.push(rounded(currentAt, current));
      return all;
    },
  };
};
