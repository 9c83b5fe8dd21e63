/** How many coefficients each 4x4 block of a plane has: the context of its neighbours' code words. */
import type { Neighbours } from './intra-prediction.ts';

export interface CoefficientCounts {
  set(blockX: number, blockY: number, count: number): void;
  /** nC of a block, ITU-T H.264 §9.2.1; `neighbours` are those of its macroblock. */
  context(blockX: number, blockY: number, neighbours: Neighbours): number;
}

/** @param blocks of a macroblock in each direction: 4 of luma, 2 of chroma */
export const createCoefficientCounts = (
  blocks: 4 | 2,
  macroblocksAcross: number,
  macroblocksDown: number,
): CoefficientCounts => {
  const across = blocks * macroblocksAcross;
  const counts = new Uint8Array(across * blocks * macroblocksDown);
  return {
    set: (blockX, blockY, count) => {
      counts[blockY * across + blockX] = count;
    },
    context: (blockX, blockY, { left, above }) => {
      const hasLeft = left || blockX % blocks > 0;
      const hasAbove = above || blockY % blocks > 0;
      const at = blockY * across + blockX;
      const fromLeft = hasLeft ? counts[at - 1]! : 0;
      const fromAbove = hasAbove ? counts[at - across]! : 0;
      return hasLeft && hasAbove ? (fromLeft + fromAbove + 1) >> 1 : fromLeft + fromAbove;
    },
  };
};
