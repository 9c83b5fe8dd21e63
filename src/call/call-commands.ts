/** What people and the rest of the gateway want of a call. */
import { phrase } from '../ivr/phrase.ts';
import { decideAnew } from './call-admission.ts';
import type { CallContext } from './call-context.ts';
import { endWithWords } from './call-ending.ts';
import type { CallInput, CallOutput } from './call-messages.ts';
import { muteByHost, toMeeting } from './call-room.ts';

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
      c.meeting = input.meeting;
      return c.phase === 'waiting' ? decideAnew(c, now) : [];
    case 'meeting-over':
      if (c.meeting === undefined) return [];
      return c.joinedAt === undefined
        ? endWithWords(c, now, 'meeting-ended', phrase('ended'))
        : endWithWords(c, now, 'meeting-over', phrase('goodbye'));
    case 'company-changed':
      return c.phase === 'waiting'
        ? decideAnew(c, now)
        : toMeeting(c, now, { type: 'company-changed' });
    case 'drain':
      return endWithWords(c, now, 'drained', phrase('call-ended'));
  }
}
