/**
 * The hosts on this node's phones and those they decide about: knocks reach the hosts, acts of a
 * host reach the others. Who is host, and what follows when the last one leaves: host-watch.ts.
 */
import { maskNumber } from '../meeting/mask-number.ts';
import { createRemovedCallers } from '../meeting/removed-callers.ts';
import type { CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import type { HostAct, PhoneInMeeting, WaitingCaller } from './host-act.ts';
import type { CallId, LegId } from './identifiers.ts';
import type { MeetingActions } from './ports/meetings.ts';
import type { Logger } from './ports/process.ts';

export interface HostDesk {
  /** Those whom a host can let in, in the order in which they called. */
  waiting(callId: CallId): readonly WaitingCaller[];
  /** Those who are in by telephone. */
  phonesIn(callId: CallId): readonly PhoneInMeeting[];
  /** Whether a host silenced all phones of the meeting that are not hosts'. */
  phonesMuted(callId: CallId): boolean;
  /** Was removed before, so that a host decides. */
  mustKnock(callId: CallId, callerNumber: string | undefined): boolean;
  do(act: HostAct, by: CallSession): void;
  /** A session's record changed. */
  changed(session: CallSession): void;
}

export interface HostDeskDeps {
  readonly registry: Pick<CallRegistry, 'of' | 'get'>;
  readonly actions: MeetingActions | undefined;
  readonly logger: Logger;
}

const isGuestPhone = (session: CallSession): boolean =>
  session.facts().state === 'joined' && session.facts().role !== 'host';
const isHostPhone = (session: CallSession): boolean =>
  session.facts().state === 'joined' && session.facts().role === 'host';
/** Whether a host's word decides, not the clock. */
const isKnocking = (session: CallSession): boolean => {
  const { phase, waiting } = session.facts();
  return phase === 'waiting' && (waiting.reason === 'lobby' || waiting.reason === 'locked');
};

export function createHostDesk(deps: HostDeskDeps): HostDesk {
  const { registry, logger } = deps;
  const removed = createRemovedCallers();
  /** Told to the hosts already. */
  const knocked = new Set<LegId>();

  const waiting = (callId: CallId): readonly WaitingCaller[] =>
    registry
      .of(callId)
      .filter(isKnocking)
      .map(({ legId, callerNumber }) => ({ legId, numberEnd: numberEnd(callerNumber) }));

  function watchKnock(session: CallSession): void {
    const callId = session.facts().meeting?.callId;
    if (callId === undefined || !isKnocking(session)) {
      knocked.delete(session.legId);
      return;
    }
    if (knocked.has(session.legId)) return;
    knocked.add(session.legId);
    for (const host of registry.of(callId).filter(isHostPhone)) host.dispatch({ type: 'knock' });
  }

  /** `by` is told where it could not be done. */
  function perform(work: Promise<void> | undefined, by: CallSession | undefined): void {
    if (work === undefined) {
      by?.dispatch({ type: 'host-act-failed' });
      return;
    }
    work.catch((error: unknown) => {
      logger.warn({ err: error }, 'act of a host was not done');
      by?.dispatch({ type: 'host-act-failed' });
    });
  }

  return {
    waiting,
    phonesIn: (callId) =>
      registry
        .of(callId)
        .filter((session) => session.facts().state === 'joined')
        .map((session) => ({
          legId: session.legId,
          numberEnd: numberEnd(session.callerNumber),
          role: session.facts().role,
        })),
    phonesMuted(callId) {
      const phones = registry.of(callId).filter(isGuestPhone);
      return phones.length > 0 && phones.every((session) => session.facts().mutedByHost);
    },
    mustKnock: (callId, callerNumber) => removed.mustKnock(callId, callerNumber),
    do(act, by) {
      switch (act.act) {
        case 'admit':
          registry.get(act.legId)?.dispatch({ type: 'admit', by: 'host' });
          return;
        case 'refuse':
          registry.get(act.legId)?.dispatch({ type: 'refuse' });
          return;
        case 'mute-phones':
          for (const session of registry.of(act.callId).filter(isGuestPhone))
            session.dispatch({ type: 'mute', muted: act.muted });
          return;
        case 'set-locked':
          perform(deps.actions?.setLocked(act.callId, act.locked), by);
          return;
        case 'talk':
          return;
        case 'extend':
          perform(deps.actions?.extend(act.callId, act.byMs), by);
          return;
        case 'end':
          perform(deps.actions?.end(act.callId), by);
          return;
      }
    },
    changed(session) {
      const { state, termination, meeting } = session.facts();
      if (state === 'ended' && termination?.reason === 'removed' && meeting !== undefined)
        removed.add(meeting.callId, session.callerNumber);
      watchKnock(session);
    },
  };
}

/** No more than the room would show, and nothing of what is no number. */
function numberEnd(callerNumber: string | undefined): string | undefined {
  return callerNumber === undefined ? undefined : /\d\d$/.exec(maskNumber(callerNumber))?.[0];
}
