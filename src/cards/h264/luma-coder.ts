/** The luma of Intra_16x16 macroblocks: prediction, DC and AC levels, and what a decoder makes of them. */
import type { BitWriter } from './bit-writer.ts';
import { writeResidualBlock } from './cavlc.ts';
import { createCoefficientCounts } from './coefficient-counts.ts';
import { predictLuma, type LumaMode, type Neighbours } from './intra-prediction.ts';
import { macroblocksAcross, macroblocksDown } from './parameter-sets.ts';
import { clip, invisibleDifference, type Picture, type Plane } from './picture.ts';
import { acScan, lumaBlockOrder, wholeScan } from './scan.ts';
import { createQuantiser, hadamard4x4, transformForward, transformInverse } from './transform.ts';

export interface LumaCoder {
  /** Finds the levels of a macroblock and leaves it decoded for those that come after. */
  prepare(column: number, row: number, neighbours: Neighbours): LumaMode;
  /** Whether there is more than DC: CodedBlockPatternLuma 15 or 0. */
  hasAc(): boolean;
  /** The residual of what was prepared, §7.3.5.3. */
  write(bits: BitWriter): void;
}

interface Choice {
  readonly mode: LumaMode;
  /** Whether nobody sees a difference to the prediction. */
  readonly isEnough: boolean;
}

export const createLumaCoder = (picture: Picture, qp: number): LumaCoder => {
  const { samples, stride } = picture.luma;
  const decoded: Plane = { samples: new Uint8Array(samples.length), stride };
  const [across, down] = [macroblocksAcross(picture.size), macroblocksDown(picture.size)];
  const counts = createCoefficientCounts(4, across, down);
  const quantiser = createQuantiser(qp);
  const dc = new Int32Array(16);
  const decodedDc = new Int32Array(16);
  const blocks = Array.from({ length: 16 }, () => new Int32Array(16));
  const scratch = new Int32Array(16);
  const prediction = new Uint8Array(256);
  const candidate = new Uint8Array(256);
  let place = { column: 0, row: 0, neighbours: { left: false, above: false } };
  let acThere = false;

  /** Sum of absolute differences to the candidate; 0 where none can be seen. */
  const distance = (from: number): number => {
    let sum = 0;
    let largest = 0;
    for (let at = 0; at < 256; at++) {
      const sample = samples[from + (at >> 4) * stride + (at & 15)]!;
      const difference = Math.abs(sample - candidate[at]!);
      sum += difference;
      if (difference > largest) largest = difference;
    }
    return largest <= invisibleDifference ? 0 : sum;
  };

  const choose = (x: number, y: number, neighbours: Neighbours): Choice => {
    let best: LumaMode = 'dc';
    let least = Infinity;
    const attempt = (mode: LumaMode): void => {
      if (least === 0) return;
      predictLuma(decoded, x, y, neighbours, mode, candidate);
      const found = distance(y * stride + x);
      if (found >= least) return;
      best = mode;
      least = found;
      prediction.set(candidate);
    };
    // First what has the shortest mb_type.
    if (neighbours.above) attempt('vertical');
    if (neighbours.left) attempt('horizontal');
    attempt('dc');
    return { mode: best, isEnough: least === 0 };
  };

  const findLevels = (from: number): void => {
    acThere = false;
    for (let index = 0; index < 16; index++) {
      const block = blocks[index]!;
      const corner = 64 * (index >> 2) + 4 * (index & 3);
      for (let at = 0; at < 16; at++) {
        const inside = corner + 16 * (at >> 2) + (at & 3);
        const sample = samples[from + (inside >> 4) * stride + (inside & 15)]!;
        block[at] = sample - prediction[inside]!;
      }
      transformForward(block);
      dc[index] = block[0]!;
      block[0] = 0;
      if (quantiser.quantiseAc(block)) acThere = true;
    }
    hadamard4x4(dc);
    for (let at = 0; at < 16; at++) dc[at] = quantiser.quantiseDc(dc[at]! >> 1);
  };

  const reconstruct = (from: number): void => {
    decodedDc.set(dc);
    hadamard4x4(decodedDc);
    for (let index = 0; index < 16; index++) {
      scratch.set(blocks[index]!);
      quantiser.scaleAc(scratch);
      scratch[0] = quantiser.scaleLumaDc(decodedDc[index]!);
      transformInverse(scratch);
      const corner = 64 * (index >> 2) + 4 * (index & 3);
      for (let at = 0; at < 16; at++) {
        const inside = corner + 16 * (at >> 2) + (at & 3);
        decoded.samples[from + (inside >> 4) * stride + (inside & 15)] = clip(
          prediction[inside]! + scratch[at]!,
        );
      }
    }
  };

  const takePrediction = (from: number): void => {
    acThere = false;
    dc.fill(0);
    for (let row = 0; row < 16; row++)
      decoded.samples.set(prediction.subarray(16 * row, 16 * row + 16), from + row * stride);
  };

  return {
    prepare: (column, row, neighbours) => {
      place = { column, row, neighbours };
      const { mode, isEnough } = choose(16 * column, 16 * row, neighbours);
      const from = 16 * row * stride + 16 * column;
      if (isEnough) takePrediction(from);
      else {
        findLevels(from);
        reconstruct(from);
      }
      return mode;
    },
    hasAc: () => acThere,
    write: (bits) => {
      const { column, row, neighbours } = place;
      const context = (blockX: number, blockY: number): number =>
        counts.context(4 * column + blockX, 4 * row + blockY, neighbours);
      writeResidualBlock(bits, dc, wholeScan, context(0, 0));
      for (const [blockX, blockY] of lumaBlockOrder) {
        const block = blocks[4 * blockY + blockX]!;
        const count = acThere
          ? writeResidualBlock(bits, block, acScan, context(blockX, blockY))
          : 0;
        counts.set(4 * column + blockX, 4 * row + blockY, count);
      }
    },
  };
};
