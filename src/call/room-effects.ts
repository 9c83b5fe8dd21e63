/** What a call does in LiveKit rooms: joins, shows itself, closes side rooms. Faults are outcomes. */
import type { CallOutput, Route } from './call-messages.ts';
import type { CallPorts } from './call-session.ts';
import type { RoomName } from './identifiers.ts';
import { asData, pictureTopic } from './host-notice.ts';
import {
  handAttributes,
  identityOf,
  participantOf,
  personAttributes,
  pictureAttributes,
} from './participant.ts';
import type { ShownPerson } from './person.ts';
import type { CallRecord } from './ports/call-records.ts';
import type { Meeting } from './ports/meetings.ts';
import type { Logger } from './ports/process.ts';
import type { CallLeg, JoinOutcome, PictureState, RoomTarget } from './ports/sip-engine.ts';

export interface RoomEffects {
  join(output: Extract<CallOutput, { do: 'join' }>): Promise<JoinOutcome>;
  /** The side room of a private word. */
  joinAside(room: RoomName): Promise<JoinOutcome>;
  /** One after the other: the last state is the one that stays. */
  showHand(raised: boolean, at: number): void;
  /** To everybody as an attribute, to hosts as a message too. */
  showPictureState(state: PictureState): void;
  showPerson(person: ShownPerson, renamed: boolean): void;
  /** Who is in the meeting's room and no caller, where it matters for a seat. Rejects with a bug only. */
  others(meeting: Meeting): Promise<number>;
  closeRoom(room: RoomName): void;
}

export interface RoomEffectsDeps {
  readonly ports: CallPorts;
  readonly leg: CallLeg;
  readonly route: Route;
  readonly logger: Logger;
  readonly record: () => CallRecord;
  /** For a room's side, before the caller is anybody there. */
  readonly meeting: () => Meeting | undefined;
  readonly isOver: () => boolean;
  readonly person: () => ShownPerson;
}

export function createRoomEffects(deps: RoomEffectsDeps): RoomEffects {
  const { ports, leg, route, logger } = deps;
  const { invitation } = leg;
  const { nodeId, rooms } = ports;
  const identity = identityOf(nodeId, invitation.legId);
  let shown: Promise<void> = Promise.resolve();

  const show = (what: string, change: (room: RoomName) => Promise<void>): void => {
    const { room } = deps.record();
    if (room === undefined) return;
    shown = shown
      .then(() => change(room))
      .catch((error: unknown) => {
        logger.warn({ err: error }, what);
      });
  };

  async function enter(target: RoomTarget): Promise<JoinOutcome> {
    try {
      await rooms.ensureRoom(target.room);
    } catch (error) {
      if (!isFault(error)) throw error;
      logger.warn({ err: error }, 'room cannot be reached');
      return { joined: false, reason: 'unreachable' };
    }
    // Over meanwhile: nobody is waiting for this any more.
    return deps.isOver() ? { joined: false, reason: 'removed' } : leg.join(target);
  }

  const publishedNumber = route.kind === 'ivr' ? invitation.dialled.user : undefined;
  const targetOf = (meeting: Meeting): RoomTarget =>
    participantOf({ nodeId, invitation, meeting, person: deps.person(), publishedNumber });

  return {
    join(output) {
      const sendsKeys = output.meeting.options.keysToRoom;
      const target = { ...targetOf(output.meeting), ...(sendsKeys && { sendsKeys }) };
      return enter(target);
    },
    joinAside(room) {
      const meeting = deps.meeting();
      if (meeting === undefined) return Promise.resolve({ joined: false, reason: 'rejected' });
      const target = targetOf(meeting);
      // Who waits has no number yet.
      return enter({ ...target, room, name: target.name.replace(/ 0$/, '') });
    },
    showHand(raised, at) {
      show('hand could not be shown', (room) =>
        rooms.setAttributes(room, identity, handAttributes(raised, at)),
      );
    },
    showPictureState(state) {
      const notice = { event: `picture-${state}`, legId: invitation.legId };
      show('missing picture could not be shown', async (room) => {
        await rooms.setAttributes(room, identity, pictureAttributes(state));
        await rooms.sendToHosts(room, pictureTopic, asData(notice));
      });
    },
    showPerson(person, renamed) {
      const attributes = personAttributes(person, invitation.callerNumber);
      show('person could not be shown', async (room) => {
        await rooms.setAttributes(room, identity, attributes);
        if (renamed) await rooms.setName(room, identity, person.name);
      });
    },
    async others({ room, maxParticipants }) {
      if (maxParticipants === undefined) return 0;
      try {
        return (await rooms.roomState(room)).others;
      } catch (error) {
        if (!isFault(error)) throw error;
        // Who can't be counted can't be met either: the join waits for the server.
        logger.warn({ err: error }, 'participants could not be counted');
        return 0;
      }
    },
    closeRoom(room) {
      rooms.deleteRoom(room).catch((error: unknown) => {
        logger.warn({ err: error }, 'side room was not closed');
      });
    },
  };
}

/** Adapters give their faults a code; what has none is a bug. */
export const isFault = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';
