/** DTMF (ITU-T Q.23): the frequencies, and keys as sound for callers and tests. */
import { tonePeak } from './tone.ts';

export const dtmfRowsHz = [697, 770, 852, 941] as const;
export const dtmfColumnsHz = [1209, 1336, 1477, 1633] as const;
/** Keys by row, then column. */
export const dtmfKeys = '123A456B789C*0#D';

export interface DtmfToneOptions {
  readonly toneMs?: number;
  readonly pauseMs?: number;
  /** Level of the stronger of the two tones. */
  readonly levelDbm0?: number;
  /** Column over row in dB; negative: the row is stronger. */
  readonly twistDb?: number;
  /** Error of both frequencies, in per cent. */
  readonly frequencyErrorPct?: number;
}

/** The keys one after the other, each followed by its pause. Unknown characters are pauses. */
export function dtmfTones(
  keys: string,
  rateHz: number,
  {
    toneMs = 100,
    pauseMs = 100,
    levelDbm0 = -8,
    twistDb = 2,
    frequencyErrorPct = 0,
  }: DtmfToneOptions = {},
): Int16Array {
  const toneSamples = Math.round((toneMs * rateHz) / 1000);
  const keySamples = toneSamples + Math.round((pauseMs * rateHz) / 1000);
  const pcm = new Int16Array(keySamples * keys.length);
  const rowPeak = tonePeak(levelDbm0 - Math.max(0, twistDb));
  const columnPeak = tonePeak(levelDbm0 + Math.min(0, twistDb));
  const turn = (2 * Math.PI * (1 + frequencyErrorPct / 100)) / rateHz;
  for (let k = 0; k < keys.length; k++) {
    const key = dtmfKeys.indexOf(keys.charAt(k));
    if (key < 0) continue;
    const row = turn * dtmfRowsHz[key >> 2]!;
    const column = turn * dtmfColumnsHz[key & 3]!;
    for (let i = 0; i < toneSamples; i++)
      pcm[k * keySamples + i] = Math.round(
        rowPeak * Math.sin(row * i) + columnPeak * Math.sin(column * i),
      );
  }
  return pcm;
}
