import { expect, test } from 'vitest';
import { asCallId, asInviteeId, type CallId } from '../../src/call/identifiers.ts';
import { createRemovedCallers } from '../../src/meeting/removed-callers.ts';

const meeting = (n: number): CallId => asCallId(String(100_000_000 + n))!;
const karin = asInviteeId('karin');
const erik = asInviteeId('erik');

test('who was removed knocks at that meeting, and so does every unknown phone', () => {
  const removed = createRemovedCallers();
  expect(removed.mustKnock(meeting(1), undefined)).toBe(false);
  removed.add(meeting(1), karin);
  expect(removed.mustKnock(meeting(1), karin)).toBe(true);
  expect(removed.mustKnock(meeting(1), undefined)).toBe(true);
  expect(removed.mustKnock(meeting(2), karin)).toBe(false);
  expect(removed.mustKnock(meeting(2), undefined)).toBe(false);
});

test('those who are known and were not removed do not knock', () => {
  const removed = createRemovedCallers();
  removed.add(meeting(1), undefined);
  removed.add(meeting(1), karin);
  expect(removed.mustKnock(meeting(1), erik)).toBe(false);
});

test('the meeting whose last removal is oldest is forgotten where there are too many', () => {
  const removed = createRemovedCallers(2);
  for (const n of [1, 2, 1, 3]) removed.add(meeting(n), undefined);
  expect(removed.mustKnock(meeting(2), undefined)).toBe(false);
  expect(removed.mustKnock(meeting(1), undefined)).toBe(true);
  expect(removed.mustKnock(meeting(3), undefined)).toBe(true);
});
