/** For the media threads; engines judge their own calls by the same. */
export {
  g711Impairment,
  g711WithoutConcealmentImpairment,
  opusImpairment,
  transmissionRating,
  mosOfRating,
  estimateMos,
} from '../../call/mos.ts';
export type { CodecImpairment, ConnectionImpairment } from '../../call/mos.ts';
