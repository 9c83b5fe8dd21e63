/** The codecs of sound as SDP knows them: names, clocks, payload types and parameters. */
import type { MediaSession } from '../../call/ports/media.ts';
import type { RtpMapping } from './sdp-document.ts';

export type AudioCodec = MediaSession['codec'];

/** RFC 3551 §6; RFC 7587 §7, whose two channels stand there whatever is sent. */
export const audioMappings: Readonly<Record<AudioCodec, RtpMapping>> = {
  PCMU: { codec: 'PCMU', clockRateHz: 8000, channels: 1 },
  PCMA: { codec: 'PCMA', clockRateHz: 8000, channels: 1 },
  // 16 kHz sound under a clock that is called 8000: RFC 3551 §4.5.2.
  G722: { codec: 'G722', clockRateHz: 8000, channels: 1 },
  opus: { codec: 'OPUS', clockRateHz: 48_000, channels: 2 },
};
const codecs: readonly AudioCodec[] = ['PCMU', 'PCMA', 'G722', 'opus'];

/** In our offers; that of Opus is dynamic. */
export const ownPayloadTypes: Readonly<Record<AudioCodec, number>> = {
  PCMU: 0,
  PCMA: 8,
  G722: 9,
  opus: 109,
};

/** Keys go by the clock of the sound that they interrupt. RFC 4733 §2.1 */
export const ownKeyPayloadType = (codec: AudioCodec): number => (codec === 'opus' ? 102 : 101);

/** Which of ours a payload type stands for. Some leave out the channels of Opus. */
export const codecOf = ({ codec, clockRateHz, channels }: RtpMapping): AudioCodec | undefined =>
  codecs.find((ours) => {
    const mapping = audioMappings[ours];
    const fits = mapping.codec === codec && mapping.clockRateHz === clockRateHz;
    return fits && (channels === mapping.channels || ours === 'opus');
  });

/** What we say of it behind a=fmtp: that lost frames may be told again in the next ones. RFC 7587 §6.1 */
export const audioParameters = (codec: AudioCodec): string | undefined =>
  codec === 'opus' ? 'minptime=10;useinbandfec=1' : undefined;

/**
 * The place of a codec in our order. The two laws of G.711 are as good as each other: between them the
 * offer's order counts.
 */
export const rankIn = (order: readonly AudioCodec[], codec: AudioCodec): number =>
  order.findIndex((ours) => ours === codec || (isG711(ours) && isG711(codec)));

const isG711 = (codec: AudioCodec): boolean => codec === 'PCMU' || codec === 'PCMA';
