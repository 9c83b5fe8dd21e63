import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vp8Format } from '../../src/transcode/vp8-format.ts';

/** The head of a key frame, RFC 6386 §9.1. */
const keyFrame = (width: number, height: number): Buffer => {
  const frame = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0, 1, 2, 3]);
  frame.writeUInt16LE(width, 6);
  frame.writeUInt16LE(height, 8);
  return frame;
};

describe('VP8 in RTP', () => {
  test.each([
    ['a short descriptor', '10', true],
    ['a picture id of 7 bits', '908005', true],
    ['a picture id of 15 bits', '90808005', true],
    ['picture id, TL0PICIDX and TID', '90e085070a40', true],
    ['a packet in the middle', '80e085070a40', false],
    ['the start of a second partition', '918065', false],
  ])('%s is left out', (_, descriptor, begins) => {
    const payload = Buffer.concat([Buffer.from(descriptor, 'hex'), Buffer.from('abcdef', 'hex')]);
    const part = vp8Format.part(payload);
    expect(part?.bytes.toString('hex')).toBe('abcdef');
    expect(part?.begins).toBe(begins);
  });

  test('a payload that is all descriptor is none', () => {
    expect(vp8Format.part(Buffer.from('9080', 'hex'))).toBeUndefined();
    expect(vp8Format.part(Buffer.alloc(0))).toBeUndefined();
  });

  test('a key frame says its size, without how it may be scaled', () => {
    expect(vp8Format.keyFrameSize(keyFrame(1280 | 0x4000, 720))).toEqual({
      width: 1280,
      height: 720,
    });
  });

  test('other pictures have no size', () => {
    const inter = keyFrame(640, 360);
    inter[0] = 0x11;
    expect(vp8Format.keyFrameSize(inter)).toBeUndefined();
    expect(vp8Format.keyFrameSize(keyFrame(640, 360).subarray(0, 9))).toBeUndefined();
  });

  test('any bytes are read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        vp8Format.part(Buffer.from(bytes));
        vp8Format.keyFrameSize(Buffer.from(bytes));
      }),
    );
  });
});
