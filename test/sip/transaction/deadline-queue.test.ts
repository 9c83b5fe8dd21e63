import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDeadlineQueue } from '../../../src/sip/transaction/deadline-queue.ts';

test('keys come out by deadline, equal ones in the order they were set', () => {
  const queue = createDeadlineQueue<string>();
  for (const key of ['a', 'b', 'c']) queue.set(key, 10);
  queue.set('first', 5);
  queue.set('b', undefined);
  expect(queue.next()).toBe(5);
  expect([1, 2, 3, 4].map(() => queue.takeDue(10))).toEqual(['first', 'a', 'c', undefined]);
});

test('whatever is set, moved and removed, it agrees with a sorted list', () => {
  const change = fc.record({
    key: fc.integer({ min: 0, max: 20 }),
    at: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
      const queue = createDeadlineQueue<number>();
      const model = new Map<number, number>();
      for (const { key, at } of changes) {
        queue.set(key, at);
        if (at === undefined) model.delete(key);
        else model.set(key, at);
        expect(queue.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        expect(queue.size).toBe(model.size);
      }
      const taken: number[] = [];
      for (let key = queue.takeDue(100); key !== undefined; key = queue.takeDue(100)) {
        taken.push(model.get(key) ?? -1);
      }
      expect(taken).toEqual([...model.values()].toSorted((a, b) => a - b));
    }),
  );
});
