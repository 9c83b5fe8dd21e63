/**
 * Which phones are at a meeting's door and in it, as others need to know: hosts on the phone, hosts
 * in a browser, the other nodes. Each change of place is told once.
 */
import { maskNumber } from '../meeting/mask-number.ts';
import type { CallSession } from './call-session.ts';
import type { CallerSeen } from './host-act.ts';
import type { CallId, LegId, RoomName } from './identifiers.ts';

export interface CallerNews {
  /** Undefined: not there any more. */
  readonly seen: CallerSeen | undefined;
  readonly legId: LegId;
  readonly callId: CallId;
  /** The meeting's room. */
  readonly room: RoomName;
  /** Where the caller was before. */
  readonly before: CallerSeen['place'] | undefined;
  /** Masked; undefined where withheld. */
  readonly number: string | undefined;
}

export interface CallerWatch {
  /** A session's record changed. */
  changed(session: CallSession): void;
  /** Tells of everybody once more. */
  sayAgain(): void;
}

/** No more than the room would show, and nothing of what is no number. */
const numberEnd = (callerNumber: string | undefined): string | undefined =>
  callerNumber === undefined ? undefined : /\d\d$/.exec(maskNumber(callerNumber))?.[0];

/** At the door: where a host's word decides, not the clock. */
export function seenAt(session: CallSession): CallerSeen | undefined {
  const { phase, state, waiting, meeting, role, answeredAt } = session.facts();
  const { people, invitee, pictureTold } = session.facts();
  if (meeting === undefined) return undefined;
  const knocks = phase === 'waiting' && (waiting.reason === 'lobby' || waiting.reason === 'locked');
  if (!knocks && state !== 'joined') return undefined;
  return {
    legId: session.legId,
    callId: meeting.callId,
    place: knocks ? 'door' : 'in',
    role,
    numberEnd: numberEnd(session.callerNumber),
    since: answeredAt ?? 0,
    ...(people > 1 && { people }),
    ...(pictureTold !== undefined && { missing: pictureTold }),
    ...(invitee !== undefined && { inviteeId: invitee.inviteeId }),
  };
}

const isAlike = (one: CallerSeen, other: CallerSeen): boolean =>
  one.place === other.place &&
  one.role === other.role &&
  one.people === other.people &&
  one.missing === other.missing &&
  one.inviteeId === other.inviteeId;

export function createCallerWatch(tell: (news: CallerNews) => void): CallerWatch {
  const told = new Map<LegId, CallerNews>();

  function change(session: CallSession, seen: CallerSeen | undefined): void {
    const { legId } = session;
    const last = told.get(legId);
    const { meeting } = session.facts();
    const of = seen === undefined ? last : { callId: seen.callId, room: meeting?.room };
    if (of?.room === undefined) return;
    const number =
      session.callerNumber === undefined ? undefined : maskNumber(session.callerNumber);
    const news = {
      seen,
      legId,
      number,
      callId: of.callId,
      room: of.room,
      before: last?.seen?.place,
    };
    if (seen === undefined) told.delete(legId);
    else told.set(legId, news);
    tell(news);
  }

  return {
    changed(session) {
      const seen = seenAt(session);
      const last = told.get(session.legId)?.seen;
      if (last !== undefined && seen?.callId !== last.callId) change(session, undefined);
      if (seen === undefined) return;
      const same = told.get(session.legId)?.seen;
      if (same === undefined || !isAlike(same, seen)) change(session, seen);
    },
    sayAgain() {
      for (const news of told.values()) tell(news);
    },
  };
}
