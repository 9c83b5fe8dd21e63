/**
 * Which workers hold callers of which room, and which of them is the home worker (design of one
 * ear per meeting and node). Pure bookkeeping of the main thread: it says what to do, the bridge
 * does it.
 *
 *   first leg enters ──▶ its worker becomes home and listens
 *   home's own legs leave, others remain ──▶ the home stays where it is
 *   home worker dies, others remain ──▶ the worker of the oldest remaining leg becomes home
 *   last leg leaves ──▶ the home stops listening, the meeting is forgotten
 */
import type { LegId, RoomName } from '../call/identifiers.ts';
import { allocateMeetingLanes } from './meeting-lanes.ts';

export interface MeetingOnNode {
  readonly room: RoomName;
  readonly lanes: SharedArrayBuffer;
  /** Index of the worker that holds the node's ear. */
  home: number;
  /** The legs in this meeting and the worker of each, oldest first. */
  readonly workerOf: Map<LegId, number>;
  /** What the ear said last. */
  others: number | undefined;
  earLost: boolean;
}

export interface MeetingHomes {
  /** `begins`: the meeting is new on this node, its home must begin to listen. */
  enter(
    room: RoomName,
    legId: LegId,
    worker: number,
  ): { readonly meeting: MeetingOnNode; readonly begins: boolean };
  /** The meeting that ended on this node with this leg, whose home must stop listening. */
  leave(legId: LegId): MeetingOnNode | undefined;
  meetingOf(legId: LegId): MeetingOnNode | undefined;
  byRoom(room: RoomName): MeetingOnNode | undefined;
  /**
   * Forgets a dead worker's legs. `orphans` got a new home, which must listen; of `over` no leg is left, and
   * the home must stop where it lives.
   */
  workerDied(worker: number): {
    readonly orphans: readonly MeetingOnNode[];
    readonly over: readonly MeetingOnNode[];
  };
  count(): number;
}

export const createMeetingHomes = (workers: number): MeetingHomes => {
  const meetings = new Map<RoomName, MeetingOnNode>();
  const roomOf = new Map<LegId, MeetingOnNode>();

  const leave = (legId: LegId): MeetingOnNode | undefined => {
    const meeting = roomOf.get(legId);
    if (meeting === undefined) return undefined;
    roomOf.delete(legId);
    meeting.workerOf.delete(legId);
    if (meeting.workerOf.size > 0) return undefined;
    meetings.delete(meeting.room);
    return meeting;
  };

  return {
    enter: (room, legId, worker) => {
      const known = meetings.get(room);
      const meeting = known ?? {
        room,
        lanes: allocateMeetingLanes(workers),
        home: worker,
        workerOf: new Map<LegId, number>(),
        others: undefined,
        earLost: false,
      };
      meetings.set(room, meeting);
      meeting.workerOf.set(legId, worker);
      roomOf.set(legId, meeting);
      return { meeting, begins: known === undefined };
    },
    leave,
    meetingOf: (legId) => roomOf.get(legId),
    byRoom: (room) => meetings.get(room),
    workerDied: (worker) => {
      const over = [...meetings.values()].flatMap((meeting) =>
        [...meeting.workerOf].flatMap(([legId, itsWorker]) =>
          itsWorker === worker ? (leave(legId) ?? []) : [],
        ),
      );
      const orphans: MeetingOnNode[] = [];
      for (const meeting of meetings.values()) {
        const heir = meeting.workerOf.values().next().value;
        if (meeting.home !== worker || heir === undefined) continue;
        meeting.home = heir;
        meeting.others = undefined;
        orphans.push(meeting);
      }
      return { orphans, over };
    },
    count: () => meetings.size,
  };
};
