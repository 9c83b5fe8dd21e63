/**
 * The waiting music: four slow chords of sines, rendered round a circle, so that the end goes over
 * into the beginning without a seam. Computed, so nobody else has a right in it.
 */

/** What the telephone carries. */
const rateHz = 8000;
const chordS = 3.2;
/** Softer than the words (-20 dBFS): one waits beside it. */
const levelDbfs = -32;
const attackS = 0.9;
/** A note sounds on under the next chord. */
const noteS = 4.6;

/** In Hz: D, B minor, G, A, each with its root, third or fifth, and a high note. */
const chords: readonly (readonly number[])[] = [
  [146.83, 293.66, 369.99, 587.33],
  [123.47, 246.94, 369.99, 493.88],
  [196, 246.94, 392, 587.33],
  [164.81, 277.18, 329.63, 554.37],
];

/** Rises softly, falls more softly, 0 at both ends. */
function envelope(atS: number): number {
  const rise = Math.min(1, atS / attackS);
  const fall = Math.min(1, (noteS - atS) / (noteS - attackS));
  return Math.sin((Math.PI / 2) * rise) ** 2 * fall ** 1.5;
}

function render(): Float64Array {
  const loop = new Float64Array(Math.round(chords.length * chordS * rateHz));
  for (const [index, chord] of chords.entries()) {
    for (const [voice, hz] of chord.entries()) {
      // One voice after the other, like a slow hand over strings.
      const from = Math.round((index * chordS + voice * 0.18) * rateHz);
      for (let i = 0; i < noteS * rateHz; i++) {
        const at = (from + i) % loop.length;
        const phase = (2 * Math.PI * hz * i) / rateHz;
        const tone = Math.sin(phase) + 0.15 * Math.sin(2 * phase);
        loop[at] = (loop[at] ?? 0) + envelope(i / rateHz) * tone;
      }
    }
  }
  return loop;
}

/** The loop as a WAV file: PCM, 16 bit, mono. */
export function waitingMusic(): Buffer {
  const loop = render();
  const rms = Math.sqrt(loop.reduce((sum, sample) => sum + sample ** 2, 0) / loop.length);
  const gain = (32_768 * 10 ** (levelDbfs / 20)) / rms;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + 2 * loop.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(2 * rateHz, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(2 * loop.length, 40);
  const samples = Buffer.alloc(2 * loop.length);
  for (const [i, sample] of loop.entries()) samples.writeInt16LE(Math.round(gain * sample), 2 * i);
  return Buffer.concat([header, samples]);
}
