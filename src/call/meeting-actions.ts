/** What a host on the phone does to a meeting as a whole: stored, and told to the callers of all nodes. */
import { isOver } from '../meeting/admission.ts';
import type { CallId } from './identifiers.ts';
import type { MarkBook } from './ports/marks.ts';
import type { Meeting, MeetingActions, MeetingBook } from './ports/meetings.ts';
import type { RoomAdmin } from './ports/room-admin.ts';

export interface MeetingActionsDeps {
  readonly meetings: Pick<MeetingBook, 'byCallId' | 'change' | 'renewRoom'>;
  readonly rooms: Pick<RoomAdmin, 'deleteRoom'>;
  readonly marks: Pick<MarkBook, 'add' | 'remove'>;
  /** The callers of all nodes. */
  readonly callers: () => {
    meetingChanged(meeting: Meeting): void;
    meetingOver(callId: CallId): void;
  };
}

export function createMeetingActions({
  meetings,
  rooms,
  marks,
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
      if (meeting?.options.atEnd !== 'end' || !isOver(meeting, now)) return;
      const mark = { kind: 'ended', callId, subject: '', at: meeting.endsAt ?? now } as const;
      // One node does it; where it can't, another, or a later try.
      if (!(await marks.add(mark))) return;
      try {
        await end(meeting);
      } catch (error) {
        await marks.remove(mark);
        throw error;
      }
    },
    async end(callId) {
      const meeting = await meetings.byCallId(callId);
      if (meeting !== undefined) await end(meeting);
    },
  };
}
