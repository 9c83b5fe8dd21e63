/** G.711 from the network, with concealment of lost packets. */
import type { AudioDecoder } from './audio-decoder.ts';
import { decodeG711, g711RateHz, type G711Law } from './g711.ts';
import { createLossConcealment } from './loss-concealment.ts';
import { createResampler } from './resample.ts';

const longestPacketSamples = 960;

/** `rateHz`: 8000, or 16000 (the same sound, interpolated, 2 ms later). */
export function createG711Decoder(law: G711Law, rateHz: 8000 | 16000): AudioDecoder {
  const concealment = createLossConcealment(g711RateHz);
  // At 8 kHz everything is done in the caller's array.
  const widen = rateHz === g711RateHz ? undefined : createWidening(rateHz);

  return {
    sampleRateHz: rateHz,
    decode: (payload, out) => {
      // A payload without room in `out` is not one we negotiated: treated as lost.
      if (payload.length === 0 || payload.length * (rateHz / g711RateHz) > out.length) return 0;
      if (payload.length > longestPacketSamples) return 0;
      const pcm = widen?.narrow ?? out;
      const samples = decodeG711(law, payload, pcm);
      concealment.take(pcm, samples);
      return widen?.write(samples, out) ?? samples;
    },
    conceal: (out, samples) => {
      const perSample = rateHz / g711RateHz;
      const count = Math.min(Math.floor(samples / perSample), longestPacketSamples);
      concealment.fill(widen?.narrow ?? out, count);
      const written = widen?.write(count, out) ?? count;
      out.fill(0, written, samples);
    },
    // G.711 carries no redundancy of its own.
    recover: () => 0,
    close: () => undefined,
  };
}

/** From 8 kHz in `narrow` to a higher rate. */
const createWidening = (rateHz: 16000) => {
  const narrow = new Int16Array(longestPacketSamples);
  const resampler = createResampler(g711RateHz, rateHz);
  return {
    narrow,
    write: (samples: number, out: Int16Array): number => resampler.process(narrow, samples, out),
  };
};
