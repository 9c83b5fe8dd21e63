import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createRtpView,
  isRtcp,
  parseRtp,
  writeRtpHeader,
} from '../../../src/bridge/rtp/rtp-packet.ts';

test('what is written is what is read', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 127 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.uint8Array({ maxLength: 400 }),
      (payloadType, marker, sequenceNumber, timestamp, ssrc, payload) => {
        const packet = new Uint8Array(12 + payload.length);
        writeRtpHeader(packet, payloadType, marker, sequenceNumber, timestamp, ssrc);
        const view = createRtpView();
        expect(parseRtp(packet, packet.length, view)).toBe(true);
        expect(view).toEqual({
          payloadType,
          marker,
          sequenceNumber,
          timestamp,
          ssrc,
          payloadOffset: 12,
          payloadLength: payload.length,
        });
      },
    ),
  );
});

test('any bytes are read without a throw, and what is accepted lies inside the packet', () => {
  const versionTwo = fc
    .uint8Array({ minLength: 12, maxLength: 80 })
    .map((bytes) => bytes.with(0, 0x80 | (bytes[0]! & 0x3f)));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), versionTwo), (bytes) => {
      const view = createRtpView();
      if (!parseRtp(bytes, bytes.length, view)) {
        expect(view).toEqual(createRtpView());
        return;
      }
      expect(view.payloadOffset).toBeGreaterThanOrEqual(12);
      expect(view.payloadLength).toBeGreaterThanOrEqual(0);
      expect(view.payloadOffset + view.payloadLength).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 1000 },
  );
});

test('CSRC list, header extension and padding are no payload', () => {
  // V=2 P X CC=1, one CSRC, an extension of one word, payload 7 8, padding of 2
  const packet = Uint8Array.from([
    ...[0xb1, 0x08, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],
    ...[0, 0, 0, 4, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 7, 8, 0, 2],
  ]);
  const view = createRtpView();
  expect(parseRtp(packet, packet.length, view)).toBe(true);
  expect(view).toMatchObject({ payloadOffset: 24, payloadLength: 2, payloadType: 8 });
});

test.each([
  ['another version', [0x40, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]],
  ['a short header', [0x80, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0]],
  ['a CSRC list beyond the end', [0x81, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]],
  ['an extension without its length', [0x90, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde]],
  ['an extension beyond the end', [0x90, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1]],
  ['padding of nothing', [0xa0, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 5, 0]],
  ['padding beyond the payload', [0xa0, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 5, 3]],
])('%s is refused', (_, bytes) => {
  expect(parseRtp(Uint8Array.from(bytes), bytes.length, createRtpView())).toBe(false);
});

test('RTCP is told from RTP on a shared port', () => {
  expect(isRtcp(Uint8Array.from([0x80, 200, 0, 1, 0, 0, 0, 0]))).toBe(true);
  expect(isRtcp(Uint8Array.from([0x80, 0x80 | 8, 0, 1, 0, 0, 0, 0]))).toBe(false);
});
