import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReplayWindow } from '../../../src/bridge/rtp/srtp-replay-window.ts';
import { createSrtpReceiver, estimateIndex } from '../../../src/bridge/rtp/srtp-receiver.ts';
import { createSrtpSender } from '../../../src/bridge/rtp/srtp-sender.ts';
import { createSrtpSession } from '../../../src/bridge/rtp/srtp-session.ts';
import type { SrtpSuite } from '../../../src/call/ports/media.ts';
import { hex, keyFor, rtcp, rtp, suites } from './srtp-fixtures.ts';

/** The two ends of one call. */
const pair = (suite: SrtpSuite, seeds: readonly [number, number] = [1, 2]) => {
  const [ours, theirs] = [keyFor(suite, seeds[0]), keyFor(suite, seeds[1])];
  const [us, them] = [createSrtpSession(), createSrtpSession()];
  us.configure({ suite, local: ours, remote: theirs });
  them.configure({ suite, local: theirs, remote: ours });
  return { us, them };
};
/** What went over the wire: the sender uses its buffer again. */
const sent = (packet: Uint8Array): Buffer => Buffer.from(packet);

describe.each(suites)('%s', (suite) => {
  test('what one end protects is unreadable on the way and whole at the other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1400 }), (payload) => {
        const { us, them } = pair(suite);
        const packet = rtp(40_000, { payload });
        const onTheWay = sent(us.protectRtp(packet));
        expect(onTheWay.subarray(0, 12)).toEqual(packet.subarray(0, 12));
        if (payload.length > 8) expect(onTheWay.includes(payload)).toBe(false);
        expect(them.unprotectRtp(onTheWay)).toEqual(packet);
      }),
      { numRuns: 50 },
    );
  });

  test('a compound is protected likewise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        const { us, them } = pair(suite);
        const compound = rtcp(0xcafebabe, rest);
        for (let i = 0; i < 3; i += 1) {
          expect(them.unprotectRtcp(sent(us.protectRtcp(compound)))).toEqual(compound);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a packet with any bit changed is dropped, counted and left as it came', () => {
    fc.assert(
      fc.property(fc.nat(171), fc.nat(7), (at, bit) => {
        const { us, them } = pair(suite);
        const packet = sent(us.protectRtp(rtp(7)));
        // The version bits and the lengths that the first byte gives make it no packet at all.
        packet[at]! ^= 1 << bit;
        const asItCame = Buffer.from(packet);
        expect(them.unprotectRtp(packet)).toBeUndefined();
        expect(packet).toEqual(asItCame);
        expect([them.forged(), them.replayed()]).toEqual([1, 0]);
      }),
    );
  });

  test('an SRTCP packet with any bit changed is dropped', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(7), (place, bit) => {
        const { us, them } = pair(suite);
        const packet = sent(us.protectRtcp(rtcp(1, new Uint8Array(20))));
        packet[place % packet.length]! ^= 1 << bit;
        expect(them.unprotectRtcp(packet)).toBeUndefined();
      }),
    );
  });

  test('a packet that is sent again is the very same on the wire, before a roll-over and after', () => {
    const sender = createSrtpSender(suite, keyFor(suite, 1));
    const first = [65_534, 65_535, 0, 1].map((at) => sent(sender.protectRtp(rtp(at))));
    const again = [65_535, 0, 65_534].map((at) => sent(sender.protectRtp(rtp(at))));
    expect(again).toEqual([first[1], first[2], first[0]]);
    const receiver = createSrtpReceiver(suite, keyFor(suite, 1));
    const next = sent(sender.protectRtp(rtp(2)));
    for (const packet of [...first, next]) expect(receiver.unprotectRtp(packet)).toEqual(172);
  });

  test('a packet that comes twice is dropped the second time, SRTP and SRTCP', () => {
    const { us, them } = pair(suite);
    const packet = sent(us.protectRtp(rtp(7)));
    const compound = sent(us.protectRtcp(rtcp()));
    expect(them.unprotectRtp(Buffer.from(packet))).toBeDefined();
    expect(them.unprotectRtp(Buffer.from(packet))).toBeUndefined();
    expect(them.unprotectRtcp(Buffer.from(compound))).toBeDefined();
    expect(them.unprotectRtcp(Buffer.from(compound))).toBeUndefined();
    expect([them.forged(), them.replayed()]).toEqual([0, 2]);
  });

  test('three roll-overs, with losses and reordering, are followed', () => {
    const { us, them } = pair(suite);
    let heard = 0;
    let late: Buffer | undefined;
    for (let i = 0; i < 200_000; i += 1) {
      // Most of the way is gone through by steps as long as the RFC allows.
      if (i % 65_536 > 200 && i % 65_536 < 65_300 && i % 20_000 !== 0) continue;
      const packet = sent(us.protectRtp(rtp(i)));
      if (i % 7 === 0) continue;
      if (i % 5 === 0) {
        if (late !== undefined && them.unprotectRtp(late) !== undefined) heard += 1;
        late = packet;
      } else if (them.unprotectRtp(packet) !== undefined) heard += 1;
    }
    expect(them.forged()).toBe(0);
    expect(heard).toBeGreaterThan(900);
  });

  test('another key of the suite opens nothing', () => {
    const { us } = pair(suite);
    const { us: stranger } = pair(suite, [3, 4]);
    expect(stranger.unprotectRtp(sent(us.protectRtp(rtp(1))))).toBeUndefined();
  });

  test('no datagram makes it throw', () => {
    const { them } = pair(suite);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const datagram = Buffer.from(bytes);
        if (datagram.length > 0) datagram[0] = (datagram[0]! & 0x3f) | 0x80;
        expect(them.unprotectRtp(datagram)).toBeUndefined();
        expect(them.unprotectRtcp(datagram)).toBeUndefined();
      }),
    );
  });
});

