import { expect, test } from 'vitest';
import { RtpHeader } from 'werift';
import { ntpTimestamp, writeLevelledHeader } from '../../../src/bridge/room/rtp-writer.ts';

test('NTP time begins in 1900 and has a binary fraction', () => {
  expect(ntpTimestamp(0)).toBe(2_208_988_800n << 32n);
  expect(ntpTimestamp(500) - ntpTimestamp(0)).toBe(1n << 31n);
  expect(ntpTimestamp(1_000) - ntpTimestamp(0)).toBe(1n << 32n);
  const quarter = Date.UTC(2026, 0, 1) + 250;
  expect(ntpTimestamp(quarter) & 0xffff_ffffn).toBe(1n << 30n);
});

test('the header with the audio level is the one that werift writes', () => {
  const packet = Buffer.alloc(22, 0xff);
  Buffer.from([0x80, 0x80, 0x12, 0x34, 1, 2, 3, 4, 9, 9, 9, 9]).copy(packet);
  writeLevelledHeader(packet, 8, 0xdead_beef, -20.4, true);
  const header = new RtpHeader({
    marker: true,
    payloadType: 8,
    sequenceNumber: 0x1234,
    timestamp: 0x0102_0304,
    ssrc: 0xdead_beef,
    extensions: [{ id: 1, payload: Buffer.from([0x80 | 20]) }],
  });
  expect(packet.subarray(0, 20)).toEqual(header.serialize(header.serializeSize));
  expect([...packet.subarray(20)]).toEqual([0xff, 0xff]);
});
