/** Sequence and picture parameter set of a card: constrained baseline, one reference picture. */
import { createBitWriter } from './bit-writer.ts';
import { nalUnit } from './nal-unit.ts';

export interface PictureSize {
  /** In pixels, even. */
  readonly width: number;
  readonly height: number;
}

/** frame_num has this many bits. */
export const frameNumBits = 4;
/** Where slice_qp_delta counts from: 26 + pic_init_qp_minus26. */
export const initialQp = 26;

export const macroblocksAcross = ({ width }: PictureSize): number => Math.ceil(width / 16);
export const macroblocksDown = ({ height }: PictureSize): number => Math.ceil(height / 16);

/** level_idc with the most macroblocks of a picture and of a second that it allows: Table A-1. */
const levels = [
  [10, 99, 1_485],
  [11, 396, 3_000],
  [12, 396, 6_000],
  [13, 396, 11_880],
  [21, 792, 19_800],
  [22, 1_620, 20_250],
  [30, 1_620, 40_500],
  [31, 3_600, 108_000],
  [40, 8_192, 245_760],
  [51, 36_864, 983_040],
] as const;

/** The lowest level_idc whose decoders can show pictures of this size at this rate. */
export const levelOf = (size: PictureSize, frameRate: number): number => {
  const picture = macroblocksAcross(size) * macroblocksDown(size);
  const fits = levels.find(
    ([, inPicture, inSecond]) => picture <= inPicture && picture * frameRate <= inSecond,
  );
  return (fits ?? levels[levels.length - 1] ?? [51])[0];
};

/** seq_parameter_set_rbsp(), §7.3.2.1.1 */
export const sequenceParameterSet = (size: PictureSize, frameRate: number): Buffer => {
  const [across, down] = [macroblocksAcross(size), macroblocksDown(size)];
  const bits = createBitWriter();
  bits.u(8, 66); // profile_idc: baseline
  bits.u(8, 0xe0); // constraint_set0 to 2: constrained baseline
  bits.u(8, levelOf(size, frameRate));
  bits.ue(0); // seq_parameter_set_id
  bits.ue(frameNumBits - 4); // log2_max_frame_num_minus4
  bits.ue(2); // pic_order_cnt_type: shown in the order of decoding, none held back
  bits.ue(1); // max_num_ref_frames
  bits.u(1, 0); // gaps_in_frame_num_value_allowed_flag
  bits.ue(across - 1);
  bits.ue(down - 1);
  bits.u(1, 1); // frame_mbs_only_flag
  bits.u(1, 1); // direct_8x8_inference_flag
  const cutRight = (16 * across - size.width) / 2;
  const cutBottom = (16 * down - size.height) / 2;
  const isCut = cutRight + cutBottom > 0;
  bits.u(1, isCut ? 1 : 0); // frame_cropping_flag; in units of two pixels
  if (isCut) for (const cut of [0, cutRight, 0, cutBottom]) bits.ue(cut);
  bits.u(1, 0); // vui_parameters_present_flag
  return nalUnit('sps', bits.rbsp());
};

/** pic_parameter_set_rbsp(), §7.3.2.2 */
export const pictureParameterSet = (): Buffer => {
  const bits = createBitWriter();
  bits.ue(0); // pic_parameter_set_id
  bits.ue(0); // seq_parameter_set_id
  bits.u(1, 0); // entropy_coding_mode_flag: CAVLC
  bits.u(1, 0); // bottom_field_pic_order_in_frame_present_flag
  bits.ue(0); // num_slice_groups_minus1
  bits.ue(0); // num_ref_idx_l0_default_active_minus1
  bits.ue(0); // num_ref_idx_l1_default_active_minus1
  bits.u(1, 0); // weighted_pred_flag
  bits.u(2, 0); // weighted_bipred_idc
  bits.se(initialQp - 26); // pic_init_qp_minus26
  bits.se(0); // pic_init_qs_minus26
  bits.se(0); // chroma_qp_index_offset
  bits.u(1, 1); // deblocking_filter_control_present_flag
  bits.u(1, 0); // constrained_intra_pred_flag
  bits.u(1, 0); // redundant_pic_cnt_present_flag
  return nalUnit('pps', bits.rbsp());
};
