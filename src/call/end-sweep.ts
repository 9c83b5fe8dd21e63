/**
 * Ends meetings at their booked end that no phone is in: nobody's clock but the store's knows them.
 * Every node looks; the mark that `endIfDue` sets lets one of them do it.
 */
import type { CallId } from './identifiers.ts';
import type { MeetingActions } from './ports/meetings.ts';
import type { Clock, Logger } from './ports/process.ts';

export interface EndSweep {
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export const sweepEveryMs = 10_000;
/** What was due while no node ran is not ended a day later. */
const lookBackMs = 3_600_000;

export function createEndSweep(deps: {
  /** The meetings to be ended whose booked end is in this time. */
  readonly due: (time: {
    readonly from: number;
    readonly to: number;
  }) => Promise<readonly CallId[]>;
  readonly actions: Pick<MeetingActions, 'endIfDue'>;
  readonly clock: Clock;
  readonly logger: Logger;
}): EndSweep {
  const { due, actions, clock, logger } = deps;
  let isClosed = false;
  let sweeping: Promise<void> = Promise.resolve();
  let cancel: () => void = () => undefined;

  const sweep = async (): Promise<void> => {
    const now = clock.now();
    try {
      for (const callId of await due({ from: now - lookBackMs, to: now }))
        await actions.endIfDue(callId, now);
    } catch (error) {
      logger.warn({ err: error }, 'meetings were not ended at their booked end');
    }
  };
  const plan = (): void => {
    if (isClosed) return;
    cancel = clock.at(clock.now() + sweepEveryMs, () => {
      sweeping = sweep().finally(plan);
    });
  };
  plan();

  return {
    close() {
      isClosed = true;
      cancel();
      return sweeping;
    },
  };
}
