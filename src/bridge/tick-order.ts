/**
 * In which order a tick drives the legs of a worker: meeting by meeting. What a caller brings is still
 * in the processor's cache when the others of the meeting hear it, which is a good part of its cost.
 */
import type { LegId } from '../call/identifiers.ts';
import type { WorkerLeg } from './media-leg.ts';
import type { WorkerMeeting } from './worker-meeting.ts';

type OrderedLeg = Pick<WorkerLeg, 'meeting' | 'isAwaited' | 'read' | 'takeVoice' | 'sendFrame'>;

export interface TickOrder {
  add(legId: LegId, leg: OrderedLeg): void;
  /** The leg has entered or left a meeting; nothing where it is not in the order. */
  moved(legId: LegId): void;
  /** Whether it was there. */
  remove(legId: LegId): boolean;
  /** The legs in this meeting, or those in none. */
  legsOf(meeting: WorkerMeeting | undefined): Iterable<readonly [LegId, OrderedLeg]>;
  /** Those for whom somebody waits. */
  awaited(): Iterator<OrderedLeg> & Iterable<OrderedLeg>;
}

interface Place {
  readonly leg: OrderedLeg;
  readonly meeting: WorkerMeeting | undefined;
}

const nobody: readonly (readonly [LegId, OrderedLeg])[] = [];

export const createTickOrder = (): TickOrder => {
  const places = new Map<LegId, Place>();
  const groups = new Map<WorkerMeeting | undefined, Map<LegId, OrderedLeg>>();

  const add = (legId: LegId, leg: OrderedLeg): void => {
    const meeting = leg.meeting();
    const group = groups.get(meeting) ?? new Map<LegId, OrderedLeg>();
    groups.set(meeting, group.set(legId, leg));
    places.set(legId, { leg, meeting });
  };
  const remove = (legId: LegId): boolean => {
    const place = places.get(legId);
    if (place === undefined) return false;
    places.delete(legId);
    const group = groups.get(place.meeting);
    group?.delete(legId);
    if (group?.size === 0) groups.delete(place.meeting);
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
    awaited: function* () {
      for (const { leg } of places.values()) if (leg.isAwaited()) yield leg;
    },
  };
};
