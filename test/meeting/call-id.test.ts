import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCallId, generateCallId } from '../../src/meeting/call-id.ts';

test('a generated ID has nine digits, no leading zero and no digit twice in a row', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 8 })), (random) => {
      const callId = generateCallId(() => Number(random.next().value));
      expect(callId).toMatch(/^[1-9][0-9]{8}$/);
      expect(callId).not.toMatch(/(.)\1/);
    }),
  );
});

test('each of the nine choices gives another digit, so all 9^9 IDs can come', () => {
  const first = Array.from({ length: 9 }, (_, choice) => generateCallId(() => choice)[0]);
  expect(new Set(first).size).toBe(9);
});

test('an ID is written in threes', () => {
  expect(formatCallId(generateCallId(() => 0))).toBe('123 456 789');
});
