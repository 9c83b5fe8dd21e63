import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUplink, type Uplink } from '../../../src/bridge/rtp/uplink.ts';
import type { PacketKind } from '../../../src/bridge/rtp/jitter-buffer.ts';
import { rtpPacket, viewOf, type PacketFields } from './rtp-fixtures.ts';

interface Emitted {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payloadType: number;
  readonly ssrc: number;
  readonly payload: Buffer;
  readonly level: number;
  readonly voice: boolean;
}

const firstSequence = 65_530;
const firstTimestamp = 4_294_967_000;

const createTestUplink = (codec: 'PCMU' | 'PCMA' = 'PCMA') => {
  const emitted: Emitted[] = [];
  const buffers = new Set<Buffer>();
  const uplink = createUplink({
    ssrc: 77,
    initialSequence: firstSequence,
    initialTimestamp: firstTimestamp,
    outPayloadType: codec === 'PCMA' ? 8 : 0,
    codec,
    levelOf: (payload, offset, length) => (payload[offset + length - 1] === 0xd5 ? 127 : 20),
    emit(packet, level, voice) {
      const view = viewOf(packet);
      expect(buffers.has(packet)).toBe(false);
      buffers.add(packet);
      emitted.push({
        sequence: (view.sequenceNumber - firstSequence) & 0xffff,
        timestamp: (view.timestamp - firstTimestamp) >>> 0,
        marker: view.marker,
        payloadType: view.payloadType,
        ssrc: view.ssrc,
        payload: packet.subarray(12),
        level,
        voice,
      });
    },
  });
  return { uplink, emitted };
};

const push = (
  uplink: Uplink,
  fields: Omit<PacketFields, 'payload'> & { readonly payload?: Uint8Array },
  nowMs: number,
  kind: PacketKind = 'audio',
): void => {
  const payload = fields.payload ?? new Uint8Array(160).fill(fields.sequence & 0x7f);
  const packet = rtpPacket({ ...fields, payload });
  uplink.push(packet, viewOf(packet), kind, nowMs);
};

/** Packets `from` to `to` of a steady caller, 20 ms each, in order. */
const speak = (uplink: Uplink, from: number, to: number, ssrc = 1): void => {
  for (let sequence = from; sequence < to; sequence += 1) {
    push(uplink, { sequence, timestamp: sequence * 160, ssrc }, sequence * 20);
  }
};

const sequences = (emitted: readonly Emitted[]): number[] => emitted.map((out) => out.sequence);
const timestamps = (emitted: readonly Emitted[]): number[] => emitted.map((out) => out.timestamp);
const markers = (emitted: readonly Emitted[]): boolean[] => emitted.map((out) => out.marker);

test('a steady caller goes through as it comes, stamped anew, with one marker', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 100, 105);
  expect(sequences(emitted)).toEqual([0, 1, 2, 3, 4]);
  expect(timestamps(emitted)).toEqual([0, 160, 320, 480, 640]);
  expect(markers(emitted)).toEqual([true, false, false, false, false]);
  expect(emitted.map((out) => out.payload[0])).toEqual([100, 101, 102, 103, 104]);
  expect(emitted[0]).toMatchObject({ ssrc: 77, payloadType: 8, level: 20, voice: true });
});

test.each([10, 30, 40, 60])('packets of %i ms are cut into packets of 20 ms', (ptimeMs) => {
  const { uplink, emitted } = createTestUplink();
  const bytes = ptimeMs * 8;
  for (let index = 0; index < 12; index += 1) {
    const payload = new Uint8Array(bytes).map((_, at) => ((index * bytes + at) >> 3) & 0x7f);
    push(uplink, { sequence: index, timestamp: index * bytes, payload }, index * ptimeMs);
  }
  expect(sequences(emitted)).toEqual(emitted.map((_, index) => index));
  expect(timestamps(emitted)).toEqual(emitted.map((_, index) => index * 160));
  expect(emitted.length).toBe((12 * ptimeMs) / 20);
  const sound = Buffer.concat(emitted.map((out) => out.payload));
  expect(sound.every((byte, at) => byte === ((at >> 3) & 0x7f))).toBe(true);
});

test('a lost packet is a gap in sequence and time once 40 ms have passed', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  push(uplink, { sequence: 3, timestamp: 480 }, 60);
  uplink.flush(80);
  expect(emitted.length).toBe(2);
  uplink.flush(100);
  expect(sequences(emitted)).toEqual([0, 1, 3]);
  expect(timestamps(emitted)).toEqual([0, 160, 480]);
  expect(markers(emitted)).toEqual([true, false, false]);
  push(uplink, { sequence: 2, timestamp: 320 }, 101);
  expect(emitted.length).toBe(3);
  expect(uplink.stats).toMatchObject({ lost: 1, late: 1 });
});

