/** Both colour differences of a macroblock, predicted by DC: levels, and what a decoder makes of them. */
import type { BitWriter } from './bit-writer.ts';
import { writeResidualBlock } from './cavlc.ts';
import { createChromaBlocks, type ChromaBlocks } from './chroma-blocks.ts';
import { createCoefficientCounts, type CoefficientCounts } from './coefficient-counts.ts';
import type { Neighbours } from './intra-prediction.ts';
import { macroblocksAcross, macroblocksDown } from './parameter-sets.ts';
import type { Picture } from './picture.ts';
import { acScan, chromaDcScan } from './scan.ts';

/** 0: nothing, 1: DC alone, 2: DC and AC (CodedBlockPatternChroma). */
export type ChromaPattern = 0 | 1 | 2;

export interface ChromaCoder {
  /** Finds the levels of a macroblock and leaves it decoded for those that come after. */
  prepare(column: number, row: number, neighbours: Neighbours): ChromaPattern;
  /** The residual of what was prepared, §7.3.5.3. */
  write(bits: BitWriter): void;
}

interface ChromaPlane {
  readonly levels: ChromaBlocks;
  readonly counts: CoefficientCounts;
}

export const createChromaCoder = (picture: Picture, qp: number): ChromaCoder => {
  const [across, down] = [macroblocksAcross(picture.size), macroblocksDown(picture.size)];
  const planes: readonly ChromaPlane[] = [picture.cb, picture.cr].map((source) => ({
    levels: createChromaBlocks(source, qp),
    counts: createCoefficientCounts(2, across, down),
  }));
  let place = { column: 0, row: 0, neighbours: { left: false, above: false } };
  let pattern: ChromaPattern = 0;

  return {
    prepare: (column, row, neighbours) => {
      place = { column, row, neighbours };
      for (const { levels } of planes) levels.find(8 * column, 8 * row, neighbours);
      const hasAc = planes.some(({ levels }) => levels.hasAc());
      const hasDc = planes.some(({ levels }) => levels.dc.some((level) => level !== 0));
      pattern = hasAc ? 2 : hasDc ? 1 : 0;
      return pattern;
    },
    write: (bits) => {
      if (pattern > 0)
        for (const { levels } of planes)
          writeResidualBlock(bits, levels.dc, chromaDcScan, 'chroma-dc');
      const { column, row, neighbours } = place;
      for (const { counts, levels } of planes) {
        for (let index = 0; index < 4; index++) {
          const [blockX, blockY] = [2 * column + (index & 1), 2 * row + (index >> 1)];
          const count =
            pattern === 2
              ? writeResidualBlock(
                  bits,
                  levels.ac[index]!,
                  acScan,
                  counts.context(blockX, blockY, neighbours),
                )
              : 0;
          counts.set(blockX, blockY, count);
        }
      }
    },
  };
};
