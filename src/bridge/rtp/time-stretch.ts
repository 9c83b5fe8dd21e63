/**
 * Makes PCM one pitch period shorter or longer without a change of pitch: similar stretches are
 * overlapped and added (WSOLA). Both work in place on the first samples of `pcm`.
 */

/** 400 Hz to 100 Hz, the pitch of most voices; two of the longest are one frame of 20 ms. */
const shortestPeriodMs = 2.5;
const longestPeriodMs = 10;
/** Compared at every other sample: enough to find a period, half the work. */
const compareStep = 2;

export const maxPeriodSamples = (sampleRateHz: number): number =>
  Math.floor((longestPeriodMs * sampleRateHz) / 1000);

/**
 * The lag at which the first samples are most like themselves, by normalised cross-correlation
 * over `maxPeriodSamples`. Reads twice that many samples.
 */
export const findPeriod = (pcm: Int16Array, sampleRateHz: number): number => {
  const longest = maxPeriodSamples(sampleRateHz);
  const shortest = Math.floor((shortestPeriodMs * sampleRateHz) / 1000);
  let best = longest;
  let bestLikeness = 0;
  for (let lag = shortest; lag <= longest; lag += 1) {
    let product = 0;
    let energy = 1;
    for (let index = 0; index < longest; index += compareStep) {
      const later = pcm[index + lag]!;
      product += pcm[index]! * later;
      energy += later * later;
    }
    const likeness = product > 0 ? (product * product) / energy : 0;
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = lag;
    }
  }
  return best;
};

/** Cross-fades one period out; returns how many samples fewer there are. Needs two longest periods. */
export const removePeriod = (pcm: Int16Array, length: number, sampleRateHz: number): number => {
  if (length < 2 * maxPeriodSamples(sampleRateHz)) return 0;
  const period = findPeriod(pcm, sampleRateHz);
  for (let index = 0; index < period; index += 1) {
    const weight = index / period;
    pcm[index] = pcm[index]! * (1 - weight) + pcm[index + period]! * weight;
  }
  pcm.copyWithin(period, 2 * period, length);
  return period;
};

/**
 * Repeats one period; returns how many samples more there are. Needs two longest periods, and room
 * for a third behind `length`.
 */
export const insertPeriod = (pcm: Int16Array, length: number, sampleRateHz: number): number => {
  const longest = maxPeriodSamples(sampleRateHz);
  if (length < 2 * longest || length + longest > pcm.length) return 0;
  const period = findPeriod(pcm, sampleRateHz);
  pcm.copyWithin(2 * period, period, length);
  // Now the second period is in its old place and again one period later; the old place leads from
  // it back to the first, after which the second follows as it did.
  for (let index = 0; index < period; index += 1) {
    const weight = index / period;
    pcm[period + index] = pcm[period + index]! * (1 - weight) + pcm[index]! * weight;
  }
  return period;
};

/** Whether the mean level of the samples is below about -45 dBm0: nobody notices what is cut. */
export const isQuiet = (pcm: Int16Array, length: number): boolean => {
  let sum = 0;
  for (let index = 0; index < length; index += 2) sum += Math.abs(pcm[index]!);
  return sum * 2 < quietMeanAmplitude * length;
};
const quietMeanAmplitude = 100;
