import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPlayout } from '../../../src/bridge/rtp/playout.ts';
import {
  concealedSample,
  countKinds,
  createFakeDecoder,
  heardPackets,
  recoveredSample,
  simulate,
  talk,
  type PlayedFrame,
  type SentPacket,
} from './playout-simulation.ts';
import { rtpPacket, seededRandom, viewOf } from './rtp-fixtures.ts';

const minuteMs = 60_000;
/** Long simulations need their time on a busy machine. */
const longTestMs = 60_000;
/** The longest run of frames that fulfil the condition. */
const longestRun = (
  frames: readonly PlayedFrame[],
  holds: (frame: PlayedFrame) => boolean,
): number => {
  let run = 0;
  let longest = 0;
  for (const frame of frames) {
    run = holds(frame) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
};
/** A network that loses, delays and doubles at random, the same way for the same seed. */
const unreliable = (
  packets: readonly SentPacket[],
  seed: number,
  options: { readonly lossPct?: number; readonly jitterMs?: number; readonly doublePct?: number },
): SentPacket[] => {
  const random = seededRandom(seed);
  return packets.flatMap((packet, index) => {
    if (random() * 100 < (options.lossPct ?? 0) && index > 0) return [];
    const arrivalMs = packet.arrivalMs + random() * (options.jitterMs ?? 0);
    const doubled = random() * 100 < (options.doublePct ?? 0);
    return doubled ? [{ ...packet, arrivalMs }, packet] : [{ ...packet, arrivalMs }];
  });
};

describe('a good network', () => {
  test.each([10, 20, 30, 40, 60])('packets of %i ms are all heard, in order', (ptimeMs) => {
    const packets = 1200 / ptimeMs;
    const { frames, playout } = simulate(talk({ packets, ptimeMs }), 1200);
    expect(heardPackets(frames).slice(0, packets - 6)).toEqual(
      Array.from({ length: packets - 6 }, (_, index) => index + 1),
    );
    expect(playout.stats).toMatchObject({ packets, late: 0, lost: 0, duplicates: 0 });
    expect(playout.stats.concealedMs).toBeLessThanOrEqual(5);
  });

  test('nothing came yet: idle; the first words come after 40 ms', () => {
    const { frames } = simulate(talk({ packets: 20 }), 200);
    expect(frames[0]!.pcm.every((sample) => sample === 0)).toBe(true);
    const firstVoice = frames.find((frame) => frame.pcm.some((sample) => sample > 0));
    expect(firstVoice!.atMs - 7).toBeGreaterThanOrEqual(40);
    expect(firstVoice!.atMs - 7).toBeLessThanOrEqual(60);
    expect(createPlayoutOf8().pull(new Int16Array(160))).toBe('idle');
  });

  test('a decoder of half the samples a byte still keeps time, as one of 16 kHz does', () => {
    const decoder = createFakeDecoder({ samplesPerByte: 2 });
    const playout = createPlayout({ outputRateHz: 16000, frameMs: 20, decoderFor: () => decoder });
    const pcm = new Int16Array(320);
    const kinds: string[] = [];
    for (const sent of talk({ packets: 100 })) {
      const packet = rtpPacket(sent);
      playout.push(packet, viewOf(packet), sent.arrivalMs);
      kinds.push(playout.pull(pcm));
    }
    expect(kinds.slice(4).every((kind) => kind === 'voice')).toBe(true);
    expect(playout.stats.concealedMs).toBe(0);
  });
});

describe('a bad network', () => {
  test('reordering within the delay yields the order of the sender', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 0, 25, 38), { minLength: 60, maxLength: 60 }),
        (delays) => {
          const packets = talk({
            packets: 60,
            delayMs: (index) => (index === 0 ? 0 : delays[index]!),
          });
          const heard = heardPackets(simulate(packets, 1300, { startDelayMs: 60 }).frames);
          expect(heard).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('5 % random loss is concealed, and nothing else is', () => {
    const sent = unreliable(talk({ packets: 3000 }), 1, { lossPct: 5 });
    const { frames, playout } = simulate(sent, minuteMs);
    const lost = 3000 - sent.length;
    expect(lost).toBeGreaterThan(100);
    expect(playout.stats).toMatchObject({ lost, late: 0, concealedMs: lost * 20 });
    const concealed = frames
      .flatMap((frame) => [...frame.pcm])
      .filter((s) => s === concealedSample);
    expect(concealed.length).toBe(lost * 160);
    expect(countKinds(frames).silence).toBeLessThanOrEqual(2);
  });

  test('a lost packet comes out of the redundancy of the next', () => {
    const decoder = createFakeDecoder({ hasFec: true });
    const sent = talk({ packets: 50 }).filter((_, index) => index !== 20 && index !== 30);
    const { frames, playout } = simulate(sent, 1000, { decoderFor: () => decoder });
    const samples = frames.flatMap((frame) => [...frame.pcm]);
    expect(samples.filter((sample) => sample === recoveredSample).length).toBe(320);
    expect(playout.stats.concealedMs).toBe(0);
  });

  test('a long loss fades to silence and then to idle', () => {
    const { frames } = simulate(talk({ packets: 50 }), 4000);
    const kinds = frames.slice(52).map((frame) => frame.kind);
    expect(kinds.filter((kind) => kind === 'concealed').length).toBeLessThanOrEqual(6);
    expect(kinds.at(-1)).toBe('idle');
    expect(frames.at(-1)!.pcm.every((sample) => sample === 0)).toBe(true);
  });

  test.each([30, 60, 150])('random jitter of %i ms raises the delay, and no more', (jitterMs) => {
    const sent = unreliable(talk({ packets: 3000 }), 7, { jitterMs });
    const { frames, playout } = simulate(sent, minuteMs);
    expect(playout.stats.targetDelayMs).toBeGreaterThan(jitterMs * 0.7);
    expect(playout.stats.targetDelayMs).toBeLessThan(jitterMs + 20);
    expect(playout.stats.delayMs).toBeLessThan(jitterMs + 50);
    expect(countKinds(frames.slice(250)).concealed).toBeLessThan(5);
  });

  test('the delay falls slowly when the network has calmed down', () => {
    const packets = talk({
      packets: 3000,
      delayMs: (index) => (index < 250 ? (index * 37) % 120 : 0),
    });
    const { playout, frames } = simulate(packets, minuteMs);
    expect(playout.stats.targetDelayMs).toBe(20);
    expect(playout.stats.delayMs).toBeLessThan(60);
    // By pitch periods, not by leaps.
    expect(playout.stats).toMatchObject({ skippedMs: 0, lost: 0 });
    expect(countKinds(frames.slice(250, 2990))).toMatchObject({ concealed: 0, silence: 0 });
  });

  test('duplicates are heard once', () => {
    const sent = unreliable(talk({ packets: 100 }), 5, { doublePct: 100 });
    const { frames, playout } = simulate(sent, 2200);
    expect(playout.stats.duplicates).toBe(100);
    expect(heardPackets(frames)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  test('a stall of the network of 200 ms costs no word, and its delay is given back', () => {
    const packets = talk({
      packets: 500,
      delayMs: (index) => (index >= 100 && index < 110 ? (110 - index) * 20 : 0),
    });
    const { frames, playout } = simulate(packets, 9900);
    const numbers = new Set(heardPackets(frames.slice(0, 150)));
    for (let number = 95; number <= 120; number += 1) expect(numbers).toContain(number);
    expect(playout.stats.late).toBe(0);
    expect(playout.stats.delayMs).toBeLessThan(150);
  });

  test('a longer way, and a shorter way, are taken after at most a moment', () => {
    for (const [before, after] of [
      [0, 500],
      [500, 0],
    ] as const) {
      const delayMs = (index: number): number => (index < 250 ? before : after);
      const { frames, playout } = simulate(talk({ packets: 1500, delayMs }), 30_000);
      const settled = frames.filter((frame) => frame.atMs > 7000 && frame.atMs < 29_900);
      expect(countKinds(settled).voice).toBe(settled.length);
      expect(playout.stats.delayMs).toBeLessThan(60);
    }
  });
});

describe('clocks', () => {
  test.each([300, -300])(
    'a drift of %i ppm for ten minutes neither starves nor grows',
    (driftPpm) => {
      let longestDelayMs = 0;
      const { frames, playout } = simulate(
        talk({ packets: 30_000, driftPpm }),
        10 * minuteMs * (1 + Math.min(0, driftPpm) / 1e6) - 100,
        {
          onFrame: (_, { stats }) => {
            longestDelayMs = Math.max(longestDelayMs, stats.delayMs);
          },
        },
      );
      expect(longestDelayMs).toBeLessThan(80);
      const corrected = playout.stats.insertedMs - playout.stats.removedMs;
      expect(Math.abs(corrected - driftPpm * 0.6)).toBeLessThan(50);
      expect(playout.stats).toMatchObject({ lost: 0, late: 0, skippedMs: 0 });
      expect(countKinds(frames.slice(5)).voice).toBeGreaterThan(frames.length - 5 - 12);
      expect(longestRun(frames, (frame) => frame.kind === 'concealed')).toBeLessThanOrEqual(1);
    },
  );

  test('after a stall of this process what is old is skipped, and the delay is as before', () => {
    const stalled = (atMs: number): boolean => atMs > 4000 && atMs <= 4300;
    const { frames, playout } = simulate(talk({ packets: 500 }), 9900, { stalled });
    expect(playout.stats.skippedMs).toBeGreaterThan(200);
    expect(playout.stats.delayMs).toBeLessThan(60);
    expect(playout.stats.targetDelayMs).toBeLessThan(40);
    const after = frames.filter((frame) => frame.atMs > 4340);
    expect(countKinds(after).voice).toBe(after.length);
  });

  test(
    'whatever the network does, the delay stays bounded',
    () => {
      fc.assert(
        fc.property(
          fc.nat(1e6),
          fc.nat(30),
          fc.nat(400),
          fc.integer({ min: -300, max: 300 }),
          fc.constantFrom(10, 20, 30, 60),
          (seed, lossPct, jitterMs, driftPpm, ptimeMs) => {
            const packets = talk({ packets: 20_000 / ptimeMs, ptimeMs, driftPpm });
            const sent = unreliable(packets, seed, { lossPct, jitterMs, doublePct: 5 });
            simulate(sent, 20_000, {
              maxDelayMs: 200,
              onFrame({ atMs }, { stats }) {
                if (atMs < 2000) return;
                expect(stats.targetDelayMs).toBeLessThanOrEqual(200);
                // Off target by what a frame, a packet and the threshold of skipping allow.
                expect(stats.delayMs).toBeLessThanOrEqual(200 + 160 + jitterMs);
              },
            });
          },
        ),
        { numRuns: 30 },
      );
    },
    longTestMs,
  );
});

describe('pauses and new time lines', () => {
  /** Talkspurts of a second with pauses of a second, in which sequence numbers stand still. */
  const withPauses = (packets: readonly SentPacket[]): SentPacket[] =>
    packets
      .filter((_, index) => index % 100 < 50)
      .map((packet, index) => ({ ...packet, sequence: index, marker: index % 50 === 0 }));

  test('a pause is silence, not loss, and each talkspurt is heard whole', () => {
    const { frames, playout } = simulate(withPauses(talk({ packets: 600 })), 12_000);
    expect(playout.stats).toMatchObject({ lost: 0, late: 0 });
    expect(countKinds(frames).voice).toBeGreaterThanOrEqual(300);
    // Until the next packet comes nobody knows: 100 ms of concealment, no more.
    expect(longestRun(frames, (frame) => frame.kind === 'concealed')).toBeLessThanOrEqual(6);
    const numbers = new Set(heardPackets(frames));
    for (let number = 1; number <= 50; number += 1) expect(numbers).toContain(number);
  });

  test('an Opus packet without a frame says that the pause is one', () => {
    const decoder = {
      ...createFakeDecoder(),
      decode(payload: Uint8Array, out: Int16Array) {
        out.fill(payload.length, 0, 160);
        return 160;
      },
    };
    const packets = Array.from({ length: 50 }, (_, index) => {
      const pauses = index >= 25 ? 1 : 0;
      return {
        sequence: index,
        timestamp: index * 960 + pauses * 19_200,
        arrivalMs: 7 + index * 20 + pauses * 400,
        payloadType: 111,
        payload: new Uint8Array(index === 24 ? 1 : 80),
      };
    });
    const { frames, playout } = simulate(packets, 1400, { decoderFor: () => decoder });
    const beforePause = frames.findIndex((frame) => frame.kind === 'silence' && frame.atMs > 500);
    expect(beforePause).toBeGreaterThan(0);
    const pause = frames.filter((frame) => frame.atMs > 560 && frame.atMs < 860);
    expect(countKinds(pause)).toMatchObject({ concealed: 0, voice: 0 });
    expect(playout.stats.lost).toBe(0);
  });

  test('telephone-event packets take their place in the sequence and are no loss', () => {
    const packets = talk({ packets: 60 }).map((packet, index) =>
      index >= 20 && index < 30
        ? { ...packet, payloadType: 101, timestamp: 4_294_960_000 + 20 * 160 }
        : packet,
    );
    const { frames, playout } = simulate(packets, 1400);
    expect(playout.stats).toMatchObject({ lost: 0, late: 0 });
    const numbers = new Set(heardPackets(frames));
    for (const number of [1, 20, 31, 60]) expect(numbers).toContain(number);
  });

  test.each([
    ['another SSRC', { ssrc: 9, sequence: 7000, timestamp: 99 }],
    ['a time stamp far ahead', { timestamp: 1_000_000_000 }],
    ['a time stamp far back', { timestamp: 3_000_000_000 }],
    ['a sequence far away', { sequence: 30_000 }],
  ])('%s is a new time line after a moment', (_, change) => {
    const packets = talk({ packets: 200 });
    const base = packets[100]!;
    const changed = packets.map((packet, index) =>
      index < 100
        ? packet
        : {
            ...packet,
            ...('ssrc' in change ? { ssrc: change.ssrc } : {}),
            sequence: ('sequence' in change ? change.sequence : base.sequence) + index - 100,
            timestamp:
              ('timestamp' in change ? change.timestamp : base.timestamp) + (index - 100) * 160,
          },
    );
    const { frames, playout } = simulate(changed, 4000);
    const settled = frames.filter((frame) => frame.atMs > 2300);
    expect(countKinds(settled).voice).toBe(settled.length);
    expect(playout.stats.delayMs).toBeLessThan(80);
  });

  test('another codec of another clock is a new time line', () => {
    const g711 = createFakeDecoder();
    const opus = createFakeDecoder();
    const packets = talk({ packets: 100 }).map((packet, index) =>
      index < 50 ? packet : { ...packet, payloadType: 111, timestamp: index * 960 },
    );
    const { frames } = simulate(packets, 2000, {
      decoderFor: (payloadType) => (payloadType === 8 ? g711 : opus),
    });
    const settled = frames.filter((frame) => frame.atMs > 1200);
    expect(countKinds(settled).voice).toBe(settled.length);
  });
});

const createPlayoutOf8 = () => {
  const decoder = createFakeDecoder();
  return createPlayout({ outputRateHz: 8000, frameMs: 20, decoderFor: () => decoder });
};

describe('care', () => {
  test('packets that no decoder takes are as good as lost', () => {
    const decoder = { ...createFakeDecoder(), decode: () => 0 };
    const { frames } = simulate(talk({ packets: 50 }), 1000, { decoderFor: () => decoder });
    expect(countKinds(frames).voice).toBe(0);
  });

  test('any stream of packets is played without a throw, a frame a pull', () => {
    const packet = fc.record({
      sequence: fc.nat(0xffff),
      timestamp: fc.nat(0xffffffff),
      arrivalMs: fc.nat(3000),
      ssrc: fc.nat(3),
      payloadType: fc.constantFrom(0, 8, 13, 101, 111),
      payload: fc.uint8Array({ maxLength: 1400 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
        const decoder = createFakeDecoder();
        const { frames } = simulate(packets, 3000, {
          decoderFor: (payloadType) => (payloadType > 100 ? undefined : decoder),
        });
        expect(frames.length).toBe(150);
      }),
      { numRuns: 100 },
    );
  });

  test('a reset asks for decoders anew, and closing closes each of them once', () => {
    const decoders = [createFakeDecoder(), createFakeDecoder()];
    let asked = 0;
    const playout = createPlayout({
      outputRateHz: 8000,
      frameMs: 20,
      decoderFor: () => decoders[asked++],
    });
    const [sent] = talk({ packets: 1 });
    const packet = rtpPacket(sent!);
    playout.push(packet, viewOf(packet), 0);
    playout.reset();
    expect(playout.pull(new Int16Array(160))).toBe('idle');
    playout.push(packet, viewOf(packet), 0);
    playout.close();
    playout.close();
    playout.push(packet, viewOf(packet), 0);
    expect([asked, ...decoders.map((decoder) => decoder.closed)]).toEqual([2, 1, 1]);
    expect(playout.pull(new Int16Array(160))).toBe('idle');
  });
});
