/** What a wideband caller is sent. */
import type { AudioEncoder } from './audio-decoder.ts';
import { createG722Encoder, g722RateHz } from './g722.ts';
import { createOpusEncoder } from './opus-encoder.ts';

/** Frames of 20 ms at 16 kHz. The room under loss is nothing to save on: 24 kbit/s and in-band FEC. */
export const openWidebandEncoder = (codec: 'G722' | 'opus'): Promise<AudioEncoder> =>
  codec === 'opus' ? createOpusEncoder(g722RateHz) : Promise.resolve(createG722AudioEncoder());

const createG722AudioEncoder = (): AudioEncoder => {
  const encoder = createG722Encoder();
  return {
    sampleRateHz: g722RateHz,
    encode: (pcm, out) => encoder.encode(pcm, pcm.length, out),
    close: () => undefined,
  };
};
