/** From the seat to the room, and out of it when the room says so. */
import { phrase } from '../ivr/phrase.ts';
import { enter, type CallContext } from './call-context.ts';
import { beginRequest } from './call-requests.ts';
import { backToWaiting } from './call-admission.ts';
import { beginDesk } from './call-desk-begin.ts';
import { moveBack } from './call-move-back.ts';
import { endNow, endWithWords } from './call-ending.ts';
import { beginClaim } from './call-identity.ts';
import { startInterpreting } from './interpreting.ts';
import { shownPerson } from './person.ts';
import type { CallOutput } from './call-messages.ts';
import type { MeetingInput, MeetingOutput } from './meeting-machine.ts';
import type { JoinOutcome, RoomLeftReason } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];
const fiveMinutesMs = 5 * 60_000;

export function join(c: CallContext, now: number): Outputs {
  if (c.meeting === undefined) return endNow(c, now, 'bug');
  enter(c, 'joining');
  c.joinAttempts += 1;
  const requestId = beginRequest(c, now, 'joined', c.settings.joinTimeoutMs);
  // Who they are goes with the token: the room needs no word of it where nothing changes meanwhile.
  c.shown = shownPerson(c);
  return [{ do: 'join', requestId, meeting: c.meeting, number: c.phoneNumber }];
}

/** The room link is gone for good, or was never to be had. */
export function roomGone(c: CallContext, now: number, reason: RoomLeftReason): Outputs {
  switch (reason) {
    case 'removed':
      return endWithWords(c, now, 'removed', phrase('removed'));
    case 'room-deleted':
      return endWithWords(c, now, 'meeting-over', phrase('goodbye'));
    case 'encrypted':
      return endWithWords(c, now, 'room-encrypted', phrase('encrypted'));
    case 'duplicate-identity':
      return endWithWords(c, now, 'duplicate-identity', phrase('try-later'));
    case 'rejected':
      return endWithWords(c, now, 'room-rejected', phrase('try-later'));
    case 'unreachable':
      return endWithWords(c, now, 'room-unreachable', phrase('try-later'));
  }
}

/** Told five minutes before the booked end, where that is still to come. */
export function watchEnd(c: CallContext, now: number): void {
  const at = (c.meeting?.endsAt ?? 0) - fiveMinutesMs;
  if (at > now) c.timers.set('five-minutes', at);
  else c.timers.clear('five-minutes');
}

/** Not reached is tried again, for as long as a caller can be asked to hold. */
export function onJoined(c: CallContext, now: number, outcome: JoinOutcome): Outputs {
  c.timers.clear('request');
  if (outcome.joined) {
    enter(c, 'meeting');
    c.joinedAt ??= now;
    c.pin = undefined;
    const { replaces } = c;
    c.replaces = undefined;
    c.move = undefined;
    const { welcome } = c;
    c.welcome = undefined;
    watchEnd(c, now);
    if (c.hostLeft && c.role !== 'host') return backToWaiting(c, now);
    startInterpreting(c, now);
    return [
      // The line they came from before may be dying still.
      ...(replaces === undefined ? [] : [{ do: 'supersede', legId: replaces } as const]),
      { do: 'note', event: 'joined' },
      ...(c.mutedByHost ? toMeeting(c, now, { type: 'mute', muted: true }) : []),
      ...fromMeeting(c, now, c.inMeeting.begin(now, welcome)),
    ];
  }
  const note: CallOutput = { do: 'note', event: 'join-failed', fields: { why: outcome.reason } };
  if (outcome.reason !== 'unreachable' || c.joinAttempts >= c.settings.joinTries)
    return [note, ...(moveBack(c, now, outcome.reason) ?? roomGone(c, now, outcome.reason))];
  c.timers.set('join-retry', now + c.settings.joinRetryMs);
  return [note, ...(c.joinAttempts === 1 ? c.speaker.say(now, [phrase('room-lost')]) : [])];
}

const fromMeeting = (c: CallContext, now: number, outputs: readonly MeetingOutput[]): Outputs =>
  outputs.flatMap((output): Outputs => {
    switch (output.do) {
      case 'leave':
        return endWithWords(c, now, 'left-by-key', phrase('left'));
      case 'claim-host':
        return beginClaim(c, now);
      case 'service-desk':
        return beginDesk(c, now, 'meeting');
      default:
        return [output];
    }
  });

/** What the room link tells may overtake the outcome of `join`. */
export const fromRoom = (c: CallContext, now: number, input: MeetingInput): Outputs =>
  c.phase === 'joining' || c.phase === 'meeting'
    ? fromMeeting(c, now, c.inMeeting.handle(now, input))
    : [];

/** The host's doing: by the API, by key, or in the room, where the leg is muted already. */
export function muteByHost(c: CallContext, now: number, muted: boolean): Outputs {
  // Of the side room of a private word.
  if (c.phase === 'aside') return [];
  c.mutedByHost = muted;
  return toMeeting(c, now, { type: 'mute', muted });
}

/** Hands an input to the caller's meeting; nothing where the caller is not in it. */
export const toMeeting = (c: CallContext, now: number, input: MeetingInput): Outputs =>
  c.phase === 'meeting' ? fromMeeting(c, now, c.inMeeting.handle(now, input)) : [];
