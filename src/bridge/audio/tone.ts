/** Sine tones at levels the telephone network speaks of. */

/**
 * Peak sample value of a sine at `levelDbm0`. A sine that just fills G.711 is at +3.14 dBm0 (A-law;
 * µ-law 3.17), ITU-T G.711 tables 5 and 6.
 */
export const tonePeak = (levelDbm0: number): number => 32_767 * 10 ** ((levelDbm0 - 3.14) / 20);

/** Length of the raised-cosine edges: none is heard as a click. */
const edgeMs = 10;

/** Sample `index` of a tone of `samples` samples with soft edges, rounded. */
export function toneSample(
  index: number,
  samples: number,
  hz: number,
  peak: number,
  rateHz: number,
): number {
  const edge = Math.min((edgeMs * rateHz) / 1000, samples / 2);
  const fromEnd = Math.min(index, samples - 1 - index);
  const envelope = fromEnd >= edge ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * fromEnd) / edge);
  return Math.round(peak * envelope * Math.sin((2 * Math.PI * hz * index) / rateHz));
}
