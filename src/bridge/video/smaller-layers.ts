/**
 * Which tracks are asked for in a smaller layer, since what came is more than the device can show: half of
 * what it takes otherwise, then a quarter, and then there is none.
 */
import type { Excess } from './decoder-limits.ts';
import type { PictureSize } from './picture-size.ts';

export interface SmallerLayers {
  /**
   * A track's stream is more than the device can show. `asked`: a smaller one is wanted from now on;
   * `coming`: it was before, and gets its time; `none`: the track can't be shown.
   */
  exceed(trackKey: number, excess: Excess, nowMs: number): 'asked' | 'coming' | 'none';
  /** What is to be asked for where tracks are watched together. */
  within<Want extends PictureSize>(trackKeys: readonly number[], want: Want): Want;
  /** Of another room nothing is known. */
  clear(): void;
}

/** A layer is given so long to come before a smaller one is tried. */
const layerMs = 1000;
const mostHalvings = 2;

export const createSmallerLayers = (): SmallerLayers => {
  const halved = new Map<number, { readonly times: number; readonly sinceMs: number }>();
  return {
    exceed: (trackKey, excess, nowMs) => {
      const { times = 0, sinceMs = Number.NEGATIVE_INFINITY } = halved.get(trackKey) ?? {};
      if (excess === 'level' && nowMs - sinceMs < layerMs) return 'coming';
      if (excess === 'profile' || times === mostHalvings) return 'none';
      halved.set(trackKey, { times: times + 1, sinceMs: nowMs });
      return 'asked';
    },
    within: (trackKeys, want) => {
      const times = Math.max(0, ...trackKeys.map((trackKey) => halved.get(trackKey)?.times ?? 0));
      return { ...want, width: want.width >> times, height: want.height >> times };
    },
    clear: () => {
      halved.clear();
    },
  };
};
