/**
 * What a caller heard, from 8 kHz PCM on the call's own time line: stretches of sound, how loud
 * they are, their pitch, the silences between. Pure; the terminal caller and the tests share it.
 */

export const heardRateHz = 8000;
const frameMs = 20;
const frameSamples = (heardRateHz * frameMs) / 1000;

/** A stretch of sound: from the first to the last frame above the silence threshold. */
export interface HeardStretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** RMS level over the stretch, dB relative to full scale. */
  readonly levelDbfs: number;
}

/** RMS level of `pcm` in dBFS; -Infinity for digital silence. */
export const levelDbfs = (pcm: Int16Array): number => {
  let energy = 0;
  for (const sample of pcm) energy += sample * sample;
  return pcm.length === 0 ? -Infinity : 10 * Math.log10(energy / pcm.length / 32768 ** 2);
};

const frameAt = (pcm: Int16Array, index: number): Int16Array =>
  pcm.subarray(index * frameSamples, (index + 1) * frameSamples);

/** Levels of the whole 20 ms frames of `pcm`, dBFS. */
export const frameLevels = (pcm: Int16Array): number[] =>
  Array.from({ length: Math.floor(pcm.length / frameSamples) }, (_, index) =>
    levelDbfs(frameAt(pcm, index)),
  );

/**
 * The stretches of sound in `pcm`. Pauses shorter than `joinPausesMs` (the breath between words)
 * do not end a stretch; stretches shorter than 40 ms are clicks and are left out.
 */
export const stretchesOf = (
  pcm: Int16Array,
  { thresholdDbfs = -50, joinPausesMs = 600 } = {},
): HeardStretch[] => {
  const spans: { from: number; to: number }[] = [];
  frameLevels(pcm).forEach((level, index) => {
    if (level < thresholdDbfs) return;
    const last = spans.at(-1);
    if (last !== undefined && (index - last.to) * frameMs <= joinPausesMs) last.to = index + 1;
    else spans.push({ from: index, to: index + 1 });
  });
  return spans
    .filter(({ from, to }) => (to - from) * frameMs >= 40)
    .map(({ from, to }) => ({
      fromMs: from * frameMs,
      toMs: to * frameMs,
      levelDbfs: levelDbfs(pcm.subarray(from * frameSamples, to * frameSamples)),
    }));
};

/** Silent runs of at least `leastMs` inside [fromMs, toMs): where sound that should go on was not heard. */
export const gapsWithin = (
  pcm: Int16Array,
  fromMs: number,
  toMs: number,
  { thresholdDbfs = -50, leastMs = 40 } = {},
): { readonly fromMs: number; readonly toMs: number }[] => {
  const from = Math.round((fromMs * heardRateHz) / 1000);
  const window = pcm.subarray(from, Math.round((toMs * heardRateHz) / 1000));
  // 5 ms steps: a single lost packet is found wherever it lies against our frames.
  const step = heardRateHz / 200;
  const gaps: { fromMs: number; toMs: number }[] = [];
  let start: number | undefined;
  for (let at = 0; at + step <= window.length; at += step) {
    const silent = levelDbfs(window.subarray(at, at + step)) < thresholdDbfs;
    if (silent) start ??= at;
    const ends = !silent || at + 2 * step > window.length;
    if (start !== undefined && ends) {
      const end = silent ? at + step : at;
      const lengthMs = ((end - start) * 1000) / heardRateHz;
      if (lengthMs >= leastMs) {
        const gapFromMs = fromMs + (start * 1000) / heardRateHz;
        gaps.push({ fromMs: gapFromMs, toMs: gapFromMs + lengthMs });
      }
      start = undefined;
    }
  }
  return gaps;
};

