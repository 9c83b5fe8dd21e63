import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxPayloadBytes, packetize } from '../../../src/bridge/video/h264-packetizer.ts';
import { idr, sps } from './support/h264-packets.ts';

describe('packets of our own', () => {
  it('what fits goes whole; what does not is cut, and put together gives the unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6000 }), (bytes) => {
        const unit = idr(bytes, 7);
        const payloads = packetize([unit], 1);
        for (const payload of payloads) expect(payload.length).toBeLessThanOrEqual(maxPayloadBytes);
        if (bytes <= maxPayloadBytes) {
          expect(payloads).toEqual([unit]);
          return;
        }
        const flags = payloads.map((payload) => payload[1]! & 0xe0);
        expect(flags).toEqual([0x80, ...flags.slice(2).map(() => 0), 0x40]);
        const [first] = payloads;
        const header = (first![0]! & 0xe0) | (first![1]! & 0x1f);
        expect(
          Buffer.concat([Buffer.of(header), ...payloads.map((one) => one.subarray(2))]),
        ).toEqual(unit);
      }),
    );
  });

  it('for a device without fragments nothing is cut', () => {
    expect(packetize([sps(), idr(5000)], 0)).toEqual([sps(), idr(5000)]);
  });
});
