/** What a host on the phone does to a meeting as a whole: stored, and told to the callers of all nodes. */
import { isOver } from '../meeting/admission.ts';
import type { CallId } from './identifiers.ts';
import type { Meeting, MeetingActions, MeetingBook } from './ports/meetings.ts';
import type { RoomAdmin } from './ports/room-admin.ts';

export interface MeetingActionsDeps {
  readonly meetings: Pick<MeetingBook, 'byCallId' | 'change' | 'renewRoom'>;
  readonly rooms: Pick<RoomAdmin, 'deleteRoom'>;
  /** The callers of all nodes. */
  readonly callers: () => {
    meetingChanged(meeting: Meeting): void;
    meetingOver(callId: CallId): void;
  };
}

export function createMeetingActions({
  meetings,
  rooms,
  callers,
}: MeetingActionsDeps): MeetingActions {
  const end = async ({ callId, room }: Meeting): Promise<void> => {
    // The room goes first: nobody may stay behind in it when the callers are gone.
    await rooms.deleteRoom(room);
    await meetings.renewRoom(callId);
    callers().meetingOver(callId);
  };

  return {
    async setLocked(callId, locked) {
      const outcome = await meetings.change(callId, { locked });
      if (outcome.done) callers().meetingChanged(outcome.meeting);
    },
    async extend(callId, byMs) {
      const meeting = await meetings.byCallId(callId);
      if (meeting?.endsAt === undefined) return;
      const outcome = await meetings.change(callId, { endsAt: meeting.endsAt + byMs });
      if (outcome.done) callers().meetingChanged(outcome.meeting);
    },
    async endIfDue(callId, now) {
      const meeting = await meetings.byCallId(callId);
      if (meeting?.options.atEnd === 'end' && isOver(meeting, now)) await end(meeting);
    },
    async end(callId) {
      const meeting = await meetings.byCallId(callId);
      if (meeting !== undefined) await end(meeting);
    },
  };
}
