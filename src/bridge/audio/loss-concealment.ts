/**
 * Fills lost packets of a codec that has no concealment of its own: the last pitch period over and
 * over, at full level for 10 ms and then falling to silence at 60 ms, as ITU-T G.711 Appendix I sets
 * the bounds. Unlike there nothing is delayed: the step at the start is taken out by an offset that
 * decays, and the first 5 ms after the loss are cross-faded with what would have been concealed.
 */

export interface LossConcealment {
  /** Writes the next `samples` of a loss. */
  fill(pcm: Int16Array, samples: number): void;
  /** The first `samples` of `pcm` were really heard: fades over to them where a loss went before. */
  take(pcm: Int16Array, samples: number): void;
}

/** Pitch between 200 and 66 Hz. */
const shortestPeriodMs = 5;
const longestPeriodMs = 15;
/** What two stretches a period apart are compared over. */
const correlationMs = 20;
const fullLevelMs = 10;
const silentAfterMs = 60;
const crossFadeMs = 5;
/** Of the offset, in 1/8000 s; it is gone after some 3 ms. */
const offsetDecay = 0.85;

export function createLossConcealment(rateHz: 8000 | 16000): LossConcealment {
  const perMs = rateHz / 1000;
  const longestPeriod = longestPeriodMs * perMs;
  const historySamples = longestPeriod + correlationMs * perMs;
  const fullLevelSamples = fullLevelMs * perMs;
  const silentAfterSamples = silentAfterMs * perMs;
  const crossFadeSamples = crossFadeMs * perMs;
  const decay = offsetDecay ** (8 / perMs);
  const history = new Int16Array(historySamples);
  let concealed = 0;
  let period = 0;
  let offset = 0;

  const begin = (): void => {
    period = pitchPeriod(history, shortestPeriodMs * perMs, longestPeriod);
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
    offset *= decay;
    concealed++;
    if (concealed % period === 0)
      offset += history[historySamples - 1]! - history[historySamples - 1 - period]!;
    return Math.max(-32_768, Math.min(32_767, Math.round(sample * fade)));
  };
  const end = (pcm: Int16Array, samples: number): void => {
    const count = Math.min(crossFadeSamples, samples);
    for (let i = 0; i < count; i++) {
      const real = (i + 1) / (count + 1);
      pcm[i] = Math.round(real * pcm[i]! + (1 - real) * next());
    }
    concealed = 0;
  };
  // What is kept is what was really heard: a concealment is never repeated from itself.
  const keep = (pcm: Int16Array, samples: number): void => {
    if (samples >= historySamples) {
      for (let i = 0; i < historySamples; i++) history[i] = pcm[samples - historySamples + i]!;
      return;
    }
    history.copyWithin(0, samples);
    for (let i = 0; i < samples; i++) history[historySamples - samples + i] = pcm[i]!;
  };

  return {
    fill: (pcm, samples) => {
      if (concealed === 0) begin();
      for (let i = 0; i < samples; i++) pcm[i] = next();
    },
    take: (pcm, samples) => {
      if (concealed > 0) end(pcm, samples);
      keep(pcm, samples);
    },
  };
}

/** The lag at which the last 20 ms resemble what went before most: normalised cross-correlation. */
function pitchPeriod(history: Int16Array, shortest: number, longest: number): number {
  // Every second lag and sample first, then the neighbours: a quarter of the work.
  const rough = strongestLag(history, longest, { from: shortest, to: longest, step: 2 });
  const from = Math.max(shortest, rough - 1);
  return strongestLag(history, longest, { from, to: Math.min(longest, rough + 1), step: 1 });
}

function strongestLag(
  history: Int16Array,
  start: number,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): number {
  let best = to;
  let strongest = -Infinity;
  for (let lag = from; lag <= to; lag += step) {
    let product = 0;
    let energy = 1;
    for (let i = start; i < history.length; i += step) {
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
