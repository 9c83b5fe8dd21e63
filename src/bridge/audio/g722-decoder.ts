/** G.722 from the network, with concealment of lost packets. */
import type { AudioDecoder } from './audio-decoder.ts';
import { createG722Decoder, g722RateHz } from './g722.ts';
import { createLossConcealment } from './loss-concealment.ts';

/**
 * The predictors stay as they were while packets are missing; their leakage brings them back to the
 * sender's within some milliseconds after.
 */
export function createConcealingG722Decoder(): AudioDecoder {
  const decoder = createG722Decoder();
  const concealment = createLossConcealment(g722RateHz);
  return {
    sampleRateHz: g722RateHz,
    decode: (payload, out) => {
      if (2 * payload.length > out.length) return 0;
      const samples = decoder.decode(payload, out);
      concealment.take(out, samples);
      return samples;
    },
    conceal: (out, samples) => {
      concealment.fill(out, samples);
    },
    // G.722 carries no redundancy of its own.
    recover: () => 0,
    close: () => undefined,
  };
}
