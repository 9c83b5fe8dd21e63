/**
 * G.711 from the network, with concealment of lost packets.
 *
 * A loss is filled by the last pitch period over and over, at full level for 10 ms and then falling
 * to silence at 60 ms, as ITU-T G.711 Appendix I sets the bounds. Unlike there nothing is delayed:
 * the step at the start is taken out by an offset that decays, and the first 5 ms after the loss
 * are cross-faded with what would have been concealed.
 */
import type { AudioDecoder } from './audio-decoder.ts';
import { decodeG711, g711RateHz, type G711Law } from './g711.ts';
import { createResampler } from './resample.ts';

/** Pitch between 200 and 66 Hz. */
const shortestPeriod = 40;
const longestPeriod = 120;
/** What two stretches a period apart are compared over: 20 ms. */
const correlationSamples = 160;
const historySamples = longestPeriod + correlationSamples;
const fullLevelSamples = 80;
const silentAfterSamples = 480;
const crossFadeSamples = 40;
/** Per sample; the offset is gone after some 3 ms. */
const offsetDecay = 0.85;
const longestPacketSamples = 960;

/** `rateHz`: 8000, or 16000 (the same sound, interpolated, 2 ms later). */
export function createG711Decoder(law: G711Law, rateHz: 8000 | 16000): AudioDecoder {
  const history = new Int16Array(historySamples);
  const concealment = createConcealment(history);
  // At 8 kHz everything is done in the caller's array.
  const widen = rateHz === g711RateHz ? undefined : createWidening(rateHz);

  const keep = (pcm: Int16Array, samples: number): void => {
    if (samples >= historySamples) {
      for (let i = 0; i < historySamples; i++) history[i] = pcm[samples - historySamples + i]!;
      return;
    }
    history.copyWithin(0, samples);
    for (let i = 0; i < samples; i++) history[historySamples - samples + i] = pcm[i]!;
  };

  return {
    sampleRateHz: rateHz,
    decode: (payload, out) => {
      // A payload without room in `out` is not one we negotiated: treated as lost.
      if (payload.length === 0 || payload.length * (rateHz / g711RateHz) > out.length) return 0;
      if (payload.length > longestPacketSamples) return 0;
      const pcm = widen?.narrow ?? out;
      const samples = decodeG711(law, payload, pcm);
      concealment.end(pcm, samples);
      keep(pcm, samples);
      return widen?.write(samples, out) ?? samples;
    },
    conceal: (out, samples) => {
      const perSample = rateHz / g711RateHz;
      const count = Math.min(Math.floor(samples / perSample), longestPacketSamples);
      concealment.fill(widen?.narrow ?? out, count);
      // History stays what was really heard: a concealment is never repeated from itself.
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

interface Concealment {
  /** Writes the next `samples` of a loss. */
  fill(pcm: Int16Array, samples: number): void;
  /** Real sound is back in `pcm`: fades over to it where a loss went before. */
  end(pcm: Int16Array, samples: number): void;
}

function createConcealment(history: Int16Array): Concealment {
  let concealed = 0;
  let period = 0;
  let offset = 0;

  const begin = (): void => {
    period = pitchPeriod(history);
    offset = history[historySamples - 1]! - history[historySamples - 1 - period]!;
  };
  const next = (): number => {
    const fade =
      concealed < fullLevelSamples
        ? 1
        : (silentAfterSamples - concealed) / (silentAfterSamples - fullLevelSamples);
    if (fade <= 0) return 0;
    const sample = history[historySamples - period + (concealed % period)]! + offset;
    // Each new round begins with the step between the period's ends: it decays the same way.
    offset *= offsetDecay;
    concealed++;
    if (concealed % period === 0)
      offset += history[historySamples - 1]! - history[historySamples - 1 - period]!;
    return Math.max(-32_768, Math.min(32_767, Math.round(sample * fade)));
  };

  return {
    fill: (pcm, samples) => {
      if (concealed === 0) begin();
      for (let i = 0; i < samples; i++) pcm[i] = next();
    },
    end: (pcm, samples) => {
      if (concealed === 0) return;
      const count = Math.min(crossFadeSamples, samples);
      for (let i = 0; i < count; i++) {
        const real = (i + 1) / (count + 1);
        pcm[i] = Math.round(real * pcm[i]! + (1 - real) * next());
      }
      concealed = 0;
    },
  };
}

/** The lag at which the last 20 ms resemble what went before most: normalised cross-correlation. */
function pitchPeriod(history: Int16Array): number {
  // Every second lag and sample first, then the neighbours: a quarter of the work.
  let best = strongestLag(history, shortestPeriod, longestPeriod, 2, 2);
  best = strongestLag(
    history,
    Math.max(shortestPeriod, best - 1),
    Math.min(longestPeriod, best + 1),
    1,
    1,
  );
  return best;
}

function strongestLag(
  history: Int16Array,
  from: number,
  to: number,
  lagStep: number,
  sampleStep: number,
): number {
  const start = historySamples - correlationSamples;
  let best = to;
  let strongest = -Infinity;
  for (let lag = from; lag <= to; lag += lagStep) {
    let product = 0;
    let energy = 1;
    for (let i = start; i < historySamples; i += sampleStep) {
      const earlier = history[i - lag]!;
      product += history[i]! * earlier;
      energy += earlier * earlier;
    }
    const strength = product / Math.sqrt(energy);
    if (strength > strongest) {
      strongest = strength;
      best = lag;
    }
  }
  return best;
}