test('a lost packet of 60 ms is a gap of three, a lost one of 10 ms is silence in its frame', () => {
  const long = createTestUplink();
  for (const sequence of [0, 2]) {
    const payload = new Uint8Array(480);
    push(long.uplink, { sequence, timestamp: sequence * 480, payload }, sequence * 60);
  }
  long.uplink.flush(200);
  expect(sequences(long.emitted)).toEqual([0, 1, 2, 6, 7, 8]);

  const short = createTestUplink();
  for (const sequence of [0, 2, 3]) {
    const payload = new Uint8Array(80).fill(sequence + 1);
    push(short.uplink, { sequence, timestamp: sequence * 80, payload }, sequence * 10);
  }
  short.uplink.flush(200);
  expect(sequences(short.emitted)).toEqual([0, 1]);
  expect([...short.emitted[0]!.payload]).toEqual([
    ...Array<number>(80).fill(1),
    ...Array<number>(80).fill(0xd5),
  ]);
});

test('telephone-event leaves no gap in the sequence while time goes on', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  for (let sequence = 2; sequence < 8; sequence += 1) {
    push(uplink, { sequence, timestamp: 320, payloadType: 101 }, sequence * 20, 'event');
  }
  speak(uplink, 8, 10);
  expect(sequences(emitted)).toEqual([0, 1, 2, 3]);
  expect(timestamps(emitted)).toEqual([0, 160, 1280, 1440]);
  expect(markers(emitted)).toEqual([true, false, true, false]);
  expect(uplink.stats.lost).toBe(0);
});

test('comfort noise is one frame of silence, and the next talkspurt has a marker', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  push(uplink, { sequence: 2, timestamp: 320, payloadType: 13 }, 40, 'comfort-noise');
  for (let sequence = 3; sequence < 5; sequence += 1) {
    push(uplink, { sequence, timestamp: sequence * 160 + 8000 }, sequence * 20 + 1000);
  }
  expect(sequences(emitted)).toEqual([0, 1, 2, 3, 4]);
  expect(timestamps(emitted)).toEqual([0, 160, 320, 8480, 8640]);
  expect(markers(emitted)).toEqual([true, false, false, true, false]);
  expect(emitted[2]!.payload.every((byte) => byte === 0xd5)).toBe(true);
  expect(emitted[2]).toMatchObject({ level: 127, voice: false });
});

test('a talkspurt that begins between frame borders is moved to the nearest', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  push(uplink, { sequence: 2, timestamp: 320 + 1000 }, 165);
  push(uplink, { sequence: 3, timestamp: 480 + 1000 }, 185);
  expect(timestamps(emitted)).toEqual([0, 160, 1280, 1440]);
  expect(sequences(emitted)).toEqual([0, 1, 2, 3]);
});

test('another SSRC goes on in our time line at the time that has passed', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  for (let index = 0; index < 2; index += 1) {
    push(
      uplink,
      { sequence: 9000 + index, timestamp: 5_000_000 + index * 160, ssrc: 2 },
      240 + index * 20,
    );
  }
  expect(emitted.map((out) => out.ssrc)).toEqual([77, 77, 77, 77]);
  expect(sequences(emitted)).toEqual([0, 1, 2, 3]);
  expect(timestamps(emitted)).toEqual([0, 160, 1920, 2080]);
  expect(markers(emitted)).toEqual([true, false, true, false]);
});

test.each([
  ['ahead', 50_000_000],
  ['back', -50_000_000],
  ['back by a little', -800],
])('a time stamp that jumps %s is anchored anew', (_, jump) => {
  const { uplink, emitted } = createTestUplink();
  const base = 100_000_000;
  for (let sequence = 0; sequence < 4; sequence += 1) {
    const timestamp = base + sequence * 160 + (sequence < 2 ? 0 : jump);
    push(uplink, { sequence, timestamp }, sequence * 20);
  }
  expect(sequences(emitted)).toEqual([0, 1, 2, 3]);
  expect(timestamps(emitted)).toEqual([0, 160, 320, 480]);
});

test('a burst after a stall of the network keeps its time stamps', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  for (let sequence = 2; sequence < 152; sequence += 1) {
    push(uplink, { sequence, timestamp: sequence * 160 }, 3040);
  }
  expect(timestamps(emitted)).toEqual(emitted.map((_, index) => index * 160));
});

test('nothing said while muted is sent, and time goes on meanwhile', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  uplink.setMuted(true);
  speak(uplink, 2, 50);
  uplink.flush(1000);
  expect(emitted.length).toBe(2);
  uplink.setMuted(false);
  speak(uplink, 50, 52);
  expect(sequences(emitted)).toEqual([0, 1, 2, 3]);
  expect(timestamps(emitted)).toEqual([0, 160, 8000, 8160]);
  expect(markers(emitted)).toEqual([true, false, true, false]);
  expect(emitted[2]!.payload[0]).toBe(50);
});

