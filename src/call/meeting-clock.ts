/**
 * Ends live talk at the booked end, where the booking wants it so. Looks after every meeting that a
 * phone of this node has been in since the start; when the time comes, the booking is asked again.
 */
import type { CallId } from './identifiers.ts';
import type { Meeting, MeetingActions } from './ports/meetings.ts';
import type { Clock, Logger } from './ports/process.ts';

export interface MeetingClock {
  /** A phone is in this meeting, or its booking changed. */
  watch(meeting: Meeting): void;
  close(): void;
}

/** After a failure. */
const againMs = 10_000;

export function createMeetingClock(deps: {
  readonly actions: MeetingActions | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}): MeetingClock {
  const { actions, clock, logger } = deps;
  const ends = new Map<CallId, { readonly at: number; readonly cancel: () => void }>();

  function forget(callId: CallId): void {
    ends.get(callId)?.cancel();
    ends.delete(callId);
  }

  function arm(callId: CallId, at: number): void {
    forget(callId);
    const cancel = clock.at(at, () => {
      ends.delete(callId);
      actions?.endIfDue(callId, clock.now()).catch((error: unknown) => {
        logger.warn({ err: error }, 'meeting was not ended at its booked end');
        arm(callId, clock.now() + againMs);
      });
    });
    ends.set(callId, { at, cancel });
  }

  return {
    watch({ callId, endsAt, options }) {
      if (options.atEnd !== 'end' || endsAt === undefined) forget(callId);
      else if (endsAt > clock.now() && ends.get(callId)?.at !== endsAt) arm(callId, endsAt);
    },
    close() {
      for (const callId of Array.from(ends.keys())) forget(callId);
    },
  };
}
