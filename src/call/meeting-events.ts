/** A book of meetings that tells of each change made through it, whoever made it. */
import type { EventType, NewEvent } from './gateway-event.ts';
import type { Meeting, MeetingBook, MeetingChanges } from './ports/meetings.ts';
import type { Clock } from './ports/process.ts';
import type { CallId } from './identifiers.ts';

export interface ToldMeetingsDeps {
  readonly book: MeetingBook;
  readonly clock: Clock;
  readonly publish: (event: NewEvent) => void;
}

export function tellOfMeetings({ book, clock, publish }: ToldMeetingsDeps): MeetingBook {
  const iso = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(at).toISOString();

  const tell = (type: EventType, meeting: Meeting): void => {
    const { callId, startsAt, endsAt, admission, locked } = meeting;
    const data = { callId, startsAt: iso(startsAt), endsAt: iso(endsAt), admission, locked };
    publish({ type, at: clock.now(), data });
  };

  return {
    ...book,
    async create(draft) {
      const outcome = await book.create(draft);
      if (outcome.done) tell('meeting.created', outcome.meeting);
      return outcome;
    },
    async change(callId, changes) {
      const outcome = await book.change(callId, changes);
      if (outcome.done) for (const type of typesOf(changes)) tell(type, outcome.meeting);
      return outcome;
    },
    async renewRoom(callId) {
      const outcome = await book.renewRoom(callId);
      if (outcome.done) tell('meeting.ended', outcome.meeting);
      return outcome;
    },
    async remove(callId: CallId) {
      const removed = await book.remove(callId);
      if (removed) publish({ type: 'meeting.deleted', at: clock.now(), data: { callId } });
      return removed;
    },
  };
}

function typesOf({ locked, ...others }: MeetingChanges): readonly EventType[] {
  return [
    ...(locked === undefined
      ? []
      : [locked ? ('meeting.locked' as const) : ('meeting.unlocked' as const)]),
    ...(Object.keys(others).length === 0 ? [] : (['meeting.changed'] as const)),
  ];
}
