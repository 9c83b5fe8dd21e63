/** One Intra_16x16 macroblock: macroblock_layer(), ITU-T H.264 §7.3.5. */
import type { BitWriter } from './bit-writer.ts';
import { createChromaCoder } from './chroma-coder.ts';
import { createLumaCoder } from './luma-coder.ts';
import { lumaModes, type Neighbours } from './intra-prediction.ts';
import type { Picture } from './picture.ts';

export interface MacroblockCoder {
  /** Writes the macroblock and keeps what a decoder makes of it; may be called again for the same one. */
  code(bits: BitWriter, column: number, row: number, neighbours: Neighbours): void;
}

export const createMacroblockCoder = (picture: Picture, qp: number): MacroblockCoder => {
  const luma = createLumaCoder(picture, qp);
  const chroma = createChromaCoder(picture, qp);
  return {
    code: (bits, column, row, neighbours) => {
      const mode = luma.prepare(column, row, neighbours);
      const pattern = chroma.prepare(column, row, neighbours);
      // mb_type of an I slice, Table 7-11.
      bits.ue(1 + lumaModes[mode] + 4 * pattern + (luma.hasAc() ? 12 : 0));
      bits.ue(0); // intra_chroma_pred_mode: DC
      bits.se(0); // mb_qp_delta
      luma.write(bits);
      chroma.write(bits);
    },
  };
};
