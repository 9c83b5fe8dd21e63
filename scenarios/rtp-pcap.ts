/** RTP as SIPp's play_pcap_audio takes it: packets in a pcap file, whose addresses and ports SIPp replaces. */
import { createTelephoneEventSender } from '../src/bridge/rtp/telephone-event.ts';
import { rtpHeaderBytes, writeRtpHeader } from '../src/bridge/rtp/rtp-packet.ts';
import { encodeG711, silenceByte } from '../src/bridge/audio/g711.ts';

export const ptimeMs = 20;
export const frameSamples = 160;
const alaw = 8;
const telephoneEvent = 101;

export const audioPacket = (
  sequence: number,
  timestamp: number,
  ssrc: number,
  payload: Uint8Array,
): Buffer => {
  const packet = Buffer.alloc(rtpHeaderBytes + payload.length);
  writeRtpHeader(packet, alaw, sequence === 1, sequence, timestamp, ssrc);
  packet.set(payload, rtpHeaderBytes);
  return packet;
};

const silence = new Uint8Array(frameSamples).fill(silenceByte.PCMA);

/** Keys of 100 ms with 60 ms of silence between: a brisk human. */
export const keyPackets = (keys: string, ssrc: number, firstSequence = 1): Buffer[] => {
  const sender = createTelephoneEventSender({ payloadType: telephoneEvent });
  const packets: Buffer[] = [];
  const next = () => packets.length + firstSequence;
  const timestampNow = () => packets.length * frameSamples;
  const pause = (frames: number) => {
    for (let i = 0; i < frames; i += 1)
      packets.push(audioPacket(next(), timestampNow(), ssrc, silence));
  };
  pause(5);
  for (const key of keys) {
    sender.begin(key, timestampNow(), 100);
    for (let p = sender.next(next(), ssrc); p !== undefined; p = sender.next(next(), ssrc))
      packets.push(p);
    pause(3);
  }
  return packets;
};

/** A sine of `hz` at -13 dBFS. */
export const tonePackets = (hz: number, ms: number, ssrc: number): Buffer[] =>
  Array.from({ length: ms / ptimeMs }, (_, frame) => {
    const pcm = Int16Array.from({ length: frameSamples }, (_sample, i) =>
      Math.round(10_000 * Math.sin((2 * Math.PI * hz * (frame * frameSamples + i)) / 8000)),
    );
    const payload = new Uint8Array(frameSamples);
    encodeG711('PCMA', pcm, payload);
    return audioPacket(frame + 1, frame * frameSamples, ssrc, payload);
  });

/** A-law frames of 20 ms, again and again for `ms`. */
export const speechPackets = (
  frames: readonly Uint8Array[],
  ms: number,
  ssrc: number,
): readonly Buffer[] =>
  Array.from({ length: Math.ceil(ms / ptimeMs) }, (_, at) =>
    audioPacket(
      (at + 1) & 0xffff,
      (at * frameSamples) >>> 0,
      ssrc,
      frames[at % frames.length] ?? silence,
    ),
  );

/** One UDP datagram in an Ethernet frame, ports and addresses to be replaced. */
const ethernetFrame = (payload: Buffer): Buffer => {
  const frame = Buffer.alloc(14 + 20 + 8 + payload.length);
  frame.writeUInt16BE(0x0800, 12);
  const ip = frame.subarray(14);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + 8 + payload.length, 2);
  ip[8] = 64;
  ip[9] = 17;
  ip.set([127, 0, 0, 1], 12);
  ip.set([127, 0, 0, 1], 16);
  const udp = ip.subarray(20);
  udp.writeUInt16BE(6000, 0);
  udp.writeUInt16BE(6000, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  udp.set(payload, 8);
  return frame;
};

export const pcapOf = (packets: readonly Buffer[]): Buffer => {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const records = packets.map((packet, index) => {
    const frame = ethernetFrame(packet);
    const record = Buffer.alloc(16);
    const atMs = index * ptimeMs;
    record.writeUInt32LE(Math.floor(atMs / 1000), 0);
    record.writeUInt32LE((atMs % 1000) * 1000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
};
