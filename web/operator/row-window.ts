/** Which rows of a long table are near enough to be seen. */

export interface RowWindow {
  readonly first: number;
  /** One after the last. */
  readonly end: number;
}

/** As styles/tables.css has it. */
export const rowHeightPx = 44;
/** Rows above and below what is seen, so that keys and wheels find them there. */
const spareRows = 20;
/** Moves in steps: most scrolling changes nothing. */
const stepRows = 10;

/** @param topPx where the first row begins, from the top of what is seen */
export function rowWindow(count: number, topPx: number, viewHeightPx: number): RowWindow {
  const step = (row: number, round: (n: number) => number): number =>
    stepRows * round(row / stepRows);
  const first = step(-topPx / rowHeightPx - spareRows, Math.floor);
  const end = step((viewHeightPx - topPx) / rowHeightPx + spareRows, Math.ceil);
  const bounded = (row: number): number => Math.min(count, Math.max(0, row));
  return { first: bounded(first), end: bounded(end) };
}
