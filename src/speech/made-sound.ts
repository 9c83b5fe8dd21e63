/** From what a speech program wrote to a sound as the prompts are. Pure. */
import { spokenGainDb } from '../bridge/audio/loudness.ts';
import { resample } from '../bridge/audio/resample.ts';
import { parseWav } from '../bridge/audio/wav.ts';
import type { MadeSound } from '../call/ports/sip-engine.ts';

/** Softer than this at an end is silence. */
const silenceDbfs = -50;
/** Left at both ends, as the prompts have it. */
const edgeMs = 60;
const fadeMs = 5;
/** A name takes no longer to say. */
const longestS = 10;

/** @returns undefined where `wav` is no WAV file, holds nothing to hear, or too much. */
export function madeSound(wav: Uint8Array, rateHz: number): MadeSound | undefined {
  const parsed = parseWav(wav);
  if ('problem' in parsed || parsed.pcm.length > longestS * parsed.rateHz) return undefined;
  const spoken = withoutSilence(resample(parsed.pcm, parsed.rateHz, rateHz));
  const gainDb = spokenGainDb(spoken, rateHz);
  if (gainDb === undefined) return undefined;
  const edge = samplesIn(edgeMs, rateHz);
  const pcm = new SharedArrayBuffer((spoken.length + 2 * edge) * 2);
  write(spoken, new Int16Array(pcm), { from: edge, gain: 10 ** (gainDb / 20), rateHz });
  return { kind: 'made', pcm, rateHz };
}

/** With soft edges: a cut in the middle of a sound would click. */
function write(
  spoken: Int16Array,
  out: Int16Array,
  { from, gain, rateHz }: { readonly from: number; readonly gain: number; readonly rateHz: number },
): void {
  const fade = samplesIn(fadeMs, rateHz);
  for (const [i, sample] of spoken.entries()) {
    const soft = Math.min(1, (i + 1) / fade, (spoken.length - i) / fade);
    out[from + i] = Math.max(-32_768, Math.min(32_767, Math.round(sample * gain * soft)));
  }
}

function withoutSilence(pcm: Int16Array): Int16Array {
  const limit = 32_768 * 10 ** (silenceDbfs / 20);
  const isHeard = (sample: number): boolean => Math.abs(sample) > limit;
  const first = pcm.findIndex(isHeard);
  return first < 0 ? new Int16Array() : pcm.slice(first, pcm.findLastIndex(isHeard) + 1);
}

const samplesIn = (ms: number, rateHz: number): number => Math.round((ms * rateHz) / 1000);
