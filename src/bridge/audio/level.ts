/**
 * How loud a packet is, as RFC 6464 puts it on the wire: an integer from 0 (overload) to 127
 * (silence), the level in -dBov. 0 dBov is the RMS of a full-scale square wave (RFC 6465 appendix).
 */
import { g711DecodingTable, type G711Law } from './g711.ts';

export const silentLevel = 127;

/** Squares scaled to full scale = 1, so that a frame's sum needs no further division by 2^30. */
const energyTable = (law: G711Law): Float64Array =>
  Float64Array.from(g711DecodingTable[law], (sample) => (sample / 32_768) ** 2);

const energyTables: Readonly<Record<G711Law, Float64Array>> = {
  PCMU: energyTable('PCMU'),
  PCMA: energyTable('PCMA'),
};

/** Level of the first `samples` of `pcm`. */
export function levelOfPcm(pcm: Int16Array, samples: number = pcm.length): number {
  let sum = 0;
  for (let i = 0; i < samples; i++) sum += pcm[i]! * pcm[i]!;
  return levelOf(sum / 2 ** 30, samples);
}

/** Level of `length` G.711 bytes from `offset` on, straight from the codes. */
export function levelOfG711(
  law: G711Law,
  bytes: Uint8Array,
  offset = 0,
  length: number = bytes.length - offset,
): number {
  const energies = energyTables[law];
  let sum = 0;
  for (let i = offset; i < offset + length; i++) sum += energies[bytes[i]!]!;
  return levelOf(sum, length);
}

function levelOf(energy: number, samples: number): number {
  if (samples === 0 || energy === 0) return silentLevel;
  const level = -10 * Math.log10(energy / samples);
  return level >= silentLevel ? silentLevel : level <= 0 ? 0 : Math.round(level);
}

/** Whether somebody speaks, from the levels of successive frames. */
export interface SpeechActivity {
  /** Takes the level of the next frame; returns whether it is (still) speech. */
  update(level: number): boolean;
  /** Speech heard without a longer pause: what "talking while muted" is judged by. */
  spokenMs(): number;
}

/** Speech is at least this much above the noise of the place … */
const aboveNoiseDb = 12;
/** … and never softer than this, in -dBov. */
const softestSpeech = 50;
/** Pauses between words do not end speech. */
const hangoverMs = 240;
/** The noise floor falls at once and rises slowly, so that speech does not become noise. */
const noiseRiseDbPerS = 3;

export function createSpeechActivity(frameMs = 20): SpeechActivity {
  let noise = 60;
  let quietMs = hangoverMs;
  let spokenMs = 0;
  return {
    spokenMs: () => spokenMs,
    update: (level) => {
      noise = level > noise ? level : Math.max(level, noise - (noiseRiseDbPerS * frameMs) / 1000);
      const loud = level <= softestSpeech && level <= noise - aboveNoiseDb;
      quietMs = loud ? 0 : quietMs + frameMs;
      const speaking = quietMs < hangoverMs;
      if (!speaking) spokenMs = 0;
      else if (loud) spokenMs += frameMs;
      return speaking;
    },
  };
}