/** Level of the single frequency `hz` in `pcm`, dBFS of an equivalent sine's RMS (Goertzel). */
export const toneLevelDbfs = (pcm: Int16Array, hz: number): number => {
  const omega = (2 * Math.PI * hz) / heardRateHz;
  const coefficient = 2 * Math.cos(omega);
  let s1 = 0;
  let s2 = 0;
  for (const sample of pcm) {
    const s0 = sample + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  // |X|² of a sine of amplitude A over n samples is (A·n/2)²; its RMS is A/√2.
  const rms = (Math.sqrt(Math.max(power, 0)) * 2) / pcm.length / Math.SQRT2;
  return 20 * Math.log10(rms / 32768);
};

/**
 * Level of a tone that may shift in phase (a jitter buffer stretches, clocks drift): the median over
 * frames of 100 ms.
 */
export const steadyToneLevelDbfs = (pcm: Int16Array, hz: number): number => {
  const samples = heardRateHz / 10;
  const levels = Array.from({ length: Math.floor(pcm.length / samples) }, (_, index) =>
    toneLevelDbfs(pcm.subarray(index * samples, (index + 1) * samples), hz),
  ).sort((a, b) => a - b);
  return levels[Math.floor(levels.length / 2)] ?? -Infinity;
};

/** A known prompt to be found in what was heard. */
export interface KnownPrompt {
  readonly name: string;
  readonly pcm: Int16Array;
}

/** How alike two level curves are: Pearson's correlation, -1 to 1. */
const correlation = (
  heard: readonly number[],
  offset: number,
  known: readonly number[],
): number => {
  const n = known.length;
  let sumA = 0;
  let sumB = 0;
  let sumAA = 0;
  let sumBB = 0;
  let sumAB = 0;
  for (let i = 0; i < n; i += 1) {
    const a = heard[offset + i] ?? 0;
    const b = known[i] ?? 0;
    sumA += a;
    sumB += b;
    sumAA += a * a;
    sumBB += b * b;
    sumAB += a * b;
  }
  const spread = Math.sqrt((n * sumAA - sumA * sumA) * (n * sumBB - sumB * sumB));
  return spread === 0 ? 0 : (n * sumAB - sumA * sumB) / spread;
};

/** Loudness as amplitude, smoothed over three frames: where a frame's edge falls weighs little. */
const curveOf = (pcm: Int16Array): number[] => {
  const amplitudes = frameLevels(pcm).map((level) => 10 ** (level / 20));
  return amplitudes.map(
    (here, index) => ((amplitudes[index - 1] ?? 0) + 2 * here + (amplitudes[index + 1] ?? 0)) / 4,
  );
};

export interface RecognisedPrompt {
  readonly name: string;
  readonly atMs: number;
  /** How much of it was heard: less than the whole where a key cut it off. */
  readonly lengthMs: number;
  readonly whole: boolean;
}

interface Hit extends RecognisedPrompt {
  readonly likeness: number;
}

/** What is shorter says too little by its loudness alone: a digit sounds like any syllable. */
const leastPromptMs = 1200;
/** So much of a prompt that was cut off tells which it was. */
const beginningFrames = 75;
/** A beginning is shorter than the whole, so it must fit better. */
const leastBeginning = 0.93;

/** Four curves, 5 ms apart: a prompt seldom begins on our frames' edge. */
const curvesOf = (
  pcm: Int16Array,
): { readonly phaseMs: number; readonly curve: readonly number[] }[] =>
  [0, 5, 10, 15].map((phaseMs) => ({
    phaseMs,
    curve: curveOf(pcm.subarray((phaseMs * heardRateHz) / 1000)),
  }));

const hitsOf = (
  heard: ReturnType<typeof curvesOf>,
  name: string,
  curve: readonly number[],
  whole: boolean,
  least: number,
): Hit[] =>
  heard.flatMap(({ phaseMs, curve: heardCurve }) =>
    Array.from({ length: Math.max(0, heardCurve.length - curve.length + 1) }, (_, offset) => ({
      name,
      atMs: offset * frameMs + phaseMs,
      lengthMs: curve.length * frameMs,
      whole,
      likeness: correlation(heardCurve, offset, curve),
    })).filter((hit) => hit.likeness >= least),
  );

/**
 * The known prompts heard, in order: a prompt is recognised by its loudness curve over time, which
 * survives G.711 and gain. Each place goes to what fits it best, whole prompts first; then to
 * prompts of which the beginning was heard.
 */
export const recognisePrompts = (
  pcm: Int16Array,
  known: readonly KnownPrompt[],
  least = 0.85,
): RecognisedPrompt[] => {
  const heard = curvesOf(pcm);
  const curves = known
    .map(({ name, pcm: promptPcm }) => ({ name, curve: curveOf(promptPcm) }))
    .filter(({ curve }) => curve.length * frameMs >= leastPromptMs);
  const rank = (hit: Hit) => hit.likeness * Math.sqrt(hit.lengthMs);
  const inOrderOfFit = (hits: Hit[]) => hits.sort((a, b) => rank(b) - rank(a));
  const wholes = curves.flatMap(({ name, curve }) => hitsOf(heard, name, curve, true, least));
  const beginnings = curves.flatMap(({ name, curve }) =>
    hitsOf(heard, name, curve.slice(0, beginningFrames), false, leastBeginning),
  );
  const taken: Hit[] = [];
  for (const hit of [...inOrderOfFit(wholes), ...inOrderOfFit(beginnings)]) {
    const free = taken.every(
      (t) => hit.atMs >= t.atMs + t.lengthMs || hit.atMs + hit.lengthMs <= t.atMs,
    );
    if (free) taken.push(hit);
  }
  return taken
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ name, atMs, lengthMs, whole }) => ({ name, atMs, lengthMs, whole }));
};
