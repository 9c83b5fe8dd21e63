/** Fills an outline: how much of each pixel it covers, exactly but for the bend of curves. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type OutlineStep =
  | { readonly kind: 'move' | 'line'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'curve';
      readonly controlX: number;
      readonly controlY: number;
      readonly x: number;
      readonly y: number;
    };

/** Coverage from 0 to 1, row after row. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly coverage: Float32Array;
}

const piecesOfCurve = 6;

/** Straight pieces, in pixels; y downwards. */
const flatten = (
  outline: readonly OutlineStep[],
  scale: number,
  originX: number,
  baseline: number,
): (readonly [Point, Point])[] => {
  const place = (x: number, y: number): Point => ({
    x: originX + x * scale,
    y: baseline - y * scale,
  });
  const pieces: (readonly [Point, Point])[] = [];
  let from = place(0, 0);
  for (const step of outline) {
    const to = place(step.x, step.y);
    if (step.kind === 'line') pieces.push([from, to]);
    if (step.kind === 'curve') {
      const control = place(step.controlX, step.controlY);
      let before = from;
      for (let i = 1; i <= piecesOfCurve; i++) {
        const t = i / piecesOfCurve;
        const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
        const next = {
          x: a * from.x + b * control.x + c * to.x,
          y: a * from.y + b * control.y + c * to.y,
        };
        pieces.push([before, next]);
        before = next;
      }
    }
    from = to;
  }
  return pieces;
};

/**
 * Adds what a piece changes in the coverage of the pixels from it to the right: each pixel that it
 * crosses gets its own share, the one after it the rest. Summed up along a row, that is the coverage.
 */
const addPiece = (changes: Float32Array, width: number, from: Point, to: Point): void => {
  if (from.y === to.y) return;
  const sign = from.y < to.y ? 1 : -1;
  const [top, bottom] = sign === 1 ? [from, to] : [to, from];
  const slope = (bottom.x - top.x) / (bottom.y - top.y);
  for (let row = Math.floor(top.y); row < bottom.y; row++) {
    const [y0, y1] = [Math.max(row, top.y), Math.min(row + 1, bottom.y)];
    const xAt0 = top.x + (y0 - top.y) * slope;
    const xAt1 = top.x + (y1 - top.y) * slope;
    const [left, right] = xAt0 < xAt1 ? [xAt0, xAt1] : [xAt1, xAt0];
    const height = sign * (y1 - y0);
    let covered = 0;
    for (let column = Math.floor(left); column <= Math.floor(right); column++) {
      const share = coveredBy(column, left, right);
      const at = row * width + column;
      changes[at] = (changes[at] ?? 0) + height * (share - covered);
      covered = share;
    }
    const after = row * width + Math.floor(right) + 1;
    changes[after] = (changes[after] ?? 0) + height * (1 - covered);
  }
};

/** How much of a pixel column is to the right of a piece that goes from `left` to `right` in its row. */
const coveredBy = (column: number, left: number, right: number): number => {
  /** Area to the right of the piece within the columns up to `x`. */
  const areaUpTo = (x: number): number => {
    if (x <= left) return 0;
    if (x >= right) return x - (left + right) / 2;
    return (x - left) ** 2 / (2 * (right - left));
  };
  return areaUpTo(column + 1) - areaUpTo(column);
};

/** Undefined where there is nothing to see, as with a space. */
export const fillOutline = (
  outline: readonly OutlineStep[],
  scale: number,
  originX: number,
  baseline: number,
): { readonly bitmap: Bitmap; readonly x: number; readonly y: number } | undefined => {
  const pieces = flatten(outline, scale, originX, baseline);
  if (pieces.length === 0) return undefined;
  const points = pieces.flat();
  const x = Math.floor(points.reduce((least, point) => Math.min(least, point.x), Infinity));
  const y = Math.floor(points.reduce((least, point) => Math.min(least, point.y), Infinity));
  // Two to spare: what is right of the last pixel goes there.
  const width = Math.ceil(points.reduce((most, point) => Math.max(most, point.x), x)) - x + 2;
  const height = Math.ceil(points.reduce((most, point) => Math.max(most, point.y), y)) - y + 1;
  const coverage = new Float32Array(width * height);
  const inside = (point: Point): Point => ({ x: point.x - x, y: point.y - y });
  for (const [from, to] of pieces) addPiece(coverage, width, inside(from), inside(to));
  for (let row = 0; row < height; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      sum += coverage[at] ?? 0;
      coverage[at] = Math.min(1, Math.abs(sum));
    }
  }
  return { bitmap: { width, height, coverage }, x, y };
};
