/**
 * Keys in the sound itself, for callers without telephone-event: the Goertzel algorithm on windows
 * of 12.75 ms that overlap by half, judged by the limits of ITU-T Q.24.
 *
 *   quiet ──4 windows of one key──▶ down (digit given once) ──3 windows without it──▶ quiet
 *
 * Four windows in a row are 32 ms of tone: what lasts 40 ms always has them, what lasts less than
 * 20 ms never. Speech is told from keys by its energy beside the two tones, by its harmonics and by
 * how far the two stand out (talk-off): docs/media.md has the measure.
 */
import type { Digit } from '../../call/ports/sip-engine.ts';
import { dtmfColumnsHz, dtmfKeys, dtmfRowsHz } from './dtmf-tone.ts';
import { tonePeak } from './tone.ts';

export interface InBandDtmf {
  /** Takes the next samples at 8 kHz, at most 40 ms; returns a key that was pressed in them. */
  feed(pcm: Int16Array, samples?: number): Digit | undefined;
  reset(): void;
}

const rateHz = 8000;
const windowSamples = 102;
const hopSamples = 51;
const windowsToPress = 4;
const windowsToRelease = 3;
/** Each tone; 2 dB below what Q.24 asks for, which a frequency error takes away. */
const softestToneDbm0 = -32;
/** Q.24: the column up to 4 dB above the row, or 8 dB below; the rest is measuring error. */
const columnAboveRow = 10 ** (5.5 / 10);
const rowAboveColumn = 10 ** (9.5 / 10);
/** The strongest frequency of a group over each other of it: 8 dB. */
const aboveOthers = 6;
/** Part of all energy that must be in the two tones. */
const purity = 0.74;
/** The column over its second harmonic: 13 dB. (A row's falls among the columns and is no sign.) */
const aboveHarmonic = 20;

const coefficientOf = (hz: number): number => 2 * Math.cos((2 * Math.PI * hz) / rateHz);
const rows = Float64Array.from(dtmfRowsHz, coefficientOf);
const columns = Float64Array.from(dtmfColumnsHz, coefficientOf);
const columnHarmonics = Float64Array.from(dtmfColumnsHz, (hz) => coefficientOf(2 * hz));

/** Goertzel power of a sine of peak A that fills the window is (A * N / 2)². */
const softestPower = ((tonePeak(softestToneDbm0) * windowSamples) / 2) ** 2;
const noKey = -1;

export function createInBandDtmf(): InBandDtmf {
  const window = new Float64Array(windowSamples);
  const rowPowers = new Float64Array(rows.length);
  const columnPowers = new Float64Array(columns.length);
  let filled = 0;
  let candidate = noKey;
  let inARow = 0;
  let down = noKey;
  let without = 0;

  /** Index into `dtmfKeys` of the key that sounds in the window. */
  const judge = (): number => {
    let energy = 0;
    for (let i = 0; i < windowSamples; i++) energy += window[i]! * window[i]!;
    // Both tones at their softest would be this much: nothing below needs a closer look.
    if (energy * windowSamples < 2 * softestPower) return noKey;
    const row = strongest(window, rows, rowPowers);
    const column = strongest(window, columns, columnPowers);
    if (row === noKey || column === noKey) return noKey;
    const rowPower = rowPowers[row]!;
    const columnPower = columnPowers[column]!;
    if (rowPower < softestPower || columnPower < softestPower) return noKey;
    if (columnPower > rowPower * columnAboveRow || rowPower > columnPower * rowAboveColumn)
      return noKey;
    // Parseval: a sine of power P in the window has energy 2P/N.
    if (rowPower + columnPower < (purity * energy * windowSamples) / 2) return noKey;
    if (goertzel(window, columnHarmonics[column]!) * aboveHarmonic > columnPower) return noKey;
    return row * 4 + column;
  };

  const step = (key: number): Digit | undefined => {
    inARow = key === candidate ? inARow + 1 : 1;
    candidate = key;
    if (down !== noKey) {
      without = key === down ? 0 : without + 1;
      if (without >= windowsToRelease) down = noKey;
    }
    if (key === noKey || key === down || inARow < windowsToPress) return undefined;
    down = key;
    without = 0;
    return dtmfKeys.charAt(key);
  };

  return {
    feed: (pcm, samples = pcm.length) => {
      let pressed: Digit | undefined;
      for (let i = 0; i < samples; i++) {
        window[filled++] = pcm[i]!;
        if (filled < windowSamples) continue;
        pressed = step(judge()) ?? pressed;
        window.copyWithin(0, hopSamples);
        filled = windowSamples - hopSamples;
      }
      return pressed;
    },
    reset: () => {
      filled = 0;
      candidate = noKey;
      inARow = 0;
      down = noKey;
      without = 0;
    },
  };
}

/** Measures a group; returns its strongest frequency where it stands out from the others. */
function strongest(window: Float64Array, group: Float64Array, powers: Float64Array): number {
  let best = 0;
  for (let i = 0; i < group.length; i++) {
    powers[i] = goertzel(window, group[i]!);
    if (powers[i]! > powers[best]!) best = i;
  }
  for (let i = 0; i < group.length; i++)
    if (i !== best && powers[i]! * aboveOthers > powers[best]!) return noKey;
  return best;
}

function goertzel(window: Float64Array, coefficient: number): number {
  let before = 0;
  let last = 0;
  for (let i = 0; i < windowSamples; i++) {
    const next = window[i]! + coefficient * last - before;
    before = last;
    last = next;
  }
  return before * before + last * last - coefficient * before * last;
}
