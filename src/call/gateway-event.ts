/**
 * What the gateway tells others of: programs that listen to `/api/events`, and webhooks. No titles,
 * no PINs, no whole numbers.
 */
export const eventTypes = {
  'call.ringing': 'A call came.',
  'call.ivr': 'It was answered: the caller is asked for the call ID.',
  'call.waiting': 'The caller waits to be let in.',
  'call.joined': 'The caller is in the meeting.',
  'call.left': 'The caller is out of the meeting again; the call goes on.',
  'call.muted': 'The caller is not heard any more.',
  'call.unmuted': 'The caller is heard again.',
  'call.hand-raised': 'The caller asks to speak.',
  'call.hand-lowered': 'The caller no longer asks to speak.',
  'call.held': 'The other side put the call on hold.',
  'call.resumed': 'The hold is over.',
  'call.picture-coming': 'Pictures of the caller began to come.',
  'call.picture-gone': 'No pictures of the caller come any more.',
  'call.picture-unusable':
    'Pictures of the caller come, but no whole one to begin with: nobody sees them.',
  'call.desk-called': 'The caller asked for a person, and waits for the service desk.',
  'call.desk-answered': 'The caller and the service desk are together.',
  'call.desk-over': 'The caller is back from the service desk.',
  'call.quality-poor': 'Its sound became poor; the timeline says on which way.',
  'call.quality-good': 'Its sound is good again on that way.',
  'call.not-heard': 'Nothing is heard of the caller.',
  'call.heard-again': 'The caller is heard again.',
  'call.ended': 'The call is over; `result` and `reason` say how.',
  'meeting.created': 'A meeting was booked.',
  'meeting.changed': 'Its booking is another now.',
  'meeting.locked': 'It was locked.',
  'meeting.unlocked': 'It was unlocked.',
  'meeting.ended': 'It was ended for all.',
  'meeting.deleted': 'Its booking is gone.',
  'canary.failed': 'The call that the gateway makes to itself failed; `number` and `problem`.',
  'canary.recovered': 'It succeeds again.',
  'webhook.disabled': 'A webhook failed for too long and gets nothing more.',
} as const;

export type EventType = keyof typeof eventTypes;

export const isEventType = (text: string): text is EventType => Object.hasOwn(eventTypes, text);

/** Null: not known. */
export type EventData = Readonly<Record<string, string | number | boolean | null>>;

export interface GatewayEvent {
  /** Unique over all nodes, and the same wherever it is heard; sorts in the order of its node. */
  readonly eventId: string;
  readonly type: EventType;
  readonly at: number;
  readonly data: EventData;
}

export type NewEvent = Omit<GatewayEvent, 'eventId'>;
