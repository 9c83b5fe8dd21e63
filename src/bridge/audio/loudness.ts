/** How loud speech is, and the gain that makes all of it as loud: of the prompts and of names. */

/** RMS while the voice is active. */
export const spokenLevelDbfs = -20;
export const spokenPeakDbfs = -2;
/** A frame this much softer than the loudest one is a pause. */
const activeRangeDb = 30;

/**
 * What brings the active frames of 20 ms to `spokenLevelDbfs`, or as near to it as no peak passes
 * `spokenPeakDbfs`. Undefined where there is nothing to hear.
 */
export function spokenGainDb(pcm: Int16Array, rateHz: number): number | undefined {
  const frameSamples = rateHz / 50;
  const powers: number[] = [];
  let peak = 0;
  for (let at = 0; at + frameSamples <= pcm.length; at += frameSamples) {
    let sum = 0;
    for (let i = at; i < at + frameSamples; i++) {
      const value = Math.abs(pcm[i]!) / 32_768;
      peak = Math.max(peak, value);
      sum += value * value;
    }
    powers.push(sum / frameSamples);
  }
  const loudest = Math.max(0, ...powers);
  if (loudest === 0) return undefined;
  const floor = loudest * 10 ** (-activeRangeDb / 10);
  const active = powers.filter((power) => power > floor);
  const levelDb = 10 * Math.log10(active.reduce((sum, power) => sum + power, 0) / active.length);
  return Math.min(spokenLevelDbfs - levelDb, spokenPeakDbfs - 20 * Math.log10(peak));
}
