import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPortPool, partitionPorts } from '../../../src/bridge/rtp/port-pool.ts';

test('ports are even, handed out in turn and come back rested', () => {
  const pool = createPortPool({ first: 10_001, last: 10_006, quarantineMs: 1000 });
  expect(pool.size).toBe(2);
  expect([pool.take(0), pool.take(0), pool.take(0)]).toEqual([10_002, 10_004, undefined]);
  pool.release(10_004, 0);
  expect(pool.take(999)).toBeUndefined();
  expect(pool.take(1000)).toBe(10_004);
  expect(pool.inUse).toBe(2);
});

test('a port released twice is free once', () => {
  const pool = createPortPool({ first: 10_000, last: 10_003, quarantineMs: 0 });
  pool.take(0);
  pool.release(10_000, 0);
  pool.release(10_000, 0);
  pool.release(9999, 0);
  expect([pool.take(0), pool.take(0), pool.take(0)]).toEqual([10_002, 10_000, undefined]);
});

test('the parts of all workers are even, apart from each other and as many as the whole', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1024, max: 60_000 }),
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 1, max: 8 }),
      (first, span, workers) => {
        const range = { first, last: first + span };
        const ports = Array.from({ length: workers }, (_, index) => {
          const pool = createPortPool({
            ...partitionPorts(range, workers, index),
            quarantineMs: 0,
          });
          return Array.from({ length: pool.size }, () => pool.take(0)!);
        }).flat();
        expect(new Set(ports).size).toBe(ports.length);
        expect(ports.length).toBe(createPortPool({ ...range, quarantineMs: 0 }).size);
        for (const port of ports) {
          expect(port % 2).toBe(0);
          expect(port).toBeGreaterThanOrEqual(first);
          expect(port + 1).toBeLessThanOrEqual(range.last);
        }
      },
    ),
  );
});
