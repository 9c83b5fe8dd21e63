/**
 * The service desk as a meeting: its staff are hosts of a meeting of their own, in browsers. Who asks
 * for them is announced there, and meets whoever answers in a side room; the desk's own room hears
 * nothing of it, and no other caller.
 *
 *   announced to the hosts, with a token for the side room ──somebody is there──▶ the caller joins ──▶ together
 *        └──no host there, nobody comes within the ring limit──▶ not answered       either goes: over ◀─┘
 *
 * The token is one participant's: of two who answer at once the later stays, so it is one to one.
 */
import type { Language } from '../ivr/language.ts';
import type { CallId, NodeId, RoomName } from './identifiers.ts';
import { identityOf } from './participant.ts';
import type { MeetingDirectory } from './ports/meetings.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { RoomAdmin } from './ports/room-admin.ts';
import type { CallLeg } from './ports/sip-engine.ts';
import type { ServiceDesk } from './service-desk.ts';

/** LiveKit's data messages have a topic; the data is JSON in UTF-8 (docs/api.md). */
export const deskTopic = 'ringbro.desk';

export interface DeskMeetingDeps {
  /** The desk's own. */
  readonly callId: CallId;
  readonly meetings: Pick<MeetingDirectory, 'byCallId'>;
  readonly rooms: Pick<
    RoomAdmin,
    'ensureRoom' | 'deleteRoom' | 'roomState' | 'hosts' | 'sendToHosts'
  >;
  readonly nodeId: NodeId;
  /** A random name. */
  readonly newRoom: () => RoomName;
  /** A token for one participant of this room, and where a browser uses it. */
  readonly access: (room: RoomName) => Promise<{ readonly url: string; readonly token: string }>;
  readonly ringLimitMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export const deskPollMs = 1_000;
/** A page that is loaded again is away for a moment. */
const awayPolls = 3;

export function createDeskMeeting(deps: DeskMeetingDeps): ServiceDesk {
  const { rooms, clock, logger } = deps;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.at(clock.now() + deskPollMs, resolve);
    });
  /** Undefined: the meeting server does not say. */
  const othersIn = async (room: RoomName): Promise<number | undefined> => {
    try {
      return (await rooms.roomState(room)).others;
    } catch (error) {
      logger.debug({ err: error }, 'who is in a side room is not known');
      return undefined;
    }
  };
  const tellDesk = (deskRoom: RoomName, notice: object): Promise<void> =>
    rooms.sendToHosts(deskRoom, deskTopic, new TextEncoder().encode(JSON.stringify(notice)));

  const begin = (caller: CallLeg, language: Language): DeskMeetingCall => {
    const over = Promise.withResolvers<undefined>();
    const room = deps.newRoom();
    let deskRoom: RoomName | undefined;
    let isEnded = false;
    const hasEnded = (): boolean => isEnded;

    const isFound = async (): Promise<boolean> => {
      const desk = await deps.meetings.byCallId(deps.callId);
      if (desk === undefined || (await rooms.hosts(desk.room)).length === 0) return false;
      await rooms.ensureRoom(room);
      deskRoom = desk.room;
      const access = await deps.access(room);
      await tellDesk(desk.room, { event: 'desk-call', room, language, ...access });
      return true;
    };
    const isAnswered = async (): Promise<boolean> => {
      const until = clock.now() + deps.ringLimitMs;
      while (!hasEnded() && clock.now() < until) {
        await pause();
        if (((await othersIn(room)) ?? 0) > 0) return !hasEnded();
      }
      return false;
    };
    const withdraw = (): void => {
      if (deskRoom === undefined) return;
      tellDesk(deskRoom, { event: 'desk-call-over', room }).catch((error: unknown) => {
        logger.warn({ err: error }, 'the desk was not told that a call is over');
      });
    };
    const join = async (): Promise<boolean> => {
      const outcome = await caller.join({
        room,
        identity: identityOf(deps.nodeId, caller.invitation.legId),
        name: 'Caller',
        attributes: {},
        // The machine opens the microphone when it knows.
        muted: true,
      });
      return outcome.joined;
    };
    const remove = (): void => {
      rooms.deleteRoom(room).catch((error: unknown) => {
        logger.warn({ err: error }, 'side room was not deleted');
      });
    };

    return {
      over: over.promise,
      end: () => {
        if (isEnded) return;
        isEnded = true;
        over.resolve(undefined);
        withdraw();
        remove();
      },
      connect: async () => {
        const together = (await isFound()) && (await isAnswered()) && (await join());
        if (together) withdraw();
        // It may have been made after the end.
        if (hasEnded()) remove();
        return together && !hasEnded();
      },
      watch: async () => {
        let away = 0;
        while (!hasEnded() && away < awayPolls) {
          await pause();
          away = (await othersIn(room)) === 0 ? away + 1 : 0;
        }
      },
    };
  };

  return {
    call(caller, language) {
      const call = begin(caller, language);
      const answered = call.connect().catch((error: unknown) => {
        logger.warn({ err: error }, 'service desk could not be joined');
        return false;
      });
      void answered.then(async (together) => {
        if (together) await call.watch();
        call.end();
      });
      return { answered, over: call.over, end: call.end };
    },
  };
}

interface DeskMeetingCall {
  readonly over: Promise<void>;
  readonly end: () => void;
  /** Whether the two are together. */
  readonly connect: () => Promise<boolean>;
  /** Resolves when the desk is gone. */
  readonly watch: () => Promise<void>;
}
