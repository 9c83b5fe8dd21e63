/**
 * In which order a tick drives the legs of a worker: meeting by meeting. What a caller brings is still
 * in the processor's cache when the others of the meeting hear it, which is a good part of its cost.
 */
import type { LegId } from '../call/identifiers.ts';
import type { WorkerLeg } from './media-leg.ts';
import type { WorkerMeeting } from './worker-meeting.ts';

type OrderedLeg = Pick<WorkerLeg, 'meeting' | 'isAwaited' | 'takeVoice' | 'sendFrame'>;

export interface Place {
  readonly legId: LegId;
  readonly leg: OrderedLeg;
  readonly meeting: WorkerMeeting | undefined;
}

export interface TickOrder {
  add(legId: LegId, leg: OrderedLeg): void;
  /** The leg has entered or left a meeting; nothing where it is not in the order. */
  moved(legId: LegId): void;
  /** Whether it was there. */
  remove(legId: LegId): boolean;
  /** The legs in this meeting, or those in none. What changes while they are gone through shows the next time. */
  legsOf(meeting: WorkerMeeting | undefined): readonly Place[];
  /** Whether there is a leg for whose packets somebody waits. */
  readonly isAwaited: () => boolean;
}

const nobody: readonly Place[] = [];

export const createTickOrder = (): TickOrder => {
  const places = new Map<LegId, Place>();
  /** Arrays, made anew at each change: to go through a map at each tick leaves garbage for every leg. */
  const groups = new Map<WorkerMeeting | undefined, readonly Place[]>();
  let all: readonly Place[] = nobody;

  const add = (legId: LegId, leg: OrderedLeg): void => {
    const place = { legId, leg, meeting: leg.meeting() };
    places.set(legId, place);
    groups.set(place.meeting, [...(groups.get(place.meeting) ?? nobody), place]);
    all = [...all, place];
  };
  const remove = (legId: LegId): boolean => {
    const place = places.get(legId);
    if (place === undefined) return false;
    places.delete(legId);
    const rest = (groups.get(place.meeting) ?? nobody).filter((other) => other !== place);
    if (rest.length > 0) groups.set(place.meeting, rest);
    else groups.delete(place.meeting);
    all = all.filter((other) => other !== place);
    return true;
  };

  return {
    add,
    remove,
    moved: (legId) => {
      const place = places.get(legId);
      if (place === undefined) return;
      remove(legId);
      add(legId, place.leg);
    },
    legsOf: (meeting) => groups.get(meeting) ?? nobody,
    isAwaited: () => all.some(({ leg }) => leg.isAwaited()),
  };
};
