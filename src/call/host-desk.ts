/**
 * The hosts on the phone and those they decide about, on this node and on the others: knocks reach
 * the hosts, acts of a host reach the others. Who is host, and what follows when the last one
 * leaves: host-watch.ts.
 */
import { isInRoom, type CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import { seenAt } from './caller-watch.ts';
import type { CallerSeen, HostAct, PhoneInMeeting, WaitingCaller } from './host-act.ts';
import type { CallId, LegId, RoomName } from './identifiers.ts';
import { spokenPerson, type SpokenPerson } from './person.ts';
import type { Meeting, MeetingActions } from './ports/meetings.ts';
import type { OtherNodes } from './ports/nodes.ts';
import type { Logger } from './ports/process.ts';

export interface HostDesk {
  /** Those whom a host can let in, of all nodes, in the order in which they came to the door. */
  waiting(callId: CallId): readonly WaitingCaller[];
  /** Those who are in by telephone, of all nodes. */
  phonesIn(callId: CallId): readonly PhoneInMeeting[];
  /** Whether a host silenced all phones of the meeting that are not hosts'. */
  phonesMuted(callId: CallId): boolean;
  do(act: HostAct, by: CallSession): void;
  /** Mutes the phones of this node that are not hosts', or takes that back. */
  mutePhones(callId: CallId, muted: boolean): void;
  /** Somebody is at the door, here or on another node: hosts on the phone hear so. */
  knock(callId: CallId): void;
  /** A video room in the meeting may have no picture, here or on another node: they hear so too. */
  pictureMissing(callId: CallId): void;
  /** A session's record changed. */
  changed(session: CallSession): void;
}

export interface HostDeskDeps {
  readonly registry: Pick<CallRegistry, 'of' | 'get'>;
  readonly actions: MeetingActions | undefined;
  readonly others: OtherNodes | undefined;
  /** A random name for the side room of a private word. */
  readonly newRoom: () => RoomName;
  readonly logger: Logger;
}

/** Of a caller of another node. */
export const personOf = (
  { inviteeId }: Pick<CallerSeen, 'inviteeId'>,
  meeting: Meeting | undefined,
): SpokenPerson =>
  spokenPerson({
    invitee:
      inviteeId === undefined
        ? undefined
        : meeting?.invitees.find((invitee) => invitee.inviteeId === inviteeId),
  });

const isGuestPhone = (session: CallSession): boolean =>
  session.facts().state === 'joined' && session.facts().role !== 'host';
const isHostPhone = (session: CallSession): boolean =>
  isInRoom(session) && session.facts().role === 'host';

export function createHostDesk(deps: HostDeskDeps): HostDesk {
  const { registry, actions, others, logger } = deps;
  /** What `*5` did last: where this node has no guests, nothing else shows it. */
  const mutedAll = new Map<CallId, boolean>();

  const seen = (callId: CallId, place: CallerSeen['place']): readonly PhoneInMeeting[] => {
    const here = registry.of(callId);
    const own = here.flatMap((session) => {
      const caller = seenAt(session);
      return caller === undefined ? [] : [{ ...caller, person: spokenPerson(session.facts()) }];
    });
    const elsewhere = (others?.callers(callId) ?? []).map((caller) => ({
      ...caller,
      person: personOf(caller, here[0]?.facts().meeting),
    }));
    return [...own, ...elsewhere]
      .filter((caller) => caller.place === place)
      .sort((a, b) => a.since - b.since);
  };

  /** `by` is told where it could not be done. */
  function perform(work: Promise<void> | undefined, by: CallSession): void {
    if (work === undefined) {
      by.dispatch({ type: 'host-act-failed' });
      return;
    }
    work.catch((error: unknown) => {
      logger.warn({ err: error }, 'act of a host was not done');
      by.dispatch({ type: 'host-act-failed' });
    });
  }

  /** For a caller of another node; `by` is told where it was not done. */
  function ask(
    action: 'admit' | 'refuse' | 'talk',
    legId: LegId,
    argument: string,
    by: CallSession,
  ): void {
    const asked = others?.command(action, legId, argument) ?? Promise.resolve('not-found');
    void asked.then((outcome) => {
      if (outcome === 'done') return;
      by.dispatch({ type: 'end-aside' });
      by.dispatch({ type: 'host-act-failed' });
    });
  }

  function talk(legId: LegId, by: CallSession): void {
    const room = deps.newRoom();
    by.dispatch({ type: 'aside', room });
    const caller = registry.get(legId);
    if (caller === undefined) ask('talk', legId, room, by);
    else caller.dispatch({ type: 'aside', room });
  }

  function decide(act: 'admit' | 'refuse', legId: LegId, by: CallSession): void {
    const caller = registry.get(legId);
    if (caller === undefined) ask(act, legId, 'host', by);
    else caller.dispatch(act === 'admit' ? { type: 'admit', by: 'host' } : { type: 'refuse' });
  }

  const desk: HostDesk = {
    waiting: (callId) => seen(callId, 'door'),
    phonesIn: (callId) => seen(callId, 'in'),
    phonesMuted(callId) {
      const phones = registry.of(callId).filter(isGuestPhone);
      if (phones.length === 0) return mutedAll.get(callId) === true;
      return phones.every((session) => session.facts().mutedByHost);
    },
    mutePhones(callId, muted) {
      const phones = registry.of(callId);
      if (muted && phones.length > 0) mutedAll.set(callId, true);
      else mutedAll.delete(callId);
      for (const session of phones.filter(isGuestPhone)) session.dispatch({ type: 'mute', muted });
    },
    do(act, by) {
      switch (act.act) {
        case 'admit':
        case 'refuse':
          decide(act.act, act.legId, by);
          return;
        case 'talk':
          talk(act.legId, by);
          return;
        case 'mute-phones':
          desk.mutePhones(act.callId, act.muted);
          others?.mutePhones(act.callId, act.muted);
          return;
        case 'set-locked':
          perform(actions?.setLocked(act.callId, act.locked), by);
          return;
        case 'extend':
          perform(actions?.extend(act.callId, act.byMs), by);
          return;
        case 'end':
          perform(actions?.end(act.callId), by);
          return;
      }
    },
    knock(callId) {
      for (const host of registry.of(callId).filter(isHostPhone)) host.dispatch({ type: 'knock' });
    },
    pictureMissing(callId) {
      for (const host of registry.of(callId).filter(isHostPhone))
        host.dispatch({ type: 'picture-missing' });
    },
    changed(session) {
      const { state, meeting } = session.facts();
      if (state !== 'ended' || meeting === undefined) return;
      if (registry.of(meeting.callId).length <= 1) mutedAll.delete(meeting.callId);
    },
  };
  return desk;
}
