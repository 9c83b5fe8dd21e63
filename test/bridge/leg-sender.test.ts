import { describe, expect, it } from 'vitest';
import { decodeG711 } from '../../src/bridge/audio/g711.ts';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createLegSender } from '../../src/bridge/leg-sender.ts';
import { createRtpView, parseRtp } from '../../src/bridge/rtp/rtp-packet.ts';
import type { MediaDirection, MediaSession } from '../../src/call/ports/media.ts';

const session = (direction: MediaDirection = 'sendrecv'): MediaSession => ({
  remoteAddress: '192.0.2.1',
  remotePort: 4000,
  remoteRtcpPort: 4001,
  rtcpMux: false,
  codec: 'PCMU',
  payloadType: 0,
  telephoneEventPayloadType: 101,
  comfortNoisePayloadType: undefined,
  direction,
});
const promptFrames = 5;
const prompts = pack(new Map([['en/speech', new Int16Array(160 * promptFrames).fill(4000)]]), 8000);
const utterance = {
  utteranceId: 3,
  phrases: [],
  sounds: [{ kind: 'prompt', language: 'en', file: 'speech' }],
} as const;
const quiet = () => false;
const room = (level: number) => (out: Int16Array) => {
  out.fill(level);
  return true;
};

const setUp = () => {
  const sent: { sequence: number; timestamp: number; marker: boolean; level: number }[] = [];
  const played: number[] = [];
  const view = createRtpView();
  const pcm = new Int16Array(160);
  const sender = createLegSender({
    prompts,
    ssrc: 1,
    initialSequence: 65_534,
    initialTimestamp: 1000,
    send: (packet) => {
      expect(parseRtp(packet, packet.length, view)).toBe(true);
      expect(view.payloadLength).toBe(160);
      decodeG711('PCMU', packet.subarray(12), pcm);
      const { sequenceNumber, timestamp, marker } = view;
      sent.push({ sequence: sequenceNumber, timestamp, marker, level: pcm[159]! });
      return true;
    },
    emit: ({ utteranceId }) => played.push(utteranceId),
  });
  sender.configure(session());
  return { sender, sent, played };
};

describe('leg sender', () => {
  it('sends nothing before start, then a frame each tick, silence where nothing sounds', () => {
    const { sender, sent } = setUp();
    sender.sendFrame(1, false, quiet);
    expect(sent).toEqual([]);
    sender.start();
    for (const tick of [2, 3, 4]) sender.sendFrame(tick, false, quiet);
    expect(sent).toEqual([
      { sequence: 65_535, timestamp: 1320, marker: true, level: 0 },
      { sequence: 0, timestamp: 1480, marker: false, level: 0 },
      { sequence: 1, timestamp: 1640, marker: false, level: 0 },
    ]);
  });

  it('ticks that were skipped are a gap in time, not in the sequence', () => {
    const { sender, sent } = setUp();
    sender.start();
    sender.sendFrame(1, false, quiet);
    sender.sendFrame(11, true, quiet);
    expect(sent[1]).toEqual({ sequence: 0, timestamp: 1000 + 11 * 160, marker: true, level: 0 });
  });

  it.each(['inactive', 'recvonly'] as const)('sends nothing while %s', (direction) => {
    const { sender, sent } = setUp();
    sender.start();
    sender.sendFrame(1, false, quiet);
    sender.configure(session(direction));
    sender.sendFrame(2, false, room(500));
    expect(sent).toHaveLength(1);
    sender.configure(session('sendonly'));
    sender.sendFrame(3, false, quiet);
    expect(sent[1]).toMatchObject({ sequence: 0, timestamp: 1480, marker: true });
  });

  it('lowers the room by 12 dB under a prompt and brings it back, both without a jump', () => {
    const { sender, sent } = setUp();
    sender.start();
    let tick = 0;
    const next = () => {
      sender.sendFrame(++tick, false, room(8000));
      return sent.at(-1)!.level;
    };
    expect(next()).toBeCloseTo(8000, -3);
    sender.play(utterance);
    const during = Array.from({ length: promptFrames }, next);
    expect(during[0]).toBeGreaterThan(8000); // the ramp has only begun
    expect(during.at(-1)! - 4000).toBeCloseTo(2000, -3);
    const after = Array.from({ length: 5 }, next);
    expect(after[0]).toBeLessThan(8000);
    expect(after.at(-1)).toBeCloseTo(8000, -3);
  });

  it('tells the end of a prompt with its last frame, once, and not when it was stopped', () => {
    const { sender, played } = setUp();
    sender.start();
    sender.play(utterance);
    for (let tick = 1; tick < promptFrames; tick++) sender.sendFrame(tick, false, quiet);
    expect(played).toEqual([]);
    sender.sendFrame(promptFrames, false, quiet);
    sender.sendFrame(promptFrames + 1, false, quiet);
    expect(played).toEqual([3]);
    sender.play(utterance);
    sender.sendFrame(promptFrames + 2, false, quiet);
    sender.stopPlaying();
    for (let tick = 20; tick < 30; tick++) sender.sendFrame(tick, false, quiet);
    expect(played).toEqual([3]);
  });

  it('a stopped prompt is silent from the second frame on', () => {
    const { sender, sent } = setUp();
    sender.start();
    sender.play(utterance);
    sender.sendFrame(1, false, quiet);
    sender.stopPlaying();
    sender.sendFrame(2, false, quiet); // fades within 5 ms
    expect(sent.at(-1)!.level).toBe(0);
  });

  it('sets the loudness of the room alone', () => {
    const { sender, sent } = setUp();
    sender.start();
    sender.setVolumeDb(-6);
    for (let tick = 1; tick <= 5; tick++) sender.sendFrame(tick, false, room(8000));
    expect(sent.at(-1)!.level).toBeCloseTo(4000, -3);
  });
});
