import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vp9Format } from '../../src/transcode/vp9-format.ts';

const part = (hex: string) => vp9Format.part(Buffer.from(hex, 'hex'));

describe('VP9 in RTP', () => {
  test.each([
    ['a picture id of 15 bits', '8880 05', true],
    ['layers, not flexible', 'a88005 01 07', true],
    ['layers, flexible with two references', 'f88005 01 0304', true],
    ['a scalability structure with sizes and a group', '8a8005 18 050002d0 02 00 04 02', true],
    ['the middle of a picture', '808005', false],
  ])('%s is left out', (_, descriptor, begins) => {
    const found = part(`${descriptor.replaceAll(' ', '')}abcdef`);
    expect(found?.bytes.toString('hex')).toBe('abcdef');
    expect(found?.begins).toBe(begins);
  });

  test('a layer above the lowest brings nothing', () => {
    const found = part('a8800503' + '07' + 'abcdef');
    expect(found).toEqual({ bytes: Buffer.alloc(0), begins: false });
  });

  test('a key frame of profile 0 says its size', () => {
    // Marker 2, profile 0, key frame, shown; sync code; colours 4:2:0; 640 x 360 less one.
    const bits = `100000100100100110000011010000100010${(639).toString(2).padStart(16, '0')}${(359).toString(2).padStart(16, '0')}`;
    const bytes = (bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? []).map(
      (byte) => Number.parseInt(byte, 2),
    );
    expect(vp9Format.keyFrameSize(Buffer.from(bytes))).toEqual({ width: 640, height: 360 });
    // Not shown by itself, but by what comes.
    expect(vp9Format.keyFrameSize(Buffer.from([0x86, ...bytes.slice(1)]))).toBeUndefined();
  });

  test('any bytes are read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        vp9Format.part(Buffer.from(bytes));
        vp9Format.keyFrameSize(Buffer.from(bytes));
      }),
    );
  });
});
