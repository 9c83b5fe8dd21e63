import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createTelephoneEventDecoder,
  createTelephoneEventSender,
} from '../../../src/bridge/rtp/telephone-event.ts';
import { rtpPacket, viewOf } from './rtp-fixtures.ts';

const keys = '0123456789*#ABCD'.split('');

interface EventPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker?: boolean;
  readonly code: number;
  readonly end?: boolean;
  readonly duration: number;
  readonly ssrc?: number;
}

const encode = (event: EventPacket): Buffer =>
  rtpPacket({
    payloadType: 101,
    marker: event.marker ?? false,
    sequence: event.sequence,
    timestamp: event.timestamp,
    ssrc: event.ssrc ?? 1,
    payload: Uint8Array.from([
      event.code,
      event.end === true ? 0x8a : 0x0a,
      event.duration >> 8,
      event.duration & 0xff,
    ]),
  });

/** The packets that a sender makes of keys pressed one after the other, by key. */
const press = (digits: readonly string[], firstSequence: number, firstTimestamp: number) => {
  let sequence = firstSequence;
  let timestamp = firstTimestamp;
  return digits.map((digit) => {
    const sender = createTelephoneEventSender({ payloadType: 101 });
    sender.begin(digit, timestamp, 80);
    const packets: Buffer[] = [];
    for (;;) {
      const packet = sender.next(sequence & 0xffff, 1);
      if (packet === undefined) break;
      packets.push(packet);
      sequence += 1;
    }
    timestamp += 160 * (packets.length + 3);
    return packets;
  });
};

const decodeAll = (packets: readonly Buffer[]): string => {
  const decoder = createTelephoneEventDecoder();
  return packets.map((packet) => decoder.push(viewOf(packet), packet) ?? '').join('');
};

/** A key of `press` has six packets. */
const packetsPerKey = 6;

test('each key is told once, whatever of its packets is lost, doubled or late', () => {
  const arrival = fc.record({ lost: fc.boolean(), copies: fc.nat(2), lateBy: fc.nat(4) });
  const pressed = fc.record({
    digit: fc.constantFrom(...keys),
    spared: fc.nat(packetsPerKey - 1),
    arrivals: fc.array(arrival, { minLength: packetsPerKey, maxLength: packetsPerKey }),
  });
  fc.assert(
    fc.property(
      fc.array(pressed, { minLength: 1, maxLength: 12 }),
      fc.nat(0xffff),
      fc.nat(0xffffffff),
      (presses, sequence, timestamp) => {
        const digits = presses.map(({ digit }) => digit);
        const arriving = press(digits, sequence, timestamp).flatMap((packets, key) =>
          packets.flatMap((packet, index) => {
            const { spared, arrivals } = presses[key]!;
            const how = arrivals[index]!;
            if (how.lost && index !== spared) return [];
            // Late by less than the pause between keys, so that keys keep their order.
            const at = key * 100 + index + how.lateBy;
            return Array.from({ length: how.copies + 1 }, (_, copy) => ({ packet, at: at + copy }));
          }),
        );
        const inOrder = arriving.toSorted((a, b) => a.at - b.at).map(({ packet }) => packet);
        expect(decodeAll(inOrder)).toBe(digits.join(''));
      },
    ),
    { numRuns: 300 },
  );
});

test('no order of arrival makes a key come twice or get lost', () => {
  const maxKeys = 9;
  const copies = maxKeys * packetsPerKey * 2;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...keys), { minLength: 1, maxLength: maxKeys }),
      fc.nat(0xffff),
      fc.nat(0xffffffff),
      fc.array(fc.nat(1_000_000), { minLength: copies, maxLength: copies }),
      (digits, sequence, timestamp, places) => {
        const packets = press(digits, sequence, timestamp).flat();
        const shuffled = [...packets, ...packets]
          .map((packet, index) => ({ packet, place: places[index]! }))
          .toSorted((a, b) => a.place - b.place);
        const heard = decodeAll(shuffled.map(({ packet }) => packet));
        expect(heard.split('').toSorted()).toEqual(digits.toSorted());
      },
    ),
    { numRuns: 300 },
  );
});

test('the key comes with its first packet', () => {
  const [packets] = press(['7'], 10, 0);
  const decoder = createTelephoneEventDecoder();
  const [first, second] = packets!;
  expect(decoder.push(viewOf(first!), first!)).toBe('7');
  expect(decoder.push(viewOf(second!), second!)).toBeUndefined();
});

