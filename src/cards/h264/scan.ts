/** The order in which coefficients and blocks are written. */

/** The zig-zag scan of a 4x4 block, ITU-T H.264 Table 8-2: the row-after-row place of each. */
export const wholeScan: readonly number[] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];
/** Of a block whose DC coefficient goes elsewhere. */
export const acScan = wholeScan.slice(1);
/** Of the 2x2 chroma DC coefficients. */
export const chromaDcScan: readonly number[] = [0, 1, 2, 3];

/** Blocks of a luma macroblock in coding order, as [column, row]: §6.4.3. */
export const lumaBlockOrder: readonly (readonly [number, number])[] = Array.from(
  { length: 16 },
  (_, index) => [2 * ((index >> 2) & 1) + (index & 1), 2 * (index >> 3) + ((index >> 1) & 1)],
);
