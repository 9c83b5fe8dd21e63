/**
 * A caller who is moved to another meeting: the same leg with a new seat and a new token.
 *
 *   in ──`move`──▶ finding ──▶ seat ──▶ told, still in the old meeting ──words over──▶ joining ──▶ in
 *                     └──unknown, over, no phones, full──▶ stays where they are          │
 *   in the old meeting again, and told ◀──seat ◀──not to be joined───────────────────────┘
 *
 * Up to the join nothing is lost, so that the gap in the sound is one join. Whoever moves a caller
 * lets them in: neither lobby nor lock nor PIN is asked for.
 */
import { phrase } from '../ivr/phrase.ts';
import { isOver } from '../meeting/admission.ts';
import type { CallContext } from './call-context.ts';
import { beginRequest, findMeeting } from './call-requests.ts';
import type { CallOutput } from './call-messages.ts';
import { join } from './call-room.ts';
import type { CallId } from './identifiers.ts';
import type { Meeting, SeatOutcome } from './ports/meetings.ts';

type Outputs = readonly CallOutput[];

/** What a move waits for; `told`: for the words to be over. */
export type Move =
  | { readonly step: 'finding' }
  | { readonly step: 'seating'; readonly to: Meeting }
  | { readonly step: 'told'; readonly to: Meeting; readonly number: number }
  | { readonly step: 'joining'; readonly from: Meeting | undefined };

export function beginMove(c: CallContext, now: number, callId: CallId): Outputs {
  if (c.phase !== 'meeting' || c.move !== undefined || c.awaited !== undefined) return [];
  if (c.meeting?.callId === callId) return [];
  c.move = { step: 'finding' };
  return findMeeting(c, now, { kind: 'call-id', callId });
}

export function onMoveMeeting(c: CallContext, now: number, to: Meeting | undefined): Outputs {
  if (to === undefined || isOver(to, now)) return giveUpMove(c, 'meeting-ended');
  if (!to.phonesAllowed) return giveUpMove(c, 'phones-not-allowed');
  c.move = { step: 'seating', to };
  const requestId = beginRequest(c, now, 'seat', c.settings.requestTimeoutMs);
  // Of one meeting they are somebody, of the other a guest.
  const claim = { role: 'guest', inviteeId: undefined, takesOver: false } as const;
  return [{ do: 'take-seat', requestId, meeting: to, claim }];
}

export function onMoveSeat(c: CallContext, now: number, seat: SeatOutcome): Outputs {
  if (c.move?.step !== 'seating') return [];
  if (!seat.seated) return giveUpMove(c, seat.reason === 'full' ? 'full' : 'meeting-ended');
  c.move = { step: 'told', to: c.move.to, number: seat.number };
  return c.speaker.say(now, [phrase('moving')]);
}

/** The caller stays where they are, and is told nothing: nothing has changed for them. */
export function giveUpMove(c: CallContext, why: string): Outputs {
  c.move = undefined;
  return [{ do: 'note', event: 'move-failed', fields: { why } }];
}

/** The words are over: from here on the caller belongs to the other meeting. */
export function onMoveTold(c: CallContext, now: number): Outputs {
  if (c.move?.step !== 'told' || c.phase !== 'meeting') return [];
  const { to, number } = c.move;
  if (c.meeting !== undefined) c.roles.set(c.meeting.callId, c.role);
  c.move = { step: 'joining', from: c.meeting };
  c.meeting = to;
  c.phoneNumber = number;
  // A host of one meeting is none of another; one who comes back is what they were.
  c.role = c.roles.get(to.callId) ?? 'guest';
  c.letIn = true;
  c.hostLeft = false;
  c.joinAttempts = 0;
  c.welcome = [];
  return [
    { do: 'note', event: 'moved' },
    { do: 'set-muted', muted: true },
    ...c.inMeeting.leave(now),
    ...join(c, now),
  ];
}
