/** Intra_16x16 prediction (ITU-T H.264 §8.3.3) and Intra chroma DC prediction (§8.3.4). */
import type { Plane } from './picture.ts';

/** Which neighbours a macroblock may look at: those of its own slice. */
export interface Neighbours {
  readonly left: boolean;
  readonly above: boolean;
}

/** Intra16x16PredMode, Table 8-4; plane prediction does not help letters. */
export const lumaModes = { vertical: 0, horizontal: 1, dc: 2 } as const;
export type LumaMode = keyof typeof lumaModes;

const sumAbove = ({ samples, stride }: Plane, x: number, y: number, count: number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += samples[(y - 1) * stride + x + i]!;
  return sum;
};

const sumLeft = ({ samples, stride }: Plane, x: number, y: number, count: number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += samples[(y + i) * stride + x - 1]!;
  return sum;
};

const lumaDc = (plane: Plane, x: number, y: number, { left, above }: Neighbours): number => {
  if (left && above) return (sumAbove(plane, x, y, 16) + sumLeft(plane, x, y, 16) + 16) >> 5;
  if (above) return (sumAbove(plane, x, y, 16) + 8) >> 4;
  if (left) return (sumLeft(plane, x, y, 16) + 8) >> 4;
  return 128;
};

/** Fills the 256 predicted samples of the macroblock at x, y from what is decoded around it. */
export const predictLuma = (
  decoded: Plane,
  x: number,
  y: number,
  neighbours: Neighbours,
  mode: LumaMode,
  out: Uint8Array,
): void => {
  const { samples, stride } = decoded;
  if (mode === 'dc') {
    out.fill(lumaDc(decoded, x, y, neighbours));
    return;
  }
  for (let row = 0; row < 16; row++) {
    if (mode === 'horizontal')
      out.fill(samples[(y + row) * stride + x - 1]!, 16 * row, 16 * row + 16);
    else for (let i = 0; i < 16; i++) out[16 * row + i] = samples[(y - 1) * stride + x + i]!;
  }
};

/** What one 4x4 block of a chroma macroblock is predicted as; `x`, `y`: the block's own place. */
export const predictChromaDc = (
  decoded: Plane,
  x: number,
  y: number,
  { left, above }: Neighbours,
): number => {
  const [isRight, isLower] = [x % 8 === 4, y % 8 === 4];
  const [macroblockX, macroblockY] = [isRight ? x - 4 : x, isLower ? y - 4 : y];
  // The blocks off the diagonal look to their own side alone, where they can.
  const asksAbove = above && !(isLower && !isRight && left);
  const asksLeft = left && !(isRight && !isLower && above);
  const fromAbove = asksAbove ? sumAbove(decoded, x, macroblockY, 4) : 0;
  const fromLeft = asksLeft ? sumLeft(decoded, macroblockX, y, 4) : 0;
  if (asksAbove && asksLeft) return (fromAbove + fromLeft + 4) >> 3;
  if (asksAbove || asksLeft) return (fromAbove + fromLeft + 2) >> 2;
  return 128;
};
