/** What people and the rest of the gateway want of a call. */
import { phrase } from '../ivr/phrase.ts';
import { backToWaiting, decideAnew } from './call-admission.ts';
import { beginAside, endAside } from './call-aside.ts';
import type { CallContext } from './call-context.ts';
import { endWithWords } from './call-ending.ts';
import { refreshInvitee } from './call-identity.ts';
import type { CallInput, CallOutput } from './call-messages.ts';
import { beginMove } from './call-move.ts';
import { muteByHost, toMeeting, watchEnd } from './call-room.ts';
import { phraseOfMessage, type HostMessage } from './host-message.ts';
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
      | 'picture-missing'
      | 'host-act-failed'
      | 'host-left'
      | 'message'
      | 'aside'
      | 'end-aside'
      | 'move'
      | 'rename'
      | 'superseded'
      | 'people'
      | 'drain';
  }
>;

export function onCommand(c: CallContext, now: number, input: Command): Outputs {
  switch (input.type) {
    case 'admit':
      if (!isAtDoor(c)) return [];
      c.letIn = true;
      return [
        { do: 'note', event: 'admitted', fields: { by: input.by } },
        ...(c.aside === undefined ? decideAnew(c, now) : endAside(c, now)),
      ];
    case 'refuse':
      return isAtDoor(c) ? endWithWords(c, now, 'not-admitted', phrase('not-admitted')) : [];
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
    case 'picture-missing':
      return c.role === 'host' ? toMeeting(c, now, { type: input.type }) : [];
    case 'host-act-failed':
      return toMeeting(c, now, { type: 'tell', key: 'not-done' });
    case 'host-left':
      return onHostLeft(c, now);
    case 'message':
      return tellMessage(c, now, input.message);
    case 'aside':
      return beginAside(c, now, input.room);
    case 'end-aside':
      return endAside(c, now);
    case 'move':
      return beginMove(c, now, input.callId);
    case 'rename':
      return rename(c, input.name);
    case 'superseded':
      return endWithWords(c, now, 'taken-over', phrase('taken-over'));
    case 'people':
      c.people = input.count;
      return [{ do: 'note', event: 'people-counted', fields: { count: input.count } }];
    case 'drain':
      return endWithWords(c, now, 'drained', phrase('call-ended'));
  }
}

const isAtDoor = (c: CallContext): boolean => c.phase === 'waiting' || c.aside?.from === 'waiting';

/** To one who waits; the waiting goes on after it. */
const tellMessage = (c: CallContext, now: number, message: HostMessage): Outputs =>
  c.phase === 'waiting'
    ? [
        { do: 'note', event: 'message', fields: { message } },
        ...c.speaker.say(now, [phrase(phraseOfMessage(message))]),
      ]
    : [];

function rename(c: CallContext, name: string): Outputs {
  c.name = name;
  c.identification = 'vouched by host';
  // The room shows it by itself, see call-identity.ts.
  return [{ do: 'note', event: 'renamed' }];
}

/** Callers in the meeting hear of the lock and of a later end, whoever saw to it. */
function onMeetingChanged(c: CallContext, now: number, meeting: Meeting): Outputs {
  const turned = c.meeting !== undefined && c.meeting.locked !== meeting.locked;
  const before = c.meeting?.endsAt;
  const extended = before !== undefined && meeting.endsAt !== undefined && meeting.endsAt > before;
  c.meeting = meeting;
  refreshInvitee(c, meeting);
  if (c.phase === 'waiting') return decideAnew(c, now);
  watchEnd(c, now);
  if (extended) return toMeeting(c, now, { type: 'tell', key: 'extended', at: meeting.endsAt });
  if (!turned) return [];
  return toMeeting(c, now, { type: 'tell', key: meeting.locked ? 'locked-now' : 'unlocked-now' });
}

/** Those who are on their way in are sent back when they arrive: what is under way ends first. */
function onHostLeft(c: CallContext, now: number): Outputs {
  if (c.role === 'host' || c.meeting === undefined) return [];
  if (c.role === 'interpreter' && c.meeting.options.interpreterFirst) return [];
  c.hostLeft = true;
  c.letIn = false;
  return c.phase === 'meeting' ? backToWaiting(c, now) : [];
}
