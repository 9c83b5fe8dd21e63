/** Tones are told apart from what else is said by their frequency. Levels: 0 dB is a full-scale sine. */

/** From this level on, a tone counts as heard. */
export const heardLevelDbfs = -40;

/** The level of one frequency in `pcm`, by the Goertzel algorithm; -120 at least. */
export const toneLevelDbfs = (pcm: Int16Array, hz: number, rateHz: number): number => {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  let last = 0;
  let beforeLast = 0;
  for (const sample of pcm) {
    const next = sample / 32_768 + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  const amplitude = (2 * Math.sqrt(Math.max(0, power))) / Math.max(1, pcm.length);
  return 20 * Math.log10(Math.max(amplitude, 1e-6));
};

/** A second of a sine of whole hertz: repeated, it has no seam. */
export const secondOfTone = (hz: number, levelDbfs: number, rateHz: number): Int16Array => {
  const peak = 32_767 * 10 ** (levelDbfs / 20);
  return Int16Array.from({ length: rateHz }, (_, sample) =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * sample) / rateHz)),
  );
};