test('the same key pressed twice is two keys, though every end packet is lost', () => {
  const [first, second] = press(['5', '5'], 10, 0);
  const withoutEnds = [...first!.slice(0, -3), ...second!.slice(0, -3)];
  expect(decodeAll(withoutEnds)).toBe('55');
});

test('a packet of the key before that comes after the next has begun is no new key', () => {
  const [first, second] = press(['1', '2'], 10, 0);
  expect(decodeAll([first![0]!, second![0]!, first![1]!, first!.at(-1)!, second![1]!])).toBe('12');
});

test('a key held so long that it goes on in a new segment is one key', () => {
  // RFC 4733 §2.5.1.3: the next segment begins where the first, at its longest, ends.
  const start = 4_294_900_000;
  const segments: EventPacket[] = [
    { sequence: 1, timestamp: start, marker: true, code: 3, duration: 160 },
    { sequence: 2, timestamp: start, code: 3, duration: 0xffff },
    { sequence: 3, timestamp: (start + 0xffff) >>> 0, code: 3, duration: 160 },
    { sequence: 4, timestamp: (start + 0xffff) >>> 0, code: 3, duration: 480, end: true },
    { sequence: 2, timestamp: start, code: 3, duration: 0xffff },
  ];
  expect(decodeAll(segments.map(encode))).toBe('3');
  // Without the packet that told the first segment's length.
  expect(decodeAll([segments[0]!, segments[2]!, segments[3]!].map(encode))).toBe('3');
});

test('a key that begins exactly where the one before ended is a new key', () => {
  const packets: EventPacket[] = [
    { sequence: 1, timestamp: 0, marker: true, code: 3, duration: 160 },
    { sequence: 2, timestamp: 0, code: 3, duration: 320, end: true },
    { sequence: 3, timestamp: 320, code: 3, duration: 160 },
  ];
  expect(decodeAll(packets.map(encode))).toBe('33');
});

test('a packet from long ago of a key never heard of is dropped, a restarted clock is not', () => {
  const now: EventPacket = {
    sequence: 2000,
    timestamp: 100_000,
    marker: true,
    code: 1,
    duration: 1,
  };
  const old: EventPacket = { sequence: 1900, timestamp: 50_000, code: 2, duration: 1 };
  const restarted: EventPacket = { sequence: 2010, timestamp: 50_000, code: 2, duration: 1 };
  expect(decodeAll([now, old].map(encode))).toBe('1');
  expect(decodeAll([now, restarted].map(encode))).toBe('12');
});

test('the same time stamp from another source is another key', () => {
  const packet: EventPacket = { sequence: 1, timestamp: 100, code: 4, duration: 160 };
  expect(decodeAll([packet, { ...packet, ssrc: 2 }].map(encode))).toBe('44');
});

test('any payload is read without a throw, and other events are no keys', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (payload) => {
      const decoder = createTelephoneEventDecoder();
      const packet = rtpPacket({ sequence: 1, timestamp: 1, payload });
      const digit = decoder.push(viewOf(packet), packet);
      expect(digit).toBe(payload.length >= 4 ? keys[payload[0]!] : undefined);
    }),
  );
});

test('a sent key has one marker, a growing duration and three end packets', () => {
  const [packets] = press(['#'], 65_534, 800);
  const told = packets!.map((packet) => {
    const view = viewOf(packet);
    const end = (packet[13]! & 0x80) !== 0;
    return [
      view.sequenceNumber,
      view.timestamp,
      view.marker,
      packet[12],
      end,
      packet.readUInt16BE(14),
    ];
  });
  expect(told).toEqual([
    [65_534, 800, true, 11, false, 160],
    [65_535, 800, false, 11, false, 320],
    [0, 800, false, 11, false, 480],
    [1, 800, false, 11, true, 640],
    [2, 800, false, 11, true, 640],
    [3, 800, false, 11, true, 640],
  ]);
});

test('a sender takes one key at a time and nothing that is no key', () => {
  const sender = createTelephoneEventSender({ payloadType: 101 });
  expect(sender.begin('x', 0, 100)).toBe(false);
  expect(sender.begin('12', 0, 100)).toBe(false);
  expect(sender.begin('d', 0, 20)).toBe(true);
  expect(sender.begin('1', 0, 100)).toBe(false);
  for (let sequence = 0; sequence < 4; sequence += 1) sender.next(sequence, 1);
  expect(sender.active).toBe(false);
  expect(sender.begin('1', 0, 100)).toBe(true);
});
