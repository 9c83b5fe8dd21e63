/** What one call asks of the store: its meeting and its seat there. A fault of the store is an answer. */
import type { CallInput, CallOutput, MeetingKey } from './call-messages.ts';
import type { LegId } from './identifiers.ts';
import type { Meeting, MeetingDirectory } from './ports/meetings.ts';
import type { Logger } from './ports/process.ts';
import { isFault } from './room-effects.ts';

export interface StoreRequests {
  findMeeting(requestId: number, by: MeetingKey): void;
  takeSeat(output: Extract<CallOutput, { do: 'take-seat' }>): void;
  /** Settles with the seat that was asked for; undefined where none was. */
  seat(): Promise<unknown> | undefined;
}

export function createStoreRequests(deps: {
  readonly directory: MeetingDirectory;
  readonly legId: LegId;
  /** Those in the meeting's room by another way than ours. */
  readonly others: (meeting: Meeting) => Promise<number>;
  readonly dispatch: (input: CallInput) => void;
  /** Runs a task; what it rejects with is a bug. */
  readonly spawn: (where: string, task: () => Promise<void>) => void;
  readonly logger: Logger;
}): StoreRequests {
  const { directory, legId, dispatch } = deps;
  let seat: Promise<unknown> | undefined;

  function ask(requestId: number, request: () => Promise<CallInput>): void {
    deps.spawn('ask', async () => {
      try {
        dispatch(await request());
      } catch (error) {
        if (!isFault(error)) throw error;
        deps.logger.warn({ err: error }, 'store did not answer');
        dispatch({ type: 'store-failed', requestId });
      }
    });
  }

  const find = (by: MeetingKey): Promise<Meeting | undefined> =>
    by.kind === 'call-id' ? directory.byCallId(by.callId) : directory.byVideoAddress(by.address);

  return {
    findMeeting(requestId, by) {
      ask(requestId, async () => ({ type: 'meeting', requestId, meeting: await find(by) }));
    },
    takeSeat({ requestId, meeting, claim }) {
      const taking = deps
        .others(meeting)
        .then((others) => directory.takeSeat(meeting.callId, legId, { ...claim, others }));
      seat = taking.catch(() => undefined);
      ask(requestId, async () => ({ type: 'seat', requestId, seat: await taking }));
    },
    seat: () => seat,
  };
}
