import { describe, expect, test } from 'vitest';
import { createPictureReceiver } from '../../../src/bridge/room/picture-receiver.ts';
import { rtpPacket } from './support/picture-packets.ts';

const primary = 1_000;
const repair = 2_000;
const streams = new Map([
  [primary, { trackSid: 'TR_1', primarySsrc: primary }],
  [repair, { trackSid: 'TR_1', primarySsrc: primary }],
]);
const slice = Buffer.from('41aabbccdd', 'hex');

const createReceiver = () => {
  const got: { readonly trackSid: string; readonly packet: Buffer }[] = [];
  const receiver = createPictureReceiver((trackSid, packet) => got.push({ trackSid, packet }));
  return { receiver, got };
};

describe('with the streams of an answer', () => {
  const withStreams = () => {
    const { receiver, got } = createReceiver();
    receiver.setStreams(streams, 0);
    return { receiver, got };
  };

  test('a packet comes with its track, as it was', () => {
    const { receiver, got } = withStreams();
    const packet = rtpPacket({ ssrc: primary, sequence: 7, payload: slice });
    receiver.take(primary, Buffer.from(packet), 0);
    expect(got).toEqual([{ trackSid: 'TR_1', packet }]);
  });

  test('header extension and padding are taken off', () => {
    const { receiver, got } = withStreams();
    const plain = rtpPacket({ ssrc: primary, sequence: 7, payload: slice });
    const extended = Buffer.concat([
      plain.subarray(0, 12),
      Buffer.from('bede000110aa0000', 'hex'),
      plain.subarray(12),
      Buffer.from([0, 0, 3]),
    ]);
    extended[0] = 0xb0;
    receiver.take(primary, extended, 0);
    expect(got[0]?.packet).toEqual(plain);
  });

  test('a packet of RTX is put back to what it was', () => {
    const { receiver, got } = withStreams();
    const payload = Buffer.concat([Buffer.from([0xff, 0xfe]), slice]);
    const packet = { ssrc: repair, payloadType: 103, marker: true, sequence: 3, payload };
    receiver.take(repair, rtpPacket(packet), 0);
    const original = { ...packet, ssrc: primary, payloadType: 102, sequence: 0xfffe };
    expect(got).toEqual([{ trackSid: 'TR_1', packet: rtpPacket({ ...original, payload: slice }) }]);
  });

  test('padding that probes how much passes is dropped on RTX, and holds its place on the stream', () => {
    const { receiver, got } = withStreams();
    const padding = Buffer.alloc(255, 255);
    const probe = rtpPacket({ ssrc: repair, payloadType: 103, sequence: 3, payload: padding });
    const filler = rtpPacket({ ssrc: primary, sequence: 8, payload: padding });
    for (const each of [probe, filler]) each[0] = 0xa0;
    receiver.take(repair, probe, 0);
    receiver.take(primary, filler, 0);
    const empty = rtpPacket({ ssrc: primary, sequence: 8, payload: Buffer.alloc(0) });
    expect(got.map(({ packet }) => packet)).toEqual([empty]);
  });

  test('the blank frames that end a track are no pictures', () => {
    const { receiver, got } = withStreams();
    const payload = Buffer.alloc(1000);
    Buffer.from('1800186742c01f0fd91f888884000003000400', 'hex').copy(payload);
    receiver.take(primary, rtpPacket({ ssrc: primary, sequence: 9, payload }), 0);
    expect(got[0]?.packet).toEqual(
      rtpPacket({ ssrc: primary, sequence: 9, payload: Buffer.alloc(0) }),
    );
  });

  test('losses are reported a stream, and what RTX brought does not make up for them', () => {
    const { receiver } = withStreams();
    for (const sequence of [1, 2, 3, 6, 7, 8]) {
      receiver.take(primary, rtpPacket({ ssrc: primary, sequence, payload: slice }), 0);
    }
    const payload = Buffer.concat([Buffer.from([0, 4]), slice]);
    receiver.take(repair, rtpPacket({ ssrc: repair, payloadType: 103, sequence: 1, payload }), 0);
    const sender = {
      ntp: { seconds: 0x1234_5678, fraction: 0x9abc_def0 },
      ...{ rtpTimestamp: 0, packetCount: 8, octetCount: 0 },
    };
    receiver.takeReport({ type: 'sender-report', ssrc: primary, sender, reports: [] }, 1_000);
    expect(receiver.reports(1_500)).toMatchObject([
      {
        ssrc: primary,
        cumulativeLost: 2,
        fractionLost: 64,
        extendedHighestSequence: 8,
        lastSenderReport: 0x5678_9abc,
        delaySinceLastSenderReport: 32_768,
      },
    ]);
    expect(receiver.ssrcOf('TR_1')).toBe(primary);
    expect(receiver.ssrcOf('TR_2')).toBeUndefined();
  });
});

test('what came before the answer that names it is not lost', () => {
  const { receiver, got } = createReceiver();
  const packet = rtpPacket({ ssrc: primary, sequence: 7, payload: slice });
  receiver.take(primary, Buffer.from(packet), 0);
  receiver.take(77, rtpPacket({ ssrc: 77, sequence: 7, payload: slice }), 0);
  receiver.setStreams(streams, 100);
  expect(got).toEqual([{ trackSid: 'TR_1', packet }]);
});

test('packets that no answer names in a second are forgotten, and never more than a few hundred kept', () => {
  const { receiver, got } = createReceiver();
  const take = (sequence: number, nowMs: number): void => {
    receiver.take(primary, rtpPacket({ ssrc: primary, sequence, payload: slice }), nowMs);
  };
  take(1, 0);
  receiver.reports(1_000);
  for (let sequence = 2; sequence < 1_000; sequence += 1) take(sequence, 1_000);
  receiver.setStreams(streams, 1_000);
  expect(got).toHaveLength(400);
  expect(got[0]?.packet.readUInt16BE(2)).toBe(2);
});
