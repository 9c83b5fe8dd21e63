/** The levels of one colour difference of a macroblock, and its plane as a decoder has it. */
import { predictChromaDc, type Neighbours } from './intra-prediction.ts';
import { clip, invisibleDifference, type Plane } from './picture.ts';
import {
  chromaQp,
  createQuantiser,
  hadamard2x2,
  transformForward,
  transformInverse,
} from './transform.ts';

export interface ChromaBlocks {
  /** Of the macroblock found last: 2x2, row after row. */
  readonly dc: Int32Array;
  /** Its four blocks, row after row, without DC. */
  readonly ac: readonly Int32Array[];
  hasAc(): boolean;
  /** @param x in samples of this plane */
  find(x: number, y: number, neighbours: Neighbours): void;
}

export const createChromaBlocks = (source: Plane, qp: number): ChromaBlocks => {
  const { samples, stride } = source;
  const decoded: Plane = { samples: new Uint8Array(samples.length), stride };
  const quantiser = createQuantiser(chromaQp(qp));
  const dc = new Int32Array(4);
  const decodedDc = new Int32Array(4);
  const ac = Array.from({ length: 4 }, () => new Int32Array(16));
  const predictions = new Uint8Array(4);
  const scratch = new Int32Array(16);
  let acThere = false;

  /** Differences to the prediction; whether any can be seen. */
  const subtract = (block: Int32Array, from: number, prediction: number): boolean => {
    let largest = 0;
    for (let at = 0; at < 16; at++) {
      const difference = samples[from + (at >> 2) * stride + (at & 3)]! - prediction;
      block[at] = difference;
      if (Math.abs(difference) > largest) largest = Math.abs(difference);
    }
    return largest > invisibleDifference;
  };

  const reconstruct = (from: number, index: number): void => {
    scratch.set(ac[index]!);
    quantiser.scaleAc(scratch);
    scratch[0] = quantiser.scaleChromaDc(decodedDc[index]!);
    transformInverse(scratch);
    for (let at = 0; at < 16; at++)
      decoded.samples[from + (at >> 2) * stride + (at & 3)] = clip(
        predictions[index]! + scratch[at]!,
      );
  };

  const find = (x: number, y: number, neighbours: Neighbours): void => {
    const corner = (index: number): number => (y + 4 * (index >> 1)) * stride + x + 4 * (index & 1);
    let isVisible = false;
    for (let index = 0; index < 4; index++) {
      const [left, top] = [x + 4 * (index & 1), y + 4 * (index >> 1)];
      predictions[index] = predictChromaDc(decoded, left, top, neighbours);
      if (subtract(ac[index]!, corner(index), predictions[index]!)) isVisible = true;
    }
    acThere = false;
    for (let index = 0; index < 4; index++) {
      const block = ac[index]!;
      if (!isVisible) block.fill(0);
      else transformForward(block);
      dc[index] = block[0]!;
      block[0] = 0;
      if (isVisible && quantiser.quantiseAc(block)) acThere = true;
    }
    hadamard2x2(dc);
    for (let at = 0; at < 4; at++) dc[at] = quantiser.quantiseDc(dc[at]!);
    decodedDc.set(dc);
    hadamard2x2(decodedDc);
    for (let index = 0; index < 4; index++) reconstruct(corner(index), index);
  };

  return { dc, ac, hasAc: () => acThere, find };
};
