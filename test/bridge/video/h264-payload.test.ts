import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createH264View, eachNalUnit, parseH264 } from '../../../src/bridge/video/h264-payload.ts';
import { fuA, idr, pps, slice, sps, stapA } from './support/h264-packets.ts';

const parse = (payload: Buffer) => {
  const view = createH264View();
  return parseH264(payload, 0, payload.length, view) ? view : undefined;
};

describe('an H.264 payload', () => {
  it('an IDR picture begins with its first slice, however it is packed', () => {
    expect(parse(idr())).toMatchObject({ form: 'single', beginsIdr: true, hasSps: false });
    expect(parse(stapA(sps(), pps(), idr()))).toMatchObject({
      form: 'aggregate',
      beginsIdr: true,
      hasSps: true,
      hasPps: true,
    });
    const [first, ...others] = fuA(idr(300)).map(parse);
    expect(first).toMatchObject({ form: 'fragment', nalType: 5, beginsIdr: true, isEnd: false });
    expect(others.map((view) => view?.beginsIdr)).toEqual([false, false]);
    expect(others.at(-1)).toMatchObject({ isStart: false, isEnd: true });
  });

  it('a later slice of an IDR picture begins none', () => {
    expect(parse(Buffer.of(0x65, 0x40, 1))).toMatchObject({ nalType: 5, beginsIdr: false });
    expect(parse(slice())).toMatchObject({ nalType: 1, beginsIdr: false });
  });

  it('structures of mode 2 and those not assigned are no payload of ours', () => {
    for (const nalType of [0, 25, 26, 27, 29, 30, 31])
      expect(parse(Buffer.of(nalType, 0x80, 0, 1, 1))).toBeUndefined();
  });

  it('an aggregate that runs out of its bytes, or is empty, is none', () => {
    const whole = stapA(sps(), pps());
    expect(parse(whole.subarray(0, whole.length - 1))).toBeUndefined();
    expect(parse(Buffer.of(0x78))).toBeUndefined();
    expect(parse(Buffer.of(0x78, 0, 0))).toBeUndefined();
  });

  it('any bytes are read without a throw, and the units found lie within them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(8), (bytes, offset) => {
        const view = createH264View();
        const length = Math.max(0, bytes.length - offset);
        if (!parseH264(bytes, offset, length, view)) return;
        eachNalUnit(bytes, offset, length, view, (start, end) => {
          expect(start).toBeGreaterThanOrEqual(offset);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(bytes.length);
        });
      }),
    );
  });
});
