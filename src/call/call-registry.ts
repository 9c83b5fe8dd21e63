/** The live calls of this node, and who wants to hear of them. */
import type { CallSession } from './call-session.ts';
import type { CallId, LegId, RoomName } from './identifiers.ts';
import type { CallRecord, CallState } from './ports/call-records.ts';
import type { Logger } from './ports/process.ts';

export interface CallChange {
  readonly record: CallRecord;
}

export type LiveCounts = Readonly<Record<Exclude<CallState, 'ended'>, number>>;

export interface CallRegistry {
  readonly size: number;
  readonly add: (session: CallSession) => void;
  readonly remove: (session: CallSession) => void;
  /** The session's meeting changed: it is found under the new one. */
  readonly placed: (session: CallSession) => void;
  /** The session's record changed: listeners and the others of its meeting are told. */
  readonly changed: (session: CallSession) => void;
  get(legId: LegId): CallSession | undefined;
  all(): readonly CallSession[];
  of(callId: CallId): readonly CallSession[];
  /** Callers in the meeting, all but this one. */
  companions(callId: CallId, but: LegId): number;
  /** In the meeting beside its callers themselves, at the phones of all but this one. */
  extraPeople(callId: CallId, but: LegId): number;
  /** In the side room of a private word, all but this one. */
  asideCompanions(room: RoomName, but: LegId): number;
  /** Live calls that came by this trunk. */
  byTrunk(trunk: string): number;
  /** Whether one of this node's callers is in the meeting as its host. */
  hasHost(callId: CallId): boolean;
  readonly counts: () => LiveCounts;
  readonly onChange: (listener: (change: CallChange) => void) => () => void;
  /** Resolves when no call is left and every end is written. */
  empty(): Promise<void>;
}

/** In the meeting, and not in a private word outside it. */
export const isInRoom = (session: CallSession): boolean => {
  const { state, aside } = session.facts();
  return state === 'joined' && aside === undefined;
};

interface MeetingIndex {
  /** In the order in which they came into the meeting. */
  readonly of: (callId: CallId) => readonly CallSession[];
  readonly place: (session: CallSession) => void;
  readonly remove: (session: CallSession) => void;
}

/** The sessions by their meetings: who asks for one meeting's pays nothing for all the others. */
function createMeetingIndex(): MeetingIndex {
  const byMeeting = new Map<CallId, readonly CallSession[]>();
  const placeOf = new Map<LegId, CallId>();

  function remove(session: CallSession): void {
    const callId = placeOf.get(session.legId);
    if (callId === undefined) return;
    placeOf.delete(session.legId);
    const others = of(callId).filter((other) => other !== session);
    if (others.length === 0) byMeeting.delete(callId);
    else byMeeting.set(callId, others);
  }

  const of = (callId: CallId): readonly CallSession[] => byMeeting.get(callId) ?? [];

  return {
    of,
    remove,
    place(session) {
      const callId = session.facts().meeting?.callId;
      if (callId === placeOf.get(session.legId)) return;
      remove(session);
      if (callId === undefined) return;
      placeOf.set(session.legId, callId);
      byMeeting.set(callId, [...of(callId), session]);
    },
  };
}

export function createCallRegistry(logger: Logger): CallRegistry {
  const sessions = new Map<LegId, CallSession>();
  const meetings = createMeetingIndex();
  /** In the meeting, as far as the others of that meeting were told. */
  const inMeeting = new Map<LegId, CallId>();
  const closing = new Set<Promise<void>>();
  const listeners = new Set<(change: CallChange) => void>();

  const all = (): readonly CallSession[] => Array.from(sessions.values());
  /** Asked for several times at each step of a call: nothing is copied for it. */
  const count = (matches: (session: CallSession) => boolean): number => {
    let found = 0;
    for (const session of sessions.values()) if (matches(session)) found += 1;
    return found;
  };
  const { of } = meetings;

  function tellCompany(session: CallSession): void {
    const now = isInRoom(session) ? session.facts().meeting?.callId : undefined;
    const before = inMeeting.get(session.legId);
    if (now === before) return;
    if (now === undefined) inMeeting.delete(session.legId);
    else inMeeting.set(session.legId, now);
    for (const callId of [before, now]) {
      if (callId === undefined) continue;
      for (const other of of(callId))
        if (other !== session) other.dispatch({ type: 'company-changed' });
    }
  }

  return {
    get size() {
      return sessions.size;
    },
    add(session) {
      sessions.set(session.legId, session);
      const end = session.closed.finally(() => closing.delete(end));
      closing.add(end);
    },
    remove(session) {
      sessions.delete(session.legId);
      meetings.remove(session);
    },
    placed: meetings.place,
    changed(session) {
      tellCompany(session);
      if (listeners.size === 0) return;
      const record = session.record();
      for (const listener of listeners) {
        try {
          listener({ record });
        } catch (error) {
          logger.error({ err: error }, 'bug in a listener of call changes');
        }
      }
    },
    get: (legId) => sessions.get(legId),
    all,
    of,
    companions: (callId, but) =>
      of(callId).filter((session) => session.legId !== but && isInRoom(session)).length,
    asideCompanions: (room, but) =>
      count((session) => session.legId !== but && session.facts().aside?.room === room),
    extraPeople: (callId, but) =>
      of(callId)
        .filter((session) => session.legId !== but && isInRoom(session))
        .reduce((sum, session) => sum + session.facts().people - 1, 0),
    byTrunk: (trunk) => count((session) => session.trunk === trunk),
    hasHost: (callId) =>
      of(callId).some((session) => {
        const { state, role } = session.facts();
        return state === 'joined' && role === 'host';
      }),
    counts() {
      const counts = { ringing: 0, ivr: 0, waiting: 0, joined: 0 };
      for (const session of sessions.values()) {
        const { state } = session.facts();
        if (state !== 'ended') counts[state] += 1;
      }
      return counts;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async empty() {
      while (closing.size > 0) await Promise.all(closing);
    },
  };
}
