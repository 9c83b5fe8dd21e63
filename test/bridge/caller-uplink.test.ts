import { beforeAll, describe, expect, it } from 'vitest';
import { createG711Decoder } from '../../src/bridge/audio/g711-decoder.ts';
import { encodeG711 } from '../../src/bridge/audio/g711.ts';
import { createOpusDecoder } from '../../src/bridge/audio/opus-decoder.ts';
import type { LegCodec } from '../../src/bridge/audio/codec-rates.ts';
import { createCallerUplink, roomCodecFor } from '../../src/bridge/caller-uplink.ts';
import type { RoomCodec } from '../../src/bridge/room/link-types.ts';
import { createRtpView, parseRtp, writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import { amplitudeAt, sine } from '../support/sounds.ts';

const view = createRtpView();
/** The library of Opus opens encoders in microtasks once it is loaded. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
beforeAll(async () => {
  (await createOpusDecoder(16_000)).close();
});

interface Sent {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Uint8Array;
  readonly level: number;
}

const setUp = (codec: LegCodec, roomCodec: RoomCodec = roomCodecFor(codec)) => {
  const sent: Sent[] = [];
  let nowMs = 0;
  const uplink = createCallerUplink({
    ssrc: 7,
    codec,
    roomCodec,
    muted: false,
    emit: (packet, level) => {
      expect(parseRtp(packet, packet.length, view)).toBe(true);
      expect(view.ssrc).toBe(7);
      sent.push({
        payloadType: view.payloadType,
        sequence: view.sequenceNumber,
        timestamp: view.timestamp,
        marker: view.marker,
        payload: packet.subarray(view.payloadOffset),
        level,
      });
    },
    onFault: (error) => {
      throw error;
    },
  });
  return {
    uplink,
    sent,
    /** One packet of the caller's, now. */
    push: (
      sequence: number,
      timestamp: number,
      payload: Uint8Array,
      kind: 'audio' | 'event' = 'audio',
    ) => {
      const packet = Buffer.alloc(12 + payload.length);
      writeRtpHeader(packet, 96, false, sequence, timestamp, 1);
      packet.set(payload, 12);
      parseRtp(packet, packet.length, view);
      uplink.push(packet, view, kind, nowMs);
    },
    tick: (frame?: Int16Array) => {
      nowMs += 20;
      uplink.hear(frame, nowMs);
      uplink.flush(nowMs);
    },
    wait: (ms: number) => {
      nowMs += ms;
    },
    /** From one packet to the next. */
    steps: () =>
      sent.slice(1).map(({ sequence, timestamp }, at) => ({
        sequence: (sequence - sent[at]!.sequence) & 0xffff,
        timestamp: (timestamp - sent[at]!.timestamp) >>> 0,
      })),
  };
};
const opusFrame = (mark: number) => Uint8Array.of(0x78, mark, mark);
const goOn = { sequence: 1, timestamp: 960 };

