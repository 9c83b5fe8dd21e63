/** A meeting that another system describes, in the words of our own API. */
import type { MeetingDraft } from '../call/ports/meetings.ts';
import { newMeeting } from './meeting-schemas.ts';
import { toDraft } from './meeting-view.ts';

/** What `POST /api/meetings` takes; undefined for anything else. Never throws. */
export function parseOutsideMeeting(body: unknown, timeZone: string): MeetingDraft | undefined {
  const parsed = newMeeting.safeParse(body);
  if (!parsed.success) return undefined;
  try {
    return toDraft(parsed.data, timeZone);
  } catch {
    return undefined;
  }
}
