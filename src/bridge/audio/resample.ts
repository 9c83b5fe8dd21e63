/**
 * Sample-rate conversion by any rational factor: a windowed-sinc low-pass (Kaiser window), cut into
 * one set of taps per output phase. For 8 <-> 16 kHz while streaming, and for prompts of any rate.
 */

export interface Resampler {
  /**
   * Converts the first `samples` of `input` (at most 120 ms) into `out`, which must have room;
   * returns the samples written. Between 8 and 16 kHz the count is exact in every call. What does
   * not fit 16 bits is cut, but in sums.
   */
  process(input: Int16Array, samples: number, out: Int16Array): number;
  process(input: Int32Array, samples: number, out: Int32Array): number;
  reset(): void;
}

/** Zero crossings of the sinc to each side, at the lower rate: delay 1 ms at 16 kHz, 2 ms at 8. */
const crossings = 16;
/** About 80 dB of stop-band attenuation. */
const kaiserBeta = 8;
/** Where the filter is at -6 dB, as a part of the lower rate: half the transition below Nyquist. */
const cutoff = 0.46;
const longestInputMs = 120;

type PcmOrSum = Int16Array | Int32Array;

interface Phases {
  /** Output phases, and the step through them per output sample. */
  readonly up: number;
  readonly down: number;
  readonly tapsPerPhase: number;
  /** taps[phase * tapsPerPhase + k] belongs to input sample (newest - k). */
  readonly taps: Float32Array;
}

export function createResampler(fromHz: number, toHz: number): Resampler {
  const { up, down, tapsPerPhase, taps } = designPhases(fromHz, toHz);
  const longestInput = Math.ceil((fromHz * longestInputMs) / 1000);
  const buffer = new Float32Array(tapsPerPhase + longestInput);
  const kept = tapsPerPhase - 1;
  // Time of the next output in units of 1/up input samples, from the first new input sample.
  let phase = 0;

  return {
    process: (input: PcmOrSum, samples: number, out: PcmOrSum) => {
      if (samples > longestInput) throw new RangeError('more than 120 ms at once');
      const most = out instanceof Int16Array ? 32_767 : 0x7fff_ffff;
      for (let i = 0; i < samples; i++) buffer[kept + i] = input[i]!;
      let written = 0;
      const end = samples * up;
      for (; phase < end; phase += down) {
        const newest = kept + Math.floor(phase / up);
        const first = (phase % up) * tapsPerPhase;
        let sum = 0;
        for (let k = 0; k < tapsPerPhase; k++) sum += taps[first + k]! * buffer[newest - k]!;
        out[written++] = sum > most ? most : sum < -most - 1 ? -most - 1 : Math.round(sum);
      }
      phase -= end;
      buffer.copyWithin(0, samples, samples + kept);
      return written;
    },
    reset: () => {
      buffer.fill(0);
      phase = 0;
    },
  };
}

/** Converts a whole sound, without delay. */
export function resample(pcm: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return pcm;
  const { up, down, tapsPerPhase, taps } = designPhases(fromHz, toHz);
  const delay = (tapsPerPhase * up) / 2;
  const out = new Int16Array(Math.ceil((pcm.length * up) / down));
  for (let i = 0; i < out.length; i++) {
    const at = i * down + delay;
    const newest = Math.floor(at / up);
    const first = (at % up) * tapsPerPhase;
    const from = Math.max(0, newest - pcm.length + 1);
    const to = Math.min(tapsPerPhase, newest + 1);
    let sum = 0;
    for (let k = from; k < to; k++) sum += taps[first + k]! * pcm[newest - k]!;
    out[i] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : Math.round(sum);
  }
  return out;
}

function designPhases(fromHz: number, toHz: number): Phases {
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor;
  const down = fromHz / divisor;
  const lowerRate = Math.min(fromHz, toHz);
  // Even, so that the centre falls on an input sample and the delay is whole.
  const tapsPerPhase = 2 * Math.ceil((crossings * fromHz) / lowerRate);
  const taps = new Float32Array(up * tapsPerPhase);
  const centre = tapsPerPhase / 2;
  // In units of input samples.
  const bandwidth = (2 * cutoff * lowerRate) / fromHz;
  for (let phase = 0; phase < up; phase++) {
    let sum = 0;
    for (let k = 0; k < tapsPerPhase; k++) {
      const t = k + phase / up - centre;
      const tap = sinc(bandwidth * t) * kaiser(t / centre);
      taps[phase * tapsPerPhase + k] = tap;
      sum += tap;
    }
    // Every phase passes a constant unchanged: else the phases would be heard as a tone.
    for (let k = 0; k < tapsPerPhase; k++) taps[phase * tapsPerPhase + k]! /= sum;
  }
  return { up, down, tapsPerPhase, taps };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Kaiser window at x from -1 to 1. */
const kaiser = (x: number): number =>
  Math.abs(x) > 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - x * x)) / bessel(kaiserBeta);

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-10; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
