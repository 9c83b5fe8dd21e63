/** What people and the rest of the gateway want of a call. */
import { phrase } from '../ivr/phrase.ts';
import { backToWaiting, decideAnew } from './call-admission.ts';
import type { CallContext } from './call-context.ts';
import { endWithWords } from './call-ending.ts';
import type { CallInput, CallOutput } from './call-messages.ts';
import { muteByHost, toMeeting } from './call-room.ts';
import type { Meeting } from './ports/meetings.ts';

type Outputs = readonly CallOutput[];
export type Command = Extract<
  CallInput,
  {
    type:
      | 'admit'
      | 'refuse'
      | 'hang-up'
      | 'mute'
      | 'meeting-changed'
      | 'meeting-over'
      | 'company-changed'
      | 'knock'
      | 'host-act-failed'
      | 'host-left'
      | 'drain';
  }
>;

export function onCommand(c: CallContext, now: number, input: Command): Outputs {
  switch (input.type) {
    case 'admit':
      if (c.phase !== 'waiting') return [];
      c.letIn = true;
      return [{ do: 'note', event: 'admitted', fields: { by: input.by } }, ...decideAnew(c, now)];
    case 'refuse':
      return c.phase === 'waiting'
        ? endWithWords(c, now, 'not-admitted', phrase('not-admitted'))
        : [];
    case 'hang-up':
      return input.by === 'host'
        ? endWithWords(c, now, 'removed', phrase('removed'))
        : endWithWords(c, now, 'operator-hung-up', phrase('call-ended'));
    case 'mute':
      return muteByHost(c, now, input.muted);
    case 'meeting-changed':
      return onMeetingChanged(c, now, input.meeting);
    case 'meeting-over':
      if (c.meeting === undefined) return [];
      return c.joinedAt === undefined
        ? endWithWords(c, now, 'meeting-ended', phrase('ended'))
        : endWithWords(c, now, 'meeting-over', phrase('goodbye'));
    case 'company-changed':
      return c.phase === 'waiting'
        ? decideAnew(c, now)
        : toMeeting(c, now, { type: 'company-changed' });
    case 'knock':
      return c.role === 'host' ? toMeeting(c, now, { type: 'knock' }) : [];
    case 'host-act-failed':
      return toMeeting(c, now, { type: 'tell', key: 'not-done' });
    case 'host-left':
      return onHostLeft(c, now);
    case 'drain':
      return endWithWords(c, now, 'drained', phrase('call-ended'));
  }
}

/** A host on the phone hears of the lock, whoever turned it. */
function onMeetingChanged(c: CallContext, now: number, meeting: Meeting): Outputs {
  const turned = c.meeting !== undefined && c.meeting.locked !== meeting.locked;
  c.meeting = meeting;
  if (c.phase === 'waiting') return decideAnew(c, now);
  if (!turned || c.role !== 'host') return [];
  return toMeeting(c, now, { type: 'tell', key: meeting.locked ? 'locked-now' : 'unlocked-now' });
}

/** Those who are on their way in are sent back when they arrive: what is under way ends first. */
function onHostLeft(c: CallContext, now: number): Outputs {
  if (c.role === 'host' || c.meeting === undefined) return [];
  c.hostLeft = true;
  c.letIn = false;
  return c.phase === 'meeting' ? backToWaiting(c, now) : [];
}
