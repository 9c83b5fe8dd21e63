/** slice_header(), ITU-T H.264 §7.3.3, as far as a card needs it. */
import type { BitWriter } from './bit-writer.ts';
import { frameNumBits, initialQp } from './parameter-sets.ts';

export interface IdrSlice {
  readonly firstMacroblock: number;
  /** Two IDR pictures in a row differ in it, §7.4.3. */
  readonly idrPicId: number;
  readonly qp: number;
}

export const idrSliceHeader = (bits: BitWriter, slice: IdrSlice): void => {
  bits.ue(slice.firstMacroblock);
  bits.ue(7); // slice_type: I, as all slices of the picture
  bits.ue(0); // pic_parameter_set_id
  bits.u(frameNumBits, 0); // frame_num
  bits.ue(slice.idrPicId);
  bits.u(1, 0); // no_output_of_prior_pics_flag
  bits.u(1, 0); // long_term_reference_flag
  bits.se(slice.qp - initialQp); // slice_qp_delta
  bits.ue(1); // disable_deblocking_filter_idc: the filter would blur the letters
};

/** Of a P picture that repeats the one before. */
export const skipSliceHeader = (bits: BitWriter, frameNum: number): void => {
  bits.ue(0); // first_mb_in_slice
  bits.ue(5); // slice_type: P, as all slices of the picture
  bits.ue(0); // pic_parameter_set_id
  bits.u(frameNumBits, frameNum % 2 ** frameNumBits);
  bits.u(1, 0); // num_ref_idx_active_override_flag
  bits.u(1, 0); // ref_pic_list_modification_flag_l0
  bits.u(1, 0); // adaptive_ref_pic_marking_mode_flag
  bits.se(0); // slice_qp_delta
  bits.ue(1); // disable_deblocking_filter_idc
};
