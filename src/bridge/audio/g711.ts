/**
 * G.711 (ITU-T G.711, 1972): eight bits a sample at 8 kHz, µ-law and A-law.
 *
 * PCM is 16-bit linear. Decoding is a table of 256; encoding a table over all 65,536 samples, made
 * once at load from the decoding values, so that both ways agree to the bit.
 */

export type G711Law = 'PCMU' | 'PCMA';

/** RTP/AVP rate, RFC 3551 §4.5.14. */
export const g711RateHz = 8000;

/** The byte that decodes to (near) zero: what silence is sent as. */
export const silenceByte: Readonly<Record<G711Law, number>> = { PCMU: 0xff, PCMA: 0xd5 };

function expandMuLaw(byte: number): number {
  const code = ~byte & 0xff;
  const segment = (code >> 4) & 7;
  // Segments double in step size; 33 is the bias that makes them meet, scaled to 16 bits by 4.
  const magnitude = (((((code & 15) << 1) + 33) << segment) - 33) << 2;
  return code & 0x80 ? -magnitude : magnitude;
}

function expandALaw(byte: number): number {
  // Even bits are inverted on the line.
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 1) + 1;
  const magnitude = (segment === 0 ? step : (step + 32) << (segment - 1)) << 3;
  return code & 0x80 ? magnitude : -magnitude;
}

function decodingTable(expand: (byte: number) => number): Int16Array {
  const table = new Int16Array(256);
  for (let byte = 0; byte < 256; byte++) table[byte] = expand(byte);
  return table;
}

/** For every sample (indexed by its unsigned 16 bits) the byte whose value is nearest. */
function encodingTable(decoded: Int16Array): Uint8Array {
  const table = new Uint8Array(65536);
  const byValue = Array.from(decoded, (value, byte) => ({ value, byte })).sort(
    // µ-law has two zeros: the positive one (0xff) is the silence of RFC 3551, so it comes last.
    (a, b) => a.value - b.value || a.byte - b.byte,
  );
  let at = 0;
  for (let sample = -32768; sample < 32768; sample++) {
    while (
      at + 1 < byValue.length &&
      Math.abs(byValue[at + 1]!.value - sample) <= Math.abs(byValue[at]!.value - sample)
    )
      at++;
    table[sample & 0xffff] = byValue[at]!.byte;
  }
  return table;
}

/** PCM of each byte. Shared tables: read only. */
export const g711DecodingTable: Readonly<Record<G711Law, Int16Array>> = {
  PCMU: decodingTable(expandMuLaw),
  PCMA: decodingTable(expandALaw),
};

const encodingTables: Readonly<Record<G711Law, Uint8Array>> = {
  PCMU: encodingTable(g711DecodingTable.PCMU),
  PCMA: encodingTable(g711DecodingTable.PCMA),
};

/** Decodes all of `bytes` into `pcm` from its start; returns the samples written. */
export function decodeG711(law: G711Law, bytes: Uint8Array, pcm: Int16Array): number {
  const table = g711DecodingTable[law];
  const samples = Math.min(bytes.length, pcm.length);
  for (let i = 0; i < samples; i++) pcm[i] = table[bytes[i]!]!;
  return samples;
}

/** Encodes `samples` of `pcm` into `bytes` from its start; returns the bytes written. */
export function encodeG711(
  law: G711Law,
  pcm: Int16Array,
  bytes: Uint8Array,
  samples: number = pcm.length,
): number {
  const table = encodingTables[law];
  const count = Math.min(samples, bytes.length);
  for (let i = 0; i < count; i++) bytes[i] = table[pcm[i]! & 0xffff]!;
  return count;
}
