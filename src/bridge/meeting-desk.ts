/**
 * Joins and leaves of all legs of the node, on the main thread: who is in which meeting, which
 * worker listens to its room, and what the legs are told about it.
 *
 *   outside ──join──▶ joining ──joined──▶ in ──leave / room-left──▶ outside
 *                        └──turned away, evicted, left──▶ outside
 *
 * A leg in a meeting has contact while its own link and the node's ear both stand: `room-lost`
 * when the first of them falls, `room-recovered` when both are back.
 */
import type { LegId, NodeId, RoomName } from '../call/identifiers.ts';
import type { Logger } from '../call/ports/process.ts';
import type { JoinOutcome, RoomLeftReason, RoomTarget } from '../call/ports/sip-engine.ts';
import type { BridgeLeg } from './bridge-leg.ts';
import { identityPrefix } from '../call/participant.ts';
import type { MeetingDoors } from './node-link/meeting-doors.ts';
import { createMeetingHomes, type MeetingOnNode } from './meeting-homes.ts';
import type { TokenMint } from './room/tokens.ts';
import type { WorkerLink, WorkerNews } from './worker-link.ts';

export interface MeetingDesk {
  join(leg: BridgeLeg, target: RoomTarget): Promise<JoinOutcome>;
  /** Resolves when the worker has let go of the room. Nothing to do is done at once. */
  leave(legId: LegId): Promise<void>;
  /** News about a leg's room or a home worker's ear. */
  hear(news: MeetingNews): void;
  workerDied(worker: number): void;
  count(): number;
  close(): void;
}

export type MeetingNews = Exclude<WorkerNews, { type: 'log' | 'leg-traced' }>;

