import { insertPeriod, isQuiet, maxPeriodSamples, removePeriod } from './time-stretch.ts';

/** Decoded sound that waits to be played; all counts are samples. */
export interface PcmFifo {
  length(): number;
  append(pcm: Int16Array, from: number, to: number): void;
  appendSilence(samples: number): void;
  /** Moves the first `samples` to `out`; there must be as many. */
  take(out: Int16Array, samples: number): void;
  /** One pitch period less or more, as `time-stretch.ts` does it; returns how much it was. */
  shorten(): number;
  lengthen(): number;
  /** What `shorten` may take away. */
  readonly longestPeriod: number;
  isQuiet(samples: number): boolean;
  /** Drops all; what comes next begins softly. */
  cut(): void;
}

const fadeInMs = 4;

export const createPcmFifo = (capacity: number, sampleRateHz: number): PcmFifo => {
  const samples = new Int16Array(capacity);
  const fadeInSamples = (fadeInMs * sampleRateHz) / 1000;
  let length = 0;
  let fadeIn = false;

  return {
    length: () => length,
    append(pcm, from, to) {
      const count = Math.min(to - from, capacity - length);
      for (let index = 0; index < count; index += 1) samples[length + index] = pcm[from + index]!;
      const fade = fadeIn ? Math.min(fadeInSamples, count) : 0;
      for (let index = 0; index < fade; index += 1) samples[length + index]! *= index / fade;
      if (count > 0) fadeIn = false;
      length += count;
    },
    appendSilence(count) {
      samples.fill(0, length, length + count);
      length += count;
    },
    take(out, count) {
      for (let index = 0; index < count; index += 1) out[index] = samples[index]!;
      if (length > count) samples.copyWithin(0, count, length);
      length -= count;
    },
    shorten() {
      const removed = removePeriod(samples, length, sampleRateHz);
      length -= removed;
      return removed;
    },
    lengthen() {
      const inserted = insertPeriod(samples, length, sampleRateHz);
      length += inserted;
      return inserted;
    },
    longestPeriod: maxPeriodSamples(sampleRateHz),
    isQuiet: (count) => isQuiet(samples, count),
    cut() {
      length = 0;
      fadeIn = true;
    },
  };
};
