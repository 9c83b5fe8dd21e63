import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createReceptionStats,
  type ReceptionStats,
} from '../../../src/bridge/rtp/reception-stats.ts';
import { rtpPacket, viewOf } from './rtp-fixtures.ts';

const receive = (
  stats: ReceptionStats,
  sequence: number,
  arrivalMs = sequence * 20,
  ssrc = 1,
): void => {
  const packet = rtpPacket({
    sequence,
    timestamp: sequence * 160,
    ssrc,
    payload: new Uint8Array(1),
  });
  stats.push(viewOf(packet), arrivalMs);
};

test('losses, duplicates and reordering are counted over the wrap', () => {
  const stats = createReceptionStats(8000);
  const first = 65_530;
  for (const offset of [0, 1, 2, 4, 3, 3, 5, 8, 9, 20, 20]) receive(stats, first + offset);
  expect(stats.figures()).toMatchObject({
    expected: 21,
    received: 11,
    duplicates: 2,
    reordered: 1,
    lost: 12,
  });
  expect(stats.report()).toMatchObject({
    extendedHighestSequence: first + 20,
    cumulativeLost: 10,
    fractionLost: Math.floor((10 * 256) / 21),
  });
});

test('the fraction lost is that of the interval', () => {
  const stats = createReceptionStats(8000);
  for (const sequence of [0, 1, 5, 6]) receive(stats, sequence);
  expect(stats.report()?.fractionLost).toBe(Math.floor((3 * 256) / 7));
  for (let sequence = 7; sequence < 17; sequence += 1) receive(stats, sequence);
  expect(stats.report()).toMatchObject({ fractionLost: 0, cumulativeLost: 3 });
  expect(stats.report()).toMatchObject({ fractionLost: 0, cumulativeLost: 3 });
});

test('jitter is that of RFC 3550 A.8', () => {
  const stats = createReceptionStats(8000);
  for (let sequence = 0; sequence < 200; sequence += 1) {
    receive(stats, sequence, sequence * 20 + (sequence % 2) * 8);
  }
  // Every difference is 8 ms, which the estimate comes to.
  expect(stats.figures().jitterMs).toBeCloseTo(8, 1);
  expect(stats.report()?.jitter).toBe(63);
  const steady = createReceptionStats(8000);
  for (let sequence = 0; sequence < 50; sequence += 1) receive(steady, sequence);
  expect(steady.figures().jitterMs).toBe(0);
});

test('a source counts from its second packet in a row on', () => {
  const stats = createReceptionStats(8000);
  expect([stats.figures().valid, stats.report()]).toEqual([false, undefined]);
  receive(stats, 10);
  receive(stats, 500);
  expect(stats.figures().valid).toBe(false);
  receive(stats, 501);
  expect(stats.figures()).toMatchObject({ valid: true, received: 2, expected: 2, lost: 0 });
});

test('a new SSRC begins a new report, and the totals go on', () => {
  const stats = createReceptionStats(8000);
  for (const sequence of [0, 1, 3]) receive(stats, sequence);
  receive(stats, 9, 100, 2);
  expect(stats.figures().ssrc).toBe(1);
  for (const sequence of [700, 701, 702]) receive(stats, sequence, sequence, 2);
  expect(stats.figures()).toMatchObject({
    ssrc: 2,
    received: 6,
    expected: 7,
    lost: 1,
    restarts: 1,
  });
  expect(stats.report()).toMatchObject({
    ssrc: 2,
    cumulativeLost: 0,
    extendedHighestSequence: 702,
  });
});

test('one stray sequence number changes nothing, two in a row are a restart', () => {
  const stats = createReceptionStats(8000);
  for (const sequence of [0, 1, 2]) receive(stats, sequence);
  receive(stats, 30_000);
  expect(stats.figures()).toMatchObject({ expected: 3, received: 3 });
  receive(stats, 3);
  receive(stats, 40_000);
  receive(stats, 40_001);
  expect(stats.figures()).toMatchObject({ restarts: 1, lost: 0 });
});

test('for any loss and duplication within the window the counts are exact', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff }),
      fc.array(fc.constantFrom(0, 1, 1, 1, 2), { maxLength: 300 }),
      (first, copies) => {
        const stats = createReceptionStats(8000);
        const arrived = [1, 1, ...copies, 1];
        for (const [index, times] of arrived.entries()) {
          for (let time = 0; time < times; time += 1) receive(stats, first + index);
        }
        expect(stats.figures().expected).toBe(arrived.length);
        expect(stats.figures().lost).toBe(arrived.filter((times) => times === 0).length);
        expect(stats.figures().duplicates).toBe(arrived.filter((times) => times === 2).length);
      },
    ),
  );
});
