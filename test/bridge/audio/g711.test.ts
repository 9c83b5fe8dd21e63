import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeG711,
  encodeG711,
  g711DecodingTable,
  silenceByte,
  type G711Law,
} from '../../../src/bridge/audio/g711.ts';

const laws: readonly G711Law[] = ['PCMU', 'PCMA'];

describe.each(laws)('%s', (law) => {
  it('gives every byte back after decoding and encoding, but for the second zero of µ-law', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const pcm = new Int16Array(256);
    const again = new Uint8Array(256);
    decodeG711(law, bytes, pcm);
    encodeG711(law, pcm, again);
    if (law === 'PCMU') bytes[0x7f] = 0xff;
    expect(again).toEqual(bytes);
  });

  it('stays within half a step of every sample', () => {
    fc.assert(
      fc.property(fc.integer({ min: -32768, max: 32767 }), (sample) => {
        const bytes = new Uint8Array(1);
        const pcm = new Int16Array(1);
        encodeG711(law, Int16Array.of(sample), bytes);
        decodeG711(law, bytes, pcm);
        const clipped = Math.max(-32124, Math.min(32124, sample));
        const magnitude = Math.abs(clipped);
        // Steps double from segment to segment; those of the µ-law begin at -132, those of the A-law at 0.
        const halfStep = law === 'PCMU' ? 4 + magnitude / 33 : Math.max(8, magnitude / 32);
        expect(Math.abs(pcm[0]! - clipped)).toBeLessThanOrEqual(halfStep);
      }),
    );
  });

  it('encodes silence as its silence byte', () => {
    const bytes = new Uint8Array(1);
    encodeG711(law, new Int16Array(1), bytes);
    expect(bytes[0]).toBe(silenceByte[law]);
    expect(Math.abs(g711DecodingTable[law][silenceByte[law]]!)).toBeLessThanOrEqual(8);
  });
});

it('decodes the extremes of G.711 tables 1 and 2', () => {
  expect(g711DecodingTable.PCMU[0x80]).toBe(32124);
  expect(g711DecodingTable.PCMU[0x00]).toBe(-32124);
  expect(g711DecodingTable.PCMU[0xff]).toBe(0);
  expect(g711DecodingTable.PCMA[0xaa]).toBe(32256);
  expect(g711DecodingTable.PCMA[0x2a]).toBe(-32256);
});