describe('Opus into the room', () => {
  it('passes untouched, whatever its frames last', () => {
    const { push, sent, steps, tick } = setUp('opus');
    tick(new Int16Array(320).fill(3000));
    push(10, 1000, opusFrame(1));
    push(11, 1960, opusFrame(2));
    push(12, 1960 + 2880, opusFrame(3));
    expect(sent.map(({ payload }) => [...payload])).toEqual(
      [1, 2, 3].map((mark) => [...opusFrame(mark)]),
    );
    expect(sent.map(({ payloadType }) => payloadType)).toEqual([111, 111, 111]);
    expect(steps()).toEqual([goOn, { sequence: 1, timestamp: 2880 }]);
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, false]);
    // Of the frame that was decoded: 3000 is -21 dBov.
    expect(sent[0]!.level).toBe(21);
  });

  it('what came out of order is put in order, what never came is a gap, keys are none', () => {
    const { push, steps, tick, wait } = setUp('opus');
    push(10, 0, opusFrame(1));
    push(12, 1920, opusFrame(3));
    push(11, 960, opusFrame(2));
    push(13, 2880, opusFrame(0), 'event');
    push(14, 3840, opusFrame(4));
    push(16, 5760, opusFrame(6));
    expect(steps()).toHaveLength(3);
    wait(60);
    tick();
    expect(steps()).toEqual([
      goOn,
      goOn,
      { sequence: 1, timestamp: 1920 },
      { sequence: 2, timestamp: 1920 },
    ]);
  });

  it('a pause (DTX) is one in time alone, and after mute time has gone on', () => {
    const { push, steps, uplink, wait } = setUp('opus');
    push(10, 0, opusFrame(1));
    wait(400);
    push(11, 19_200, opusFrame(2));
    uplink.setMuted(true);
    push(12, 20_160, opusFrame(3));
    uplink.setMuted(false);
    wait(100);
    push(13, 777, opusFrame(4));
    expect(steps()).toEqual([
      { sequence: 1, timestamp: 19_200 },
      { sequence: 1, timestamp: 4800 },
    ]);
  });

  it('what would not fit into one datagram is left out as a loss', () => {
    const { push, sent, steps } = setUp('opus');
    push(10, 0, opusFrame(1));
    push(11, 960, new Uint8Array(1200));
    push(12, 1920, opusFrame(2));
    expect(sent).toHaveLength(2);
    expect(steps()).toEqual([{ sequence: 2, timestamp: 1920 }]);
  });
});

describe('G.722 into the room', () => {
  it('becomes Opus at 16 kHz, a packet each tick in which something sounds', async () => {
    const { uplink, sent, steps, tick } = setUp('G722');
    await settled();
    const tone = sine(16_000, 5500, 8000, 16_000);
    const frameOf = (n: number) => tone.subarray(n * 320, (n + 1) * 320);
    for (let n = 0; n < 20; n++) tick(frameOf(n));
    expect(sent.map(({ payloadType }) => payloadType)).toEqual(sent.map(() => 111));
    expect(steps()).toEqual(Array.from({ length: 19 }, () => goOn));
    const decoder = await createOpusDecoder(16_000);
    const pcm = new Int16Array(320 * 20);
    for (const [n, { payload }] of sent.entries()) {
      expect(decoder.decode(payload, pcm.subarray(n * 320, (n + 1) * 320))).toBe(320);
    }
    expect(amplitudeAt(pcm.subarray(3200), 5500, 16_000)).toBeGreaterThan(5000);
    tick();
    tick();
    tick(frameOf(20));
    expect(steps().at(-1)).toEqual({ sequence: 1, timestamp: 3 * 960 });
    expect(sent.at(-1)!.marker).toBe(true);
    uplink.setMuted(true);
    tick(frameOf(21));
    expect(sent).toHaveLength(21);
    decoder.close();
    uplink.close();
  });

  it('becomes G.711 where the track was published so, and the stream goes on', () => {
    const { uplink, sent, push, tick, steps } = setUp('PCMA');
    const law = new Uint8Array(160);
    encodeG711('PCMA', sine(160, 1000, 8000, 8000), law);
    push(1, 0, law);
    push(2, 160, law);
    uplink.setCodec('G722');
    return settled().then(() => {
      const tone = sine(16_000, 1000, 8000, 16_000);
      for (let n = 0; n < 10; n++) tick(tone.subarray(n * 320, (n + 1) * 320));
      expect(sent.map(({ payloadType }) => payloadType)).toEqual(sent.map(() => 8));
      expect(steps().map(({ sequence }) => sequence)).toEqual(steps().map(() => 1));
      expect(steps().slice(2)).toEqual(
        Array.from({ length: 9 }, () => ({ sequence: 1, timestamp: 160 })),
      );
      const pcm = new Int16Array(160);
      createG711Decoder('PCMA', 8000).decode(sent.at(-1)!.payload, pcm);
      expect(amplitudeAt(pcm, 1000, 8000)).toBeCloseTo(8000, -3);
    });
  });
});
