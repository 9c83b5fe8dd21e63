/** A P picture that shows the one before once more: nothing but mb_skip_run. ITU-T H.264 §7.3.4 */
import { createBitWriter } from './bit-writer.ts';
import { nalUnit } from './nal-unit.ts';
import { macroblocksAcross, macroblocksDown, type PictureSize } from './parameter-sets.ts';
import { skipSliceHeader } from './slice-header.ts';

/** @param frameNum pictures since the IDR picture, from 1 */
export const skipPicture = (size: PictureSize, frameNum: number): Buffer => {
  const bits = createBitWriter();
  skipSliceHeader(bits, frameNum);
  bits.ue(macroblocksAcross(size) * macroblocksDown(size)); // mb_skip_run
  return nalUnit('slice', bits.rbsp());
};
