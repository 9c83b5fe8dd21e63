import { expect, test } from 'vitest';
import { createEndSweep, sweepEveryMs } from '../../src/call/end-sweep.ts';
import { createMeetingActions } from '../../src/call/meeting-actions.ts';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import { defaultMeetingOptions } from '../../src/meeting/meeting-options.ts';
import { silentLogger } from '../store/records.ts';
import { createMeeting, fault } from '../support/call-world.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryMarks } from '../support/memory-marks.ts';

/** Two nodes of a store with one meeting, in which nobody is by telephone. */
const setUp = (rooms: { fails: boolean } = { fails: false }) => {
  const clock = createManualClock();
  const marks = createMemoryMarks();
  const ended: string[] = [];
  const meeting: Meeting = createMeeting({
    endsAt: clock.now() + 5_000,
    options: { ...defaultMeetingOptions, atEnd: 'end' },
  });
  const start = (node: string) => {
    const actions = createMeetingActions({
      meetings: {
        byCallId: async () => meeting,
        change: async () => ({ done: true, meeting }),
        renewRoom: async () => ({ done: true, meeting }),
      },
      rooms: {
        async deleteRoom() {
          if (rooms.fails) throw fault('room/unreachable');
        },
      },
      marks,
      callers: () => ({
        meetingChanged: () => undefined,
        meetingOver: () => void ended.push(node),
      }),
    });
    return createEndSweep({
      // As the store says: due, and not marked as ended.
      due: async ({ from, to }) => {
        const { endsAt = 0, callId } = meeting;
        const isMarked = (await marks.since('ended', 0)).length > 0;
        return endsAt > from && endsAt <= to && !isMarked ? [callId] : [];
      },
      actions,
      clock,
      logger: silentLogger,
    });
  };
  return { clock, ended, start };
};

test('a meeting without phones is ended at its booked end, once, by one of the nodes', async () => {
  const { clock, ended, start } = setUp();
  start('a');
  start('b');
  await clock.advance(4_000);
  expect(ended).toEqual([]);
  await clock.advance(5 * sweepEveryMs);
  expect(ended).toHaveLength(1);
});

test('what failed is tried again', async () => {
  const rooms = { fails: true };
  const { clock, ended, start } = setUp(rooms);
  start('a');
  await clock.advance(2 * sweepEveryMs);
  expect(ended).toEqual([]);
  rooms.fails = false;
  await clock.advance(sweepEveryMs);
  expect(ended).toEqual(['a']);
});

test('a closed sweep does nothing more', async () => {
  const { clock, ended, start } = setUp();
  const sweep = start('a');
  await sweep.close();
  await clock.advance(5 * sweepEveryMs);
  expect(ended).toEqual([]);
  expect(clock.pending).toBe(0);
});
