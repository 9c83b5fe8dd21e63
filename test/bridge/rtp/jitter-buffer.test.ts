import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createJitterBuffer,
  type InsertResult,
  type JitterBuffer,
} from '../../../src/bridge/rtp/jitter-buffer.ts';
import { rtpPacket, viewOf } from './rtp-fixtures.ts';

const insert = (
  buffer: JitterBuffer,
  sequence: number,
  ssrc = 1,
  arrivalMs = sequence * 20,
): InsertResult => {
  const payload = Uint8Array.from([sequence & 0xff]);
  const packet = rtpPacket({ sequence, timestamp: sequence * 160, ssrc, payload });
  return buffer.insert(packet, viewOf(packet), arrivalMs, 'audio');
};

const releaseAll = (buffer: JitterBuffer): number[] => {
  const released: number[] = [];
  for (let head = buffer.head(); head !== undefined; head = buffer.head()) {
    released.push(head.extendedSequence & 0xffff);
    buffer.release();
  }
  return released;
};

test('packets in any order come out in the order of their sequence, each once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff }),
      fc.shuffledSubarray(
        Array.from({ length: 30 }, (_, index) => index + 1),
        { minLength: 1 },
      ),
      fc.array(fc.nat(29)),
      (first, order, doubled) => {
        const buffer = createJitterBuffer(64);
        insert(buffer, first);
        for (const offset of order) expect(insert(buffer, first + offset)).toBe('stored');
        for (const index of doubled) {
          const offset = order[index];
          if (offset !== undefined) expect(insert(buffer, first + offset)).toBe('duplicate');
        }
        const sorted = [0, ...order.toSorted((a, b) => a - b)];
        expect(releaseAll(buffer)).toEqual(sorted.map((offset) => (first + offset) & 0xffff));
        expect(buffer.count()).toBe(0);
      },
    ),
  );
});

test('what was released is a duplicate, what was given up is late', () => {
  const buffer = createJitterBuffer(64);
  insert(buffer, 10);
  insert(buffer, 12);
  buffer.release();
  expect(buffer.missingBeforeHead()).toBe(1);
  buffer.release();
  expect(insert(buffer, 11)).toBe('late');
  expect(insert(buffer, 12)).toBe('duplicate');
  expect(insert(buffer, 13)).toBe('stored');
});

test('a new source restarts and its predecessor does not come back with a straggler', () => {
  const buffer = createJitterBuffer(64);
  insert(buffer, 10);
  expect(insert(buffer, 5000, 2, 220)).toBe('restarted');
  expect(insert(buffer, 11, 1, 230)).toBe('late');
  expect(insert(buffer, 5001, 2, 240)).toBe('stored');
  expect(releaseAll(buffer)).toEqual([5000, 5001]);
});

test('one packet far off is a stray, two in a row are a restarted sender', () => {
  const buffer = createJitterBuffer(64);
  insert(buffer, 10);
  expect(insert(buffer, 30_000)).toBe('late');
  expect(insert(buffer, 11)).toBe('stored');
  expect(insert(buffer, 40_000)).toBe('late');
  expect(insert(buffer, 40_001)).toBe('restarted');
});

test('a sender that steps back by a little is believed after ten packets', () => {
  const buffer = createJitterBuffer(64);
  for (let sequence = 100; sequence < 160; sequence += 1) {
    insert(buffer, sequence);
    buffer.release();
  }
  // Beyond the ring's memory of what was released, within the range of reordering.
  const results = Array.from({ length: 12 }, (_, index) => insert(buffer, 61 + index));
  expect(results.slice(0, 9)).toEqual(Array<string>(9).fill('late'));
  expect(results.slice(9)).toEqual(['restarted', 'stored', 'stored']);
});

test('a gap longer than the ring gives up the oldest', () => {
  const buffer = createJitterBuffer(16);
  for (const sequence of [1, 2, 10, 20]) insert(buffer, sequence);
  expect(releaseAll(buffer)).toEqual([10, 20]);
  insert(buffer, 500);
  expect(buffer.missingBeforeHead()).toBeLessThan(16);
  expect(releaseAll(buffer)).toEqual([500]);
});

test('a slot keeps its own copy of the payload', () => {
  const buffer = createJitterBuffer(16);
  const packet = rtpPacket({ sequence: 1, timestamp: 0, payload: Uint8Array.from([1, 2, 3]) });
  buffer.insert(packet, viewOf(packet), 0, 'audio');
  packet.fill(9);
  expect([...buffer.head()!.payload]).toEqual([1, 2, 3]);
});
