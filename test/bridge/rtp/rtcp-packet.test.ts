import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildRtcp, parseRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';

const uint32 = fc.nat(0xffffffff);
const report = fc.record({
  ssrc: uint32,
  fractionLost: fc.nat(255),
  cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  extendedHighestSequence: uint32,
  jitter: uint32,
  lastSenderReport: uint32,
  delaySinceLastSenderReport: uint32,
});
const sender = fc.record({
  ntp: fc.record({ seconds: uint32, fraction: uint32 }),
  rtpTimestamp: uint32,
  packetCount: uint32,
  octetCount: uint32,
});
const compound = fc.record({
  ssrc: uint32,
  cname: fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  sender: fc.option(sender, { nil: undefined }),
  reports: fc.array(report, { maxLength: 3 }),
  bye: fc.boolean(),
});

test('a compound that is built is read as it was', () => {
  fc.assert(
    fc.property(compound, ({ ssrc, cname, sender: info, reports, bye }) => {
      expect(parseRtcp(buildRtcp({ ssrc, cname, sender: info, reports, bye }))).toEqual([
        info === undefined
          ? { type: 'receiver-report', ssrc, reports }
          : { type: 'sender-report', ssrc, sender: info, reports },
        { type: 'source-description', chunks: [{ ssrc, cname }] },
        ...(bye ? [{ type: 'bye', ssrcs: [ssrc], reason: undefined }] : []),
      ]);
    }),
  );
});

test('any bytes, and any damage to a good compound, are read without a throw', () => {
  const damaged = fc
    .tuple(compound, fc.nat(200), fc.nat(255), fc.nat(200))
    .map(([fields, at, value, cut]) => {
      const bytes = Buffer.from(buildRtcp(fields));
      if (at < bytes.length) bytes[at] = value;
      return bytes.subarray(0, Math.max(0, bytes.length - (cut > 100 ? 0 : cut)));
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), damaged), (bytes) => {
      expect(Array.isArray(parseRtcp(bytes))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a truncated compound is refused as a whole', () => {
  const bytes = buildRtcp({ ssrc: 1, cname: 'a', reports: [], bye: true });
  expect(parseRtcp(bytes.subarray(0, bytes.length - 8))).toEqual(parseRtcp(bytes).slice(0, -1));
  for (let cut = 1; cut < 8; cut += 1) {
    expect(parseRtcp(bytes.subarray(0, bytes.length - cut))).toEqual([]);
  }
});

test('padding ends the last packet and stands nowhere else', () => {
  const bye = Buffer.from([0xa1, 203, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4]);
  expect(parseRtcp(bye)).toEqual([{ type: 'bye', ssrcs: [9], reason: undefined }]);
  expect(parseRtcp(Buffer.concat([bye, bye]))).toEqual([]);
});

test('a reason to leave is read, what we have no use for is passed over', () => {
  const feedback = Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
  const bye = Buffer.from([0x81, 203, 0, 2, 0, 0, 0, 9, 3, 0x62, 0x79, 0x65]);
  expect(parseRtcp(Buffer.concat([feedback, bye]))).toEqual([
    { type: 'other', packetType: 206 },
    { type: 'bye', ssrcs: [9], reason: 'bye' },
  ]);
});