export interface MeetingDeskDeps {
  readonly workers: number;
  readonly nodeId: NodeId;
  /** The main thread alone mints: a worker holds no secret. */
  readonly mint: TokenMint;
  readonly linkOf: (worker: number) => WorkerLink | undefined;
  /** Where sound goes from node to node. */
  readonly doors?: Pick<MeetingDoors, 'opened' | 'closed'> | undefined;
  /** A short key that is not used twice. */
  readonly newKey: () => string;
  /** Calls back once; returns the way to take that back. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  readonly log: Logger;
}

/** An ear that was turned away tries again after this. */
const earRetryMs = 1000;

interface Attendance {
  readonly leg: BridgeLeg;
  state: 'joining' | 'in';
  readonly target: RoomTarget;
  linkLost: boolean;
  toldLost: boolean;
  /** Set when the meeting itself turns the leg out while it still joins. */
  evicted: RoomLeftReason | undefined;
}

export const createMeetingDesk = (deps: MeetingDeskDeps): MeetingDesk => {
  const { mint, log } = deps;
  const homes = createMeetingHomes(deps.workers);
  const attendances = new Map<LegId, Attendance>();
  const retries = new Map<RoomName, () => void>();

  // Each ear has its own identity: one that opens while another closes must not push it out.
  const ownIdentity = (of: 'ear' | 'picture'): string =>
    `${identityPrefix(deps.nodeId)}${of}:${deps.newKey()}`;
  const earToken = (room: RoomName): Promise<string> => mint.earToken(room, ownIdentity('ear'));

  const listen = async (meeting: MeetingOnNode): Promise<void> => {
    const token = await earToken(meeting.room);
    if (homes.byRoom(meeting.room) !== meeting) return;
    const { room, lanes, home } = meeting;
    deps.linkOf(home)?.post({ type: 'listen', room, token, lanes });
    deps.doors?.opened(room, home);
  };
  const beginListening = (meeting: MeetingOnNode): void => {
    spawn(listen(meeting));
  };
  const listenLater = (meeting: MeetingOnNode): void => {
    retries.get(meeting.room)?.();
    const cancel = deps.after(earRetryMs, () => {
      retries.delete(meeting.room);
      if (homes.byRoom(meeting.room) === meeting) beginListening(meeting);
    });
    retries.set(meeting.room, cancel);
  };

  const end = (over: MeetingOnNode): void => {
    retries.get(over.room)?.();
    retries.delete(over.room);
    deps.linkOf(over.home)?.post({ type: 'stop-listening', room: over.room });
    deps.doors?.closed(over.room);
  };
  const depart = (legId: LegId): void => {
    attendances.delete(legId);
    const over = homes.leave(legId);
    if (over !== undefined) end(over);
  };

  const leave = async (legId: LegId): Promise<void> => {
    const attendance = attendances.get(legId);
    if (attendance === undefined) return;
    depart(legId);
    await attendance.leg.link.request((requestId) => ({ type: 'leave', requestId, legId }));
  };

  /** The meeting turns a leg out. */
  const evict = (attendance: Attendance, reason: RoomLeftReason): void => {
    attendance.evicted = reason;
    if (attendance.state === 'in') attendance.leg.emit({ type: 'room-left', reason });
    void leave(attendance.leg.legId);
  };

  const tellContact = (attendance: Attendance, meeting: MeetingOnNode): void => {
    const lost = attendance.linkLost || meeting.earLost;
    if (attendance.state !== 'in' || lost === attendance.toldLost) return;
    attendance.toldLost = lost;
    attendance.leg.emit({ type: lost ? 'room-lost' : 'room-recovered' });
  };

  const attending = (meeting: MeetingOnNode): Attendance[] =>
    [...meeting.workerOf.keys()].flatMap((legId) => attendances.get(legId) ?? []);

  const join = async (leg: BridgeLeg, target: RoomTarget): Promise<JoinOutcome> => {
    const { legId, link } = leg;
    await leave(legId);
    const attendance: Attendance = {
      leg,
      target,
      state: 'joining',
      linkLost: false,
      toldLost: false,
      evicted: undefined,
    };
    attendances.set(legId, attendance);
    const { meeting, begins } = homes.enter(target.room, legId, link.index);
    if (begins) beginListening(meeting);

    const stillHere = (): boolean => attendances.get(legId) === attendance;
    const token = await mint.callerToken(target);
    const reply = stillHere()
      ? await link.request((requestId) => ({
          type: 'join',
          requestId,
          legId,
          ticket: { target, token, lanes: meeting.lanes },
        }))
      : undefined;
    const outcome: JoinOutcome =
      reply?.type === 'join-done' ? reply.outcome : { joined: false, reason: 'unreachable' };
    if (!stillHere()) return { joined: false, reason: attendance.evicted ?? 'unreachable' };
    if (!outcome.joined) {
      depart(legId);
      return outcome;
    }
    attendance.state = 'in';
    tellContact(attendance, meeting);
    if (meeting.others !== undefined) leg.emit({ type: 'room-audience', others: meeting.others });
    return outcome;
  };

  const hearLeg = ({ legId, event }: Extract<MeetingNews, { type: 'leg-event' }>): void => {
    const attendance = attendances.get(legId);
    const meeting = homes.meetingOf(legId);
    if (attendance === undefined || meeting === undefined) return;
    if (event.type === 'room-lost' || event.type === 'room-recovered') {
      attendance.linkLost = event.type === 'room-lost';
      tellContact(attendance, meeting);
    } else if (event.type === 'room-left') evict(attendance, event.reason);
  };

  const renewLegToken = async (legId: LegId): Promise<void> => {
    const attendance = attendances.get(legId);
    if (attendance === undefined) return;
    const token = await mint.callerToken(attendance.target);
    attendance.leg.link.post({ type: 'leg-token', legId, token });
  };
  const renewEarToken = async ({ room, home }: MeetingOnNode): Promise<void> => {
    const token = await earToken(room);
    deps.linkOf(home)?.post({ type: 'ear-token', room, token });
  };
  const givePictureToken = async (meeting: MeetingOnNode, trackSid: string): Promise<void> => {
    const { room, home } = meeting;
    const token = await mint.earToken(room, ownIdentity('picture'));
    deps.linkOf(home)?.post({ type: 'picture-token', room, trackSid, token });
  };
  const spawn = (minting: Promise<void>): void => {
    minting.catch((error: unknown) => {
      log.error({ err: error }, 'room token not made');
    });
  };

  const hear = (news: MeetingNews): void => {
    if (news.type === 'leg-event') {
      hearLeg(news);
      return;
    }
    if (news.type === 'leg-token-needed') {
      spawn(renewLegToken(news.legId));
      return;
    }
    const meeting = homes.byRoom(news.room);
    if (meeting === undefined) return;
    switch (news.type) {
      case 'ear-others':
        meeting.others = news.others;
        for (const { state, leg } of attending(meeting))
          if (state === 'in') leg.emit({ type: 'room-audience', others: news.others });
        return;
      case 'ear-lost':
      case 'ear-recovered':
        meeting.earLost = news.type === 'ear-lost';
        for (const attendance of attending(meeting)) tellContact(attendance, meeting);
        return;
      case 'ear-token-needed':
        spawn(renewEarToken(meeting));
        return;
      case 'picture-token-needed':
        spawn(givePictureToken(meeting, news.trackSid));
        return;
      case 'ear-gone':
        // What the ear cannot hear, no caller of this node can: the call is told why.
        if (news.reason === 'encrypted')
          for (const attendance of attending(meeting)) evict(attendance, news.reason);
        else {
          log.warn({ room: news.room, reason: news.reason }, 'ear gone');
          meeting.earLost = true;
          for (const attendance of attending(meeting)) tellContact(attendance, meeting);
          listenLater(meeting);
        }
    }
  };

  return {
    join,
    leave,
    hear,
    workerDied: (worker) => {
      for (const [legId, { leg }] of attendances)
        if (leg.link.index === worker) attendances.delete(legId);
      const { orphans, over } = homes.workerDied(worker);
      over.forEach(end);
      for (const meeting of orphans) {
        meeting.earLost = true;
        for (const attendance of attending(meeting)) tellContact(attendance, meeting);
        beginListening(meeting);
      }
    },
    count: () => homes.count(),
    close: () => {
      for (const cancel of retries.values()) cancel();
      retries.clear();
    },
  };
};
