/** Sounds for tests, the same in every run. */

/** White Gaussian noise of the given RMS; `seed` decides it. */
export function gaussianNoise(samples: number, rms: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  return Int16Array.from({ length: samples }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const value = rms * radius * Math.cos(2 * Math.PI * random());
    return Math.max(-32_768, Math.min(32_767, Math.round(value)));
  });
}

export function sine(samples: number, hz: number, peak: number, rateHz: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  );
}

/** Amplitude of one frequency in a sound, by correlation with it. */
export function amplitudeAt(pcm: Int16Array, hz: number, rateHz: number): number {
  let real = 0;
  let imaginary = 0;
  for (const [i, sample] of pcm.entries()) {
    real += sample * Math.cos((2 * Math.PI * hz * i) / rateHz);
    imaginary += sample * Math.sin((2 * Math.PI * hz * i) / rateHz);
  }
  return (2 * Math.hypot(real, imaginary)) / pcm.length;
}

export function rmsOf(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return Math.sqrt(sum / pcm.length);
}

/** Numbers in [0, 1), xorshift32. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
