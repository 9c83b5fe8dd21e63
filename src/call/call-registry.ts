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
  /** The session's record changed: listeners and the others of its meeting are told. */
  readonly changed: (session: CallSession) => void;
  get(legId: LegId): CallSession | undefined;
  all(): readonly CallSession[];
  of(callId: CallId): readonly CallSession[];
  joined(callId: CallId): number;
  /** In the meeting beside its callers themselves, at the phones of all but this one. */
  extraPeople(callId: CallId, but: LegId): number;
  /** In the side room of a private word. */
  inAside(room: RoomName): number;
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

export function createCallRegistry(logger: Logger): CallRegistry {
  const sessions = new Map<LegId, CallSession>();
  /** In the meeting, as far as the others of that meeting were told. */
  const inMeeting = new Map<LegId, CallId>();
  const closing = new Set<Promise<void>>();
  const listeners = new Set<(change: CallChange) => void>();

  const all = (): readonly CallSession[] => Array.from(sessions.values());
  /** Asked for several times at each step of a call: nothing is copied for it. */
  const matching = (matches: (session: CallSession) => boolean): CallSession[] => {
    const found: CallSession[] = [];
    for (const session of sessions.values()) if (matches(session)) found.push(session);
    return found;
  };
  const of = (callId: CallId): CallSession[] =>
    matching((session) => session.facts().meeting?.callId === callId);

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
    },
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
    joined: (callId) => of(callId).filter(isInRoom).length,
    inAside: (room) => matching((session) => session.facts().aside?.room === room).length,
    extraPeople: (callId, but) =>
      of(callId)
        .filter((session) => session.legId !== but && isInRoom(session))
        .reduce((sum, session) => sum + session.facts().people - 1, 0),
    byTrunk: (trunk) => matching((session) => session.trunk === trunk).length,
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
