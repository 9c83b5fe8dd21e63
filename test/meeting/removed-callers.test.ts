import { expect, test } from 'vitest';
import { asCallId, type CallId } from '../../src/call/identifiers.ts';
import { createRemovedCallers } from '../../src/meeting/removed-callers.ts';

const meeting = (n: number): CallId => asCallId(String(100_000_000 + n))!;

test('a removed number knocks at that meeting, and withheld numbers do', () => {
  const removed = createRemovedCallers();
  expect(removed.mustKnock(meeting(1), undefined)).toBe(false);
  removed.add(meeting(1), '+46701111111');
  expect(removed.mustKnock(meeting(1), '+46701111111')).toBe(true);
  expect(removed.mustKnock(meeting(1), undefined)).toBe(true);
  expect(removed.mustKnock(meeting(1), '+46702222222')).toBe(false);
  expect(removed.mustKnock(meeting(2), '+46701111111')).toBe(false);
  expect(removed.mustKnock(meeting(2), undefined)).toBe(false);
});

test('a removed caller without a number makes withheld numbers knock, no others', () => {
  const removed = createRemovedCallers();
  removed.add(meeting(1), undefined);
  expect(removed.mustKnock(meeting(1), undefined)).toBe(true);
  expect(removed.mustKnock(meeting(1), '+46701111111')).toBe(false);
});

test('the oldest is forgotten where there are too many, its meeting with it', () => {
  const removed = createRemovedCallers(2);
  for (const n of [1, 2, 3, 3]) removed.add(meeting(n), '+46701111111');
  expect(removed.mustKnock(meeting(1), '+46701111111')).toBe(false);
  expect(removed.mustKnock(meeting(1), undefined)).toBe(false);
  expect(removed.mustKnock(meeting(2), '+46701111111')).toBe(true);
  expect(removed.mustKnock(meeting(3), undefined)).toBe(true);
});
