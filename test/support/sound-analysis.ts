/** What a stretch of sound holds. Levels are dBFS of a sine's peak: full scale is 0. */
export interface SoundAnalysis {
  readonly durationMs: number;
  readonly dominantHz: number;
  readonly rmsDbfs: number;
  /** Level of the one frequency. */
  levelAtDbfs(hz: number): number;
  /** Runs of at least 20 ms below -50 dBFS, in order. */
  readonly gapsMs: readonly number[];
}

const windowMs = 10;
const silenceDbfs = -50;
const shortestGapMs = 20;
const scanStepHz = 10;

const decibel = (amplitude: number): number => 20 * Math.log10(Math.max(amplitude, 1e-6));

/** Goertzel: the amplitude of one frequency, 0 to 1. */
const amplitudeAt = (samples: Int16Array, rateHz: number, hz: number): number => {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  let last = 0;
  let beforeLast = 0;
  for (const sample of samples) {
    const next = sample / 32_768 + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
};

const rms = (samples: Int16Array): number => {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32_768) ** 2;
  return Math.sqrt(sum / Math.max(1, samples.length));
};

const gaps = (samples: Int16Array, rateHz: number): readonly number[] => {
  const size = (rateHz * windowMs) / 1000;
  const found: number[] = [];
  let runMs = 0;
  const end = (): void => {
    if (runMs >= shortestGapMs) found.push(runMs);
    runMs = 0;
  };
  for (let at = 0; at + size <= samples.length; at += size) {
    if (decibel(rms(samples.subarray(at, at + size))) < silenceDbfs) runMs += windowMs;
    else end();
  }
  end();
  return found;
};

export const analyseSound = (samples: Int16Array, rateHz: number): SoundAnalysis => {
  const levelAtDbfs = (hz: number): number => decibel(amplitudeAt(samples, rateHz, hz));
  // A bin of one second is 1 Hz wide: scan a short piece coarsely, so that no tone falls between.
  const piece = samples.subarray(0, rateHz / 20);
  let dominantHz = 0;
  let strongest = 0;
  for (let hz = 100; hz <= 3_500; hz += scanStepHz) {
    const amplitude = amplitudeAt(piece, rateHz, hz);
    if (amplitude <= strongest) continue;
    strongest = amplitude;
    dominantHz = hz;
  }
  return {
    durationMs: (samples.length * 1000) / rateHz,
    dominantHz,
    rmsDbfs: decibel(rms(samples)),
    levelAtDbfs,
    gapsMs: gaps(samples, rateHz),
  };
};