test('the short tag is for SRTP alone', () => {
  const { us } = pair('AES_CM_128_HMAC_SHA1_32');
  expect(us.protectRtp(rtp(1)).length).toBe(172 + 4);
  expect(us.protectRtcp(rtcp()).length).toBe(8 + 4 + 10);
});

test('CSRC list and header extension stay in the clear and are authenticated', () => {
  const { us, them } = pair('AES_CM_128_HMAC_SHA1_80');
  const head = hex('92080001 00000000 cafebabe 11111111 22222222 bede0001 10ff0000');
  const packet = Buffer.concat([head, Buffer.alloc(160, 0xd5)]);
  const onTheWay = sent(us.protectRtp(packet));
  expect(onTheWay.subarray(0, head.length)).toEqual(head);
  expect(them.unprotectRtp(onTheWay)).toEqual(packet);
});

test('an SRTCP packet in the clear is not taken, though its tag is good', () => {
  const suite = 'AEAD_AES_128_GCM';
  const { us, them } = pair(suite);
  const packet = sent(us.protectRtcp(rtcp(1, new Uint8Array(20))));
  packet[packet.length - 4]! &= 0x7f;
  expect(them.unprotectRtcp(packet)).toBeUndefined();
});

test('while off everything passes as it is', () => {
  const session = createSrtpSession();
  const packet = rtp(1);
  expect(session.protectRtp(packet)).toBe(packet);
  expect(session.unprotectRtp(packet)).toBe(packet);
  expect(session.isOn()).toBe(false);
});

