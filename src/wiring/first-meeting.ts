import type { CallId } from '../call/identifiers.ts';
import type { MeetingBook, MeetingDraft } from '../call/ports/meetings.ts';

/** Tells the newcomer's meeting from real ones, whose call IDs are nobody's business at a terminal. */
const title = 'First meeting';

/** Open to everybody who has its call ID. */
export const testMeetingDraft = (timeZone: string, title: string): MeetingDraft => ({
  title,
  callId: undefined,
  room: undefined,
  videoAddress: undefined,
  startsAt: undefined,
  endsAt: undefined,
  timeZone,
  guestPin: undefined,
  hostPin: undefined,
  admission: 'open',
  afterHostLeaves: 'continue',
  maxParticipants: undefined,
  phonesAllowed: true,
  language: undefined,
});

/** A meeting for the newcomer where there is none at all; at later starts the same one as long as it is alone. */
export const firstMeeting = async (
  meetings: MeetingBook,
  timeZone: string,
): Promise<CallId | undefined> => {
  const [existing, another] = await meetings.list({ limit: 2, after: undefined });
  if (existing !== undefined) {
    return another === undefined && existing.title === title ? existing.callId : undefined;
  }
  const created = await meetings.create(testMeetingDraft(timeZone, title));
  return created.done ? created.meeting.callId : undefined;
};
