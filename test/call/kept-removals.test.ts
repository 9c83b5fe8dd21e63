import { expect, test } from 'vitest';
import { asInviteeId } from '../../src/call/identifiers.ts';
import { keepRemovals, recallRemovals } from '../../src/call/kept-removals.ts';
import { createRemovedCallers } from '../../src/meeting/removed-callers.ts';
import { silentLogger } from '../store/records.ts';
import { meetingId } from '../support/call-world.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryMarks } from '../support/memory-marks.ts';

const clock = createManualClock();
const karin = asInviteeId('karin');
const peers = (told: string[]) => ({
  supersede: () => undefined,
  calledAgain: () => undefined,
  removed: (_: unknown, invitee: string | undefined) => told.push(invitee ?? 'somebody'),
});

test('who was removed knocks on a node that starts later, too', async () => {
  const deps = { marks: createMemoryMarks(), clock, logger: silentLogger };
  const told: string[] = [];
  const kept = keepRemovals(peers(told), deps);
  kept.removed(meetingId(), karin);
  await clock.settle();
  const later = createRemovedCallers();
  await recallRemovals(later.add, deps);
  expect(later.mustKnock(meetingId(), karin)).toBe(true);
  expect(later.mustKnock(meetingId(), undefined)).toBe(true);
  expect(later.mustKnock(meetingId(), asInviteeId('eva'))).toBe(false);
  expect(later.mustKnock(meetingId('999999999'), undefined)).toBe(false);
  expect(told).toEqual(['karin']);
});

test('a store that is away keeps nobody from being removed, or a node from starting', async () => {
  const away = () => Promise.reject(new Error('away'));
  const deps = { marks: { add: away, since: away }, clock, logger: silentLogger };
  const told: string[] = [];
  keepRemovals(peers(told), deps).removed(meetingId(), undefined);
  expect(told).toEqual(['somebody']);
  await expect(recallRemovals(() => undefined, deps)).resolves.toBeUndefined();
});
