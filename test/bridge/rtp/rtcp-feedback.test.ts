import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  GenericNack,
  PictureLossIndication,
  ReceiverEstimatedMaxBitrate,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
} from 'werift';
import { buildRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';
import { buildRtcpFeedback, parseRtcpFeedback } from '../../../src/bridge/rtp/rtcp-feedback.ts';

const sender = 0xcafe_babe;
const media = 0x8000_0001;

test('each message is read as it was built', () => {
  const ssrc = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const message = fc.oneof(
    fc.record({ type: fc.constant('picture-loss' as const), mediaSsrc: ssrc }),
    fc.record({
      type: fc.constant('full-intra' as const),
      mediaSsrc: ssrc,
      request: fc.integer({ min: 0, max: 255 }),
    }),
    fc.record({
      type: fc.constant('max-bitrate' as const),
      bitsPerSecond: fc.integer({ min: 1, max: 2 ** 18 - 1 }).map((kilobit) => kilobit * 1024),
      mediaSsrcs: fc.array(ssrc, { maxLength: 5 }),
    }),
  );
  fc.assert(
    fc.property(message, (feedback) => {
      expect(parseRtcpFeedback(buildRtcpFeedback(sender, feedback))).toEqual([feedback]);
    }),
  );
});

test('all packets that are missed are named, over the wrap of the sequence', () => {
  fc.assert(
    fc.property(
      fc.nat(65_535),
      fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 40 }),
      (from, offsets) => {
        const sequences = offsets.toSorted((a, b) => a - b).map((at) => (from + at) & 0xffff);
        const nack = { type: 'nack' as const, mediaSsrc: media, sequences };
        expect(parseRtcpFeedback(buildRtcpFeedback(sender, nack))).toEqual([nack]);
      },
    ),
  );
});

test('seventeen packets in a row are one pair', () => {
  const sequences = Array.from({ length: 17 }, (_, at) => 100 + at);
  const packet = buildRtcpFeedback(sender, { type: 'nack', mediaSsrc: media, sequences });
  expect(packet.length).toBe(16);
  expect(packet.readUInt32BE(12)).toBe((100 << 16) | 0xffff);
});

test('another implementation writes what we read', () => {
  const pli = new RtcpPayloadSpecificFeedback({
    feedback: new PictureLossIndication({ senderSsrc: sender, mediaSsrc: media }),
  }).serialize();
  const nack = new RtcpTransportLayerFeedback({
    feedback: new GenericNack({ senderSsrc: sender, mediaSourceSsrc: media, lost: [7, 9, 40] }),
  }).serialize();
  const report = buildRtcp({ ssrc: sender, cname: 'a', reports: [] });
  expect(parseRtcpFeedback(Buffer.concat([report, pli, nack]))).toEqual([
    { type: 'picture-loss', mediaSsrc: media },
    { type: 'nack', mediaSsrc: media, sequences: [7, 9, 40] },
  ]);
});

test('another implementation reads our bitrate', () => {
  const packet = buildRtcpFeedback(sender, {
    type: 'max-bitrate',
    bitsPerSecond: 1_500_000,
    mediaSsrcs: [media, 7],
  });
  const read = ReceiverEstimatedMaxBitrate.deSerialize(packet.subarray(4));
  expect(Number(read.bitrate)).toBeLessThanOrEqual(1_500_000);
  expect(Number(read.bitrate)).toBeGreaterThan(1_499_900);
  expect(read.ssrcFeedbacks).toEqual([media, 7]);
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(205, 206), (bytes, type) => {
      expect(() => parseRtcpFeedback(bytes)).not.toThrow();
      const framed = Buffer.concat([Buffer.from([0x8f, type, 0, 0]), bytes]);
      framed.writeUInt16BE(Math.floor(framed.length / 4) - 1, 2);
      for (const format of [1, 4, 15]) {
        framed[0] = 0x80 | format;
        expect(() => parseRtcpFeedback(framed)).not.toThrow();
      }
    }),
  );
});