test('a packet that waits while muted is not sent when unmuted', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  uplink.setMuted(true);
  push(uplink, { sequence: 3, timestamp: 480 }, 60);
  uplink.setMuted(false);
  uplink.flush(200);
  expect(emitted.length).toBe(2);
});

test('an anchor set anew follows the clock, not the time stamps', () => {
  const { uplink, emitted } = createTestUplink();
  speak(uplink, 0, 2);
  uplink.anchorAnew();
  push(uplink, { sequence: 2, timestamp: 320 }, 1040);
  expect(timestamps(emitted)).toEqual([0, 160, 8320]);
  expect(sequences(emitted)).toEqual([0, 1, 2]);
});

test('another codec is another payload type and another silence', () => {
  const { uplink, emitted } = createTestUplink();
  const payload = new Uint8Array(80).fill(1);
  push(uplink, { sequence: 0, timestamp: 0, payload }, 0);
  uplink.setCodec('PCMU', 0);
  push(uplink, { sequence: 1, timestamp: 80, payloadType: 0 }, 20);
  expect(emitted.map((out) => [out.payloadType, out.payload.at(-1)])).toEqual([
    [8, 0xd5],
    [0, 1],
  ]);
});

test('over any loss, duplication and reordering the stream is whole, in order and on its grid', () => {
  const arrival = fc.record({
    lost: fc.constantFrom(false, false, false, true),
    copies: fc.constantFrom(1, 1, 2),
    lateMs: fc.constantFrom(0, 0, 0, 15, 35),
  });
  fc.assert(
    fc.property(
      fc.array(arrival, { minLength: 2, maxLength: 80 }),
      fc.nat(0xffff),
      fc.nat(0xffffffff),
      (arrivals, sequence, timestamp) => {
        const { uplink, emitted } = createTestUplink();
        const sent = arrivals.flatMap((how, index) =>
          how.lost && index > 0
            ? []
            : Array.from({ length: how.copies }, (_, copy) => ({
                index,
                atMs: index * 20 + (index === 0 ? 0 : how.lateMs) + copy,
              })),
        );
        let nextFlushMs = 0;
        for (const { index, atMs } of sent.toSorted((a, b) => a.atMs - b.atMs)) {
          for (; nextFlushMs <= atMs; nextFlushMs += 20) uplink.flush(nextFlushMs);
          const payload = new Uint8Array(160).fill(index);
          push(
            uplink,
            { sequence: sequence + index, timestamp: timestamp + index * 160, payload },
            atMs,
          );
        }
        uplink.flush(1e6);
        // Nothing came later than the window, so every packet that was sent is there, once, and
        // sequence and time stamp both count the lost ones.
        const arrived = arrivals.flatMap((how, index) => (how.lost && index > 0 ? [] : [index]));
        expect(emitted.map((out) => out.payload[0])).toEqual(arrived);
        expect(sequences(emitted)).toEqual(arrived);
        expect(timestamps(emitted)).toEqual(arrived.map((index) => index * 160));
      },
    ),
    { numRuns: 200 },
  );
});

test('whatever stream comes, the sequence rises, time stamps rise with it and lie on the grid', () => {
  const packet = fc.record({
    step: fc.constantFrom(1, 1, 1, 1, 2, 0, -1, 40, 5000),
    jump: fc.constantFrom(0, 0, 0, 37, -900, 8000, 1e9),
    bytes: fc.constantFrom(80, 160, 160, 240, 480, 0, 7),
    kind: fc.constantFrom<PacketKind>('audio', 'audio', 'audio', 'event', 'comfort-noise'),
    ssrc: fc.constantFrom(1, 1, 1, 1, 2),
    pauseMs: fc.constantFrom(20, 20, 20, 0, 500),
    mute: fc.constantFrom(undefined, undefined, undefined, true, false),
  });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 100 }), (packets) => {
      const { uplink, emitted } = createTestUplink();
      let sequence = 60_000;
      let timestamp = 4e9;
      let nowMs = 0;
      for (const { step, jump, bytes, kind, ssrc, pauseMs, mute } of packets) {
        sequence += step;
        timestamp += bytes + jump;
        nowMs += pauseMs;
        if (mute !== undefined) uplink.setMuted(mute);
        push(uplink, { sequence, timestamp, ssrc, payload: new Uint8Array(bytes) }, nowMs, kind);
        uplink.flush(nowMs);
      }
      for (const [index, out] of emitted.entries()) {
        expect(out.timestamp % 160).toBe(0);
        expect(out.payload.length).toBe(160);
        const before = emitted[index - 1];
        if (before === undefined) continue;
        const steps = (out.sequence - before.sequence) & 0xffff;
        expect(steps).toBeGreaterThan(0);
        expect(steps).toBeLessThan(0x8000);
        // A gap in the sequence is never longer than what is missing in time.
        expect(out.timestamp - before.timestamp).toBeGreaterThanOrEqual(steps * 160);
      }
    }),
    { numRuns: 300 },
  );
});