describe('a change of keys', () => {
  const suite = 'AES_256_CM_HMAC_SHA1_80';
  const rekeyed = (start: number) => {
    const { us, them } = pair(suite);
    const first = sent(us.protectRtp(rtp(start)));
    expect(them.unprotectRtp(first)).toBeDefined();
    const inFlight = sent(us.protectRtp(rtp(start + 1)));
    const [ours, theirs] = [keyFor(suite, 5), keyFor(suite, 6)];
    us.configure({ suite, local: ours, remote: theirs });
    them.configure({ suite, local: theirs, remote: ours });
    return { us, them, first, inFlight };
  };

  test('loses no packet that was on its way', () => {
    const { us, them, inFlight } = rekeyed(100);
    expect(them.unprotectRtp(inFlight)).toBeDefined();
    expect(them.unprotectRtp(sent(us.protectRtp(rtp(102))))).toBeDefined();
    expect(them.forged()).toBe(0);
  });

  test('ends the former key with the first packet under the new one', () => {
    const { us, them, inFlight } = rekeyed(100);
    expect(them.unprotectRtp(sent(us.protectRtp(rtp(102))))).toBeDefined();
    expect(them.unprotectRtp(inFlight)).toBeUndefined();
    expect(them.forged()).toBe(1);
  });

  test('does not let what came before it be replayed', () => {
    const { them, first } = rekeyed(100);
    expect(them.unprotectRtp(first)).toBeUndefined();
  });

  test('may change the suite', () => {
    const { us, them } = pair('AES_CM_128_HMAC_SHA1_32');
    expect(them.unprotectRtp(sent(us.protectRtp(rtp(1))))).toBeDefined();
    const [ours, theirs] = [keyFor('AEAD_AES_256_GCM', 5), keyFor('AEAD_AES_256_GCM', 6)];
    us.configure({ suite: 'AEAD_AES_256_GCM', local: ours, remote: theirs });
    them.configure({ suite: 'AEAD_AES_256_GCM', local: theirs, remote: ours });
    expect(them.unprotectRtp(sent(us.protectRtp(rtp(2))))).toBeDefined();
  });

  test('that repeats the keys goes on, with its roll-over counter and replay window', () => {
    const { us, them } = pair(suite);
    const ours = keyFor(suite, 1);
    const theirs = keyFor(suite, 2);
    expect(them.unprotectRtp(sent(us.protectRtp(rtp(65_535))))).toBeDefined();
    const wrapped = sent(us.protectRtp(rtp(65_536)));
    expect(them.unprotectRtp(Buffer.from(wrapped))).toBeDefined();
    us.configure({ suite, local: { ...ours }, remote: { ...theirs } });
    them.configure({ suite, local: { ...theirs }, remote: { ...ours } });
    expect(them.unprotectRtp(wrapped)).toBeUndefined();
    expect(them.unprotectRtp(sent(us.protectRtp(rtp(65_537))))).toBeDefined();
  });

  test('is followed by peers that go on counting roll-overs and by peers that begin anew', () => {
    for (const goesOn of [true, false]) {
      const before = createSrtpReceiver(suite, keyFor(suite, 1));
      const oldSender = createSrtpSender(suite, keyFor(suite, 1));
      const newSender = createSrtpSender(suite, keyFor(suite, 2));
      for (const sequence of [65_000, 65_600]) {
        expect(before.unprotectRtp(sent(oldSender.protectRtp(rtp(sequence))))).toBe(172);
        if (goesOn) newSender.protectRtp(rtp(sequence));
      }
      const after = createSrtpReceiver(suite, keyFor(suite, 2), before);
      expect(after.unprotectRtp(sent(newSender.protectRtp(rtp(65_601))))).toBe(172);
      expect(after.unprotectRtp(sent(newSender.protectRtp(rtp(65_602))))).toBe(172);
    }
  });
});

describe('the index of a packet', () => {
  test('is the one nearest to the highest, as RFC 3711 appendix A has it', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: -32_767, max: 32_767 }), (highest, step) => {
        const index = highest + step;
        fc.pre(index >= 0);
        expect(estimateIndex(highest, index & 0xffff)).toBe(index);
      }),
    );
  });
});

test('the replay window takes each index once, in any order within 128', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(600), { maxLength: 400 }), (indices) => {
      const window = createReplayWindow();
      const taken = new Set<number>();
      for (const index of indices) {
        const highest = Math.max(-1, ...taken);
        expect(window.isReplay(index)).toBe(taken.has(index) || index <= highest - 128);
        if (window.isReplay(index)) continue;
        window.take(index);
        taken.add(index);
      }
      expect(window.highest()).toBe(Math.max(-1, ...taken));
    }),
  );
});
