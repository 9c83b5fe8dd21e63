/**
 * What about a call's sound is worth telling: it became poor or good again on one of its ways, and
 * the caller fell silent or is heard again.
 *
 *   good ──a window below `poorMos`──▶ poor ──three windows from `goodMos` on──▶ good
 *
 *   heard ──two windows with nothing──▶ not heard ──a window with sound──▶ heard
 *                     (held: the windows do not count)
 */
import { soundWays, type SoundNews, type SoundWay } from '../ports/sip-engine.ts';
import type { WayQualities } from './quality-series.ts';

/** What came from the caller in a window; `none`: nothing had to come. */
export type Heard = 'sound' | 'silence' | 'no-packets' | 'none';

export interface SoundWatch {
  /** A window of time is over. */
  take(window: WayQualities, heard: Heard): readonly SoundNews[];
}

/** Below it many are dissatisfied (ITU-T G.107 annex B); from the other on, few. */
export const poorMos = 3.1;
export const goodMos = 3.6;
const goodWindows = 3;
const unheardWindows = 2;
/** Lines in the story of one call at most. */
const mostNews = 20;

export const createSoundWatch = (): SoundWatch => {
  /** How many good windows each poor way has had since. */
  const poor = new Map<SoundWay, number>();
  let unheard = 0;
  let isUnheard = false;
  let told = 0;

  const judge = (way: SoundWay, figures: WayQualities[SoundWay]): SoundNews | undefined => {
    if (figures === undefined) return undefined;
    const { mos, lossPct } = figures;
    const good = poor.get(way);
    if (good === undefined) {
      if (mos >= poorMos) return undefined;
      poor.set(way, 0);
      return { event: 'quality-poor', way, mos, lossPct };
    }
    poor.set(way, mos >= goodMos ? good + 1 : 0);
    if (poor.get(way) !== goodWindows) return undefined;
    poor.delete(way);
    return { event: 'quality-good', way };
  };

  const listen = (heard: Heard): SoundNews | undefined => {
    if (heard === 'none') {
      unheard = 0;
      return undefined;
    }
    if (heard !== 'sound') {
      unheard += 1;
      if (isUnheard || unheard < unheardWindows) return undefined;
      isUnheard = true;
      return { event: 'not-heard', why: heard };
    }
    unheard = 0;
    if (!isUnheard) return undefined;
    isUnheard = false;
    return { event: 'heard-again' };
  };

  return {
    take: (window, heard) => {
      const news = [...soundWays.map((way) => judge(way, window[way])), listen(heard)].filter(
        (each) => each !== undefined,
      );
      told += news.length;
      return told > mostNews ? [] : news;
    },
  };
};
