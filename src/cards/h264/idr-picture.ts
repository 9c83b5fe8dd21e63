/** A whole picture as an IDR picture in slices, each a NAL unit that fits one packet. */
import { createBitWriter, type BitWriter } from './bit-writer.ts';
import { createMacroblockCoder } from './macroblock-coder.ts';
import { nalUnit } from './nal-unit.ts';
import { macroblocksAcross, macroblocksDown } from './parameter-sets.ts';
import type { Picture } from './picture.ts';
import { idrSliceHeader } from './slice-header.ts';

/**
 * Payload of a slice, bytes. With its header, a few bytes of emulation prevention, RTP, SRTP, UDP and
 * IP it stays under 1,200 and 1,280: devices of packetization mode 0 take no fragments.
 */
const sliceBytes = 1_100;

interface Slice {
  readonly firstMacroblock: number;
  readonly bits: BitWriter;
}

export interface IdrPicture {
  /** NAL units for a value of idr_pic_id. */
  slices(idrPicId: number): readonly Buffer[];
}

export const encodeIdrPicture = (picture: Picture, qp: number): IdrPicture => {
  const [across, down] = [macroblocksAcross(picture.size), macroblocksDown(picture.size)];
  const coder = createMacroblockCoder(picture, qp);
  let slice: Slice = { firstMacroblock: 0, bits: createBitWriter() };
  const slices = [slice];
  const code = (column: number, row: number): void => {
    const macroblock = row * across + column;
    coder.code(slice.bits, column, row, {
      left: column > 0 && macroblock - 1 >= slice.firstMacroblock,
      above: row > 0 && macroblock - across >= slice.firstMacroblock,
    });
  };
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      const before = slice.bits.bitLength();
      code(column, row);
      if (slice.bits.bitLength() <= 8 * sliceBytes) continue;
      // It begins a slice of its own, where it may look at no neighbour.
      slice.bits.cutTo(before);
      slice = { firstMacroblock: row * across + column, bits: createBitWriter() };
      slices.push(slice);
      code(column, row);
    }
  }
  return {
    slices: (idrPicId) =>
      slices.map(({ firstMacroblock, bits }) => {
        const whole = createBitWriter();
        idrSliceHeader(whole, { firstMacroblock, idrPicId, qp });
        whole.append(bits);
        return nalUnit('idrSlice', whole.rbsp());
      }),
  };
};
