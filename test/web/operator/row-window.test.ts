import { describe, expect, it } from 'vitest';
import { rowHeightPx, rowWindow } from '../../../web/operator/row-window.ts';

describe('the rows of a long table that are drawn', () => {
  it('are all of a short one', () => {
    expect(rowWindow(12, 200, 900)).toEqual({ first: 0, end: 12 });
    expect(rowWindow(0, 200, 900)).toEqual({ first: 0, end: 0 });
  });

  it('hold everything that is seen, wherever it is scrolled to, and few more', () => {
    for (let scrolledPx = 0; scrolledPx < 500 * rowHeightPx; scrolledPx += 333) {
      const { first, end } = rowWindow(500, 200 - scrolledPx, 900);
      expect(first * rowHeightPx).toBeLessThanOrEqual(Math.max(0, scrolledPx - 200));
      expect(end * rowHeightPx).toBeGreaterThanOrEqual(
        Math.min(500 * rowHeightPx, scrolledPx - 200 + 900),
      );
      expect(end - first).toBeLessThanOrEqual(90);
    }
  });

  it('are none of a table that is scrolled past', () => {
    const { first, end } = rowWindow(100, -100_000, 900);
    expect(first).toBe(end);
  });
});
