/**
 * The events of a call's story, for the record and the operator. Fields are counts, codes and
 * names from lists: never digits, IDs, titles or whole numbers.
 */
import type { TimelineEntry } from './ports/call-records.ts';

export const timelineEvents = {
  arrived: 'The INVITE passed the screening; `trunk` says by which trunk it came.',
  answered: '200 OK was sent.',
  confirmed: 'The ACK came: sound flows.',
  asked: 'A phrase was played; `phrases` names it.',
  'language-chosen': 'The caller chose a language.',
  entered: 'An ID or a PIN was entered; `what` says which.',
  guess: 'An entry let nobody in; `why` says why, `count` how many there were.',
  recording: 'The meeting server reports a recording, or its end: `on`. The caller was told.',
  'desk-called': 'The caller asked for a person, and the service desk is called.',
  'desk-answered': 'The caller and the service desk are together.',
  'desk-over': 'The caller is back from the service desk.',
  'sound-tested': 'The test call listened; the fields say what it heard.',
  'question-answered': 'A question by key was answered; `about` says which.',
  'meeting-found': 'The ID or address belongs to a meeting.',
  waiting: 'The caller waits; `for` says for what.',
  admitted: 'The caller was let in; `by` says by whom.',
  seated: 'A seat was taken.',
  joined: 'The caller is a participant of the room.',
  'join-failed': 'The room could not be joined; `why` says why.',
  'microphone-open': 'The admission words are over: the caller is heard.',
  muted: 'The caller is not heard any more; `by` says who did it.',
  unmuted: 'The caller is heard again; `by` says who did it.',
  command: 'A key command was given; `command` names it.',
  'hand-raised': 'The caller asks to speak.',
  'hand-lowered': 'The caller no longer asks to speak; `by` says who saw to it.',
  message: 'A waiting caller was told a sentence of the host; `message` names it.',
  aside: 'A private word began, in a room of its own.',
  'aside-over': 'The private word is over.',
  moved: 'The caller was moved to another meeting; the record has that one from here on.',
  'move-failed': 'The caller could not be moved and stayed; `why` says why.',
  'people-counted': 'The host said how many are at this phone; `count`.',
  renamed: 'The host gave the caller another name.',
  held: 'The other side put the call on hold.',
  resumed: 'The hold is over.',
  'picture-coming': 'Pictures of the caller began to come.',
  'picture-gone': 'No pictures of the caller come any more.',
  'picture-unusable':
    'Pictures of the caller come, but no whole one to begin with (gradual refresh): nobody sees them.',
  'room-lost': 'The link to the room was lost.',
  'room-recovered': 'The link to the room is back.',
  'quality-poor': 'The sound became poor; `way` says which way it goes (docs/api.md).',
  'quality-good': 'The sound of that `way` is good again.',
  'not-heard':
    'Nothing is heard of the caller; `why`: no packets come, or packets with nothing but silence.',
  'heard-again': 'The caller is heard again.',
  ending: 'The last words are said; `reason` says why.',
  ended: 'The call is over; `reason` is one of the list of end reasons.',
} as const;

export type TimelineEvent = keyof typeof timelineEvents;
export type TimelineFields = NonNullable<TimelineEntry['fields']>;

/** Lines of a record's timeline at most: a caller who plays with the keys fills no disk. */
export const maxTimelineEntries = 400;

/** The events that are a line in the log at level info, about six a call, with its words. */
export const infoEvents: ReadonlyMap<TimelineEvent, string> = new Map<TimelineEvent, string>([
  ['arrived', 'call arrived'],
  ['answered', 'call answered'],
  ['meeting-found', 'meeting found'],
  ['waiting', 'caller waits'],
  ['joined', 'call joined'],
  ['ended', 'call ended'],
]);
