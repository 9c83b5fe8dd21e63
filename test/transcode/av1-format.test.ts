import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { av1Format } from '../../src/transcode/av1-format.ts';

const join = (...payloads: readonly string[]) =>
  av1Format.join(payloads.map((hex) => Buffer.from(hex, 'hex')))?.toString('hex');

/** OBU headers without a size field. */
const [frame, sequence] = ['30', '08'];
const delimiter = '1200';

describe('AV1 in RTP', () => {
  test('units get their sizes back, behind a temporal delimiter', () => {
    // W = 0: each element with its length. W = 2: the last one without.
    expect(join(`0003${frame}aabb`)).toBe(`${delimiter}3202aabb`);
    expect(join(`2002${sequence}cc${frame}aabb`)).toBe(`${delimiter}0a01cc3202aabb`);
  });

  test('a unit in fragments over packets is put together', () => {
    expect(join(`50${frame}aa`, 'd0bb', '90cc')).toBe(`${delimiter}3203aabbcc`);
  });

  test('a unit with a size keeps it, and delimiters in packets are left out', () => {
    expect(join('2002120032' + '02aabb')).toBe(`${delimiter}3202aabb`);
  });

  test('fragments that do not belong together are no picture', () => {
    expect(join(`90cc`)).toBeUndefined();
    expect(join(`50${frame}aa`)).toBeUndefined();
    expect(join(`50${frame}aa`, `10${frame}bb`)).toBeUndefined();
    expect(join(`00ff${frame}`)).toBeUndefined();
  });

  test('the first packet of a coded video sequence begins a picture', () => {
    expect(av1Format.part(Buffer.from(`18${sequence}00`, 'hex'))?.begins).toBe(true);
    expect(av1Format.part(Buffer.from(`10${frame}00`, 'hex'))?.begins).toBe(false);
    expect(av1Format.part(Buffer.alloc(0))).toBeUndefined();
  });

  test('a sequence header says the size', () => {
    const bits = [
      '000', // Profile 0.
      '00', // No still picture, header not reduced.
      '0', // No timing.
      '0', // No initial delay.
      '00000', // One point of operation,
      '000000000000', // of all layers,
      '00101', // at level 3.1.
      '1001', // Ten bits of width
      '1001', // and of height:
      (639).toString(2).padStart(10, '0'),
      (359).toString(2).padStart(10, '0'),
    ].join('');
    const bytes = (bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? []).map(
      (byte) => Number.parseInt(byte, 2).toString(16).padStart(2, '0'),
    );
    const unit = `${sequence}${bytes.join('')}`;
    const picture = join(`10${unit}`) ?? '';
    expect(av1Format.keyFrameSize(Buffer.from(picture, 'hex'))).toEqual({
      width: 640,
      height: 360,
    });
    expect(av1Format.keyFrameSize(Buffer.from(`${delimiter}3202aabb`, 'hex'))).toBeUndefined();
  });

  test('any bytes are read without a throw', () => {
    const anyBytes = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 4 }), (payloads) => {
        for (const payload of payloads) av1Format.part(payload);
        const picture = av1Format.join(payloads);
        if (picture !== undefined) av1Format.keyFrameSize(picture);
      }),
    );
  });
});
