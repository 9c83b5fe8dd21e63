import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';
import { buildLimit, parseLimitRequests } from '../../../src/bridge/video/stream-limit.ts';

describe('a limit of a stream', () => {
  it('is read as it was written, behind a report too, and never higher', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (bitsPerSecond) => {
        const limit = { senderSsrc: 0xffff_fff0, ssrc: 7, bitsPerSecond };
        const compound = Buffer.concat([
          buildRtcp({ ssrc: 1, cname: 'a', reports: [] }),
          buildLimit('request', limit),
        ]);
        const [read, ...others] = parseLimitRequests(compound);
        expect(others).toEqual([]);
        expect(read).toMatchObject({ senderSsrc: 0xffff_fff0, ssrc: 7 });
        expect(read!.bitsPerSecond).toBeLessThanOrEqual(bitsPerSecond);
        expect(read!.bitsPerSecond).toBeGreaterThan(bitsPerSecond * 0.9999 - 1);
      }),
    );
  });

  it('has the fields of RFC 5104: exponent, mantissa, overhead', () => {
    const packet = buildLimit('request', { senderSsrc: 1, ssrc: 2, bitsPerSecond: 1_000_000 });
    const word = packet.readUInt32BE(16);
    expect([word >>> 26, (word >>> 9) & 0x1ffff, word & 0x1ff]).toEqual([3, 125_000, 40]);
    expect([packet[0], packet[1], packet.readUInt16BE(2)]).toEqual([0x83, 205, 4]);
  });

  it('a notice is no request, and any bytes are survived', () => {
    expect(
      parseLimitRequests(buildLimit('notice', { senderSsrc: 1, ssrc: 2, bitsPerSecond: 9 })),
    ).toEqual([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        parseLimitRequests(bytes);
        const framed = Buffer.concat([Buffer.of(0x83, 205, 0, bytes.length >> 2), bytes]);
        expect(Array.isArray(parseLimitRequests(framed))).toBe(true);
      }),
    );
  });
});
