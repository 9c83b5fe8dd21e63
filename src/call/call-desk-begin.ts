/** A caller asks for a person: out of wherever they are, and the desk is called. */
import { phrase } from '../ivr/phrase.ts';
import { enter, type CallContext } from './call-context.ts';
import { beginRequest } from './call-requests.ts';
import { endWithWords } from './call-ending.ts';
import type { CallOutput } from './call-messages.ts';

type Outputs = readonly CallOutput[];

/** Where the caller came from, and whether the two have met. */
export interface Desk {
  readonly from: 'meeting' | 'waiting' | 'ivr';
  together: boolean;
}

/** Longer than the desk may ring: its own ring limit comes first. */
const deskTimeoutMs = 90_000;

export function beginDesk(c: CallContext, now: number, from: Desk['from']): Outputs {
  if (!c.settings.hasServiceDesk) return withoutDesk(c, now, from);
  // The meeting is left before the side room is joined: nobody is in both.
  const leave: Outputs =
    from === 'meeting'
      ? [{ do: 'set-muted', muted: true }, { do: 'leave-room' }, ...c.inMeeting.leave(now)]
      : [];
  c.ivr.stop();
  c.waiting.stop();
  c.timers.clear('ivr-limit');
  c.desk = { from, together: false };
  enter(c, 'desk');
  const requestId = beginRequest(c, now, 'desk', deskTimeoutMs);
  return [
    { do: 'note', event: 'desk-called' },
    ...leave,
    ...c.speaker.say(now, [phrase('desk-calling')]),
    { do: 'call-desk', requestId, language: c.speaker.language },
  ];
}

/** Nobody is there to be called, and that is said. */
function withoutDesk(c: CallContext, now: number, from: Desk['from']): Outputs {
  if (from === 'ivr') return endWithWords(c, now, 'wrong-id', phrase('help'));
  return c.speaker.say(now, [phrase('desk-none')]);
}
