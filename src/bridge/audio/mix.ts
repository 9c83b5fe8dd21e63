/**
 * Mixing without allocation. Sums are 32 bit and never limited on the way, so that subtracting
 * one's own voice is exact; the limiter stands last, at the ear.
 */

/** Above this the limiter bends; below it every sample passes to the bit. About -3 dBFS. */
const kneeLevel = 23_200;
const headroom = 32_767 - kneeLevel;

/** total += frame */
export function addFrame(total: Int32Array, frame: Int16Array): void {
  const samples = Math.min(total.length, frame.length);
  for (let i = 0; i < samples; i++) total[i]! += frame[i]!;
}

/** total += sum */
export function addSum(total: Int32Array, sum: Int32Array): void {
  const samples = Math.min(total.length, sum.length);
  for (let i = 0; i < samples; i++) total[i]! += sum[i]!;
}

/** out = limit(total - own); without `own`, out = limit(total). */
export function minusOwn(total: Int32Array, own: Int16Array | undefined, out: Int16Array): void {
  if (own === undefined) {
    for (let i = 0; i < out.length; i++) out[i] = softLimit(total[i]!);
    return;
  }
  for (let i = 0; i < out.length; i++) out[i] = softLimit(total[i]! - own[i]!);
}

/** frame = limit(frame + other), for a prompt over the room. */
export function addInto(frame: Int16Array, other: Int16Array): void {
  const samples = Math.min(frame.length, other.length);
  for (let i = 0; i < samples; i++) frame[i] = softLimit(frame[i]! + other[i]!);
}

/** frame = limit(frame * gain) */
export function scale(frame: Int16Array, gain: number): void {
  if (gain === 1) return;
  for (let i = 0; i < frame.length; i++) frame[i] = softLimit(Math.round(frame[i]! * gain));
}

/**
 * Bends what would clip: the slope is 1 at the knee and falls to 0 at full scale, which is
 * approached and never passed. Odd, continuous and monotonic.
 */
export function softLimit(sample: number): number {
  if (sample <= kneeLevel && sample >= -kneeLevel) return sample;
  const over = (sample < 0 ? -sample : sample) - kneeLevel;
  const bent = kneeLevel + (headroom * over) / (over + headroom);
  return sample < 0 ? -(bent | 0) : bent | 0;
}

export const gainOfDb = (db: number): number => 10 ** (db / 20);

/** A gain that moves to its target without a click. */
export interface GainRamp {
  gain(): number;
  /** Linear gain to move to, from the next sample on. */
  setTarget(gain: number): void;
  /** Scales `frame` in place, moving on by its length. */
  apply(frame: Int16Array): void;
}

/** `rampMs`: the time a change from silence to full level takes. */
export function createGainRamp(rateHz: number, rampMs: number, initialGain = 1): GainRamp {
  const step = 1000 / (rateHz * rampMs);
  let gain = initialGain;
  let target = initialGain;
  return {
    gain: () => gain,
    setTarget: (next) => {
      target = next;
    },
    apply: (frame) => {
      if (gain === target) {
        scale(frame, gain);
        return;
      }
      for (let i = 0; i < frame.length; i++) {
        gain = gain < target ? Math.min(target, gain + step) : Math.max(target, gain - step);
        frame[i] = softLimit(Math.round(frame[i]! * gain));
      }
    },
  };
}
