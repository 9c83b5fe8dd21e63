import { expect, test } from 'vitest';
import { createCameraSender } from '../../../src/bridge/room/camera-sender.ts';
import type { PictureEvent } from '../../../src/bridge/room/link-types.ts';
import { rtpPacket } from './support/picture-packets.ts';

const ssrc = 0xcafe_babe;
const slice = Buffer.from('41aabbccdd', 'hex');
const report = (fractionLost: number, of = ssrc) => ({
  type: 'receiver-report' as const,
  ssrc: 1,
  reports: [
    {
      ...{ ssrc: of, fractionLost, cumulativeLost: 0, extendedHighestSequence: 0, jitter: 0 },
      ...{ lastSenderReport: 0, delaySinceLastSenderReport: 0 },
    },
  ],
});

const createSender = ({ connected = true } = {}) => {
  const events: PictureEvent[] = [];
  const sent: Buffer[] = [];
  const buffer = Buffer.alloc(1_500);
  const stream = {
    buffer: () => buffer,
    send: (bytes: number) => sent.push(Buffer.from(buffer.subarray(0, bytes))),
  };
  const sender = createCameraSender({
    ssrc,
    maxBitrateKbps: 1_500,
    stream: () => (connected ? stream : undefined),
    onEvent: (event) => events.push(event),
  });
  return { sender, events, sent };
};

test('a packet leaves with our payload type and SSRC, all else as it was, and the caller keeps its own', () => {
  const { sender, sent } = createSender();
  const packet = rtpPacket({ ssrc: 7, payloadType: 96, marker: true, sequence: 9, payload: slice });
  const before = Buffer.from(packet);
  sender.writeRtp(packet, 0);
  expect(packet).toEqual(before);
  expect(sent).toEqual([rtpPacket({ ssrc, marker: true, sequence: 9, payload: slice })]);
});

test('what can not be sent is dropped and not counted', () => {
  const { sender, sent } = createSender({ connected: false });
  sender.writeRtp(rtpPacket({ ssrc: 7, sequence: 9, payload: slice }), 0);
  expect(sent).toEqual([]);
  expect(sender.senderInfo(0)).toBeUndefined();
});

test('a sender report tells the time of the newest frame, gone on to now', () => {
  const { sender } = createSender();
  const write = (timestamp: number, nowMs: number): void => {
    sender.writeRtp(rtpPacket({ ssrc: 7, sequence: 9, timestamp, payload: slice }), nowMs);
  };
  write(90_000, 1_000);
  write(93_000, 1_033);
  write(90_000, 1_050); // sent again
  expect(sender.senderInfo(1_133)).toMatchObject({
    rtpTimestamp: 93_000 + 9_000,
    packetCount: 3,
    octetCount: 15,
  });
  expect(sender.senderInfo(2_000)).toBeUndefined();
});

test('requests for a key frame are told, a repeated FIR once, and those of others not', () => {
  const { sender, events } = createSender();
  sender.takeFeedback({ type: 'picture-loss', mediaSsrc: ssrc });
  for (const request of [1, 1, 2]) {
    sender.takeFeedback({ type: 'full-intra', mediaSsrc: ssrc, request });
  }
  sender.takeFeedback({ type: 'picture-loss', mediaSsrc: 5 });
  sender.takeFeedback({ type: 'nack', mediaSsrc: 5, sequences: [1] });
  sender.takeFeedback({ type: 'nack', mediaSsrc: ssrc, sequences: [4, 5] });
  expect(events).toEqual([
    { type: 'key-frame-wanted' },
    { type: 'key-frame-wanted' },
    { type: 'key-frame-wanted' },
    { type: 'packets-missed', sequences: [4, 5] },
  ]);
});

test('how much the room takes is told where it changed enough, and fully when all is well again', () => {
  const { sender, events } = createSender();
  const told = () => events.splice(0);
  sender.takeReport(report(0));
  sender.takeReport(report(200, 5));
  expect(told()).toEqual([]);
  sender.takeReport(report(128));
  expect(told()).toEqual([{ type: 'camera-bitrate', kbps: 1_125 }]);
  for (let at = 0; at < 5; at += 1) sender.takeReport(report(0));
  expect(told().at(-1)).toEqual({ type: 'camera-bitrate', kbps: 1_500 });
  sender.takeFeedback({ type: 'max-bitrate', bitsPerSecond: 500_000, mediaSsrcs: [ssrc] });
  expect(told()).toEqual([{ type: 'camera-bitrate', kbps: 500 }]);
});

test('a camera that nobody subscribes to is told as none, and as before when somebody does', () => {
  const { sender, events } = createSender();
  sender.setWanted(false);
  sender.setWanted(false);
  sender.setWanted(true);
  expect(events).toEqual([
    { type: 'camera-bitrate', kbps: 0 },
    { type: 'camera-bitrate', kbps: 1_500 },
  ]);
});

test('a camera that the room muted is to rest until it is unmuted', () => {
  const { sender, events } = createSender();
  sender.setMutedByRoom(true);
  sender.setWanted(true);
  sender.setMutedByRoom(false);
  expect(events).toEqual([
    { type: 'camera-bitrate', kbps: 0 },
    { type: 'camera-bitrate', kbps: 1_500 },
  ]);
});
