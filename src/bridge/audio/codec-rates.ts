/** The clocks of the codecs that a leg may speak. */
import type { MediaSession } from '../../call/ports/media.ts';

export type LegCodec = MediaSession['codec'];

/** Whether its bytes are samples: no decoder is needed to know what is in them. */
export const isG711 = (codec: LegCodec | undefined): codec is 'PCMU' | 'PCMA' =>
  codec === 'PCMU' || codec === 'PCMA';

/** Whether the codec carries what is above 4 kHz. */
export const isWideband = (codec: LegCodec): codec is 'G722' | 'opus' =>
  codec === 'G722' || codec === 'opus';

/** At which it is decoded, mixed and encoded. */
export const soundRateOf = (codec: LegCodec): 8000 | 16000 => (isWideband(codec) ? 16_000 : 8000);

/** Of RTP time stamps: that of G.722 is 8000 by an old mistake (RFC 3551 §4.5.2), RFC 7587 §4.1. */
export const rtpClockOf = (codec: LegCodec): 8000 | 48000 => (codec === 'opus' ? 48_000 : 8000);
