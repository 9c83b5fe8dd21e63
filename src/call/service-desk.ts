/**
 * The leg to the service desk and the side room where it meets one caller. One such call at a time
 * for each caller; what goes wrong is an answer, never a throw.
 */
import { phrase } from '../ivr/phrase.ts';
import type { Language } from '../ivr/language.ts';
import type { LegId, NodeId, RoomName } from './identifiers.ts';
import { identityOf } from './participant.ts';
import type { Logger } from './ports/process.ts';
import type { RoomAdmin } from './ports/room-admin.ts';
import type { CallLeg, DialRequest, SipEngine } from './ports/sip-engine.ts';
import { toUtterance } from './utterance.ts';

export interface ServiceDeskDeps {
  readonly dial: NonNullable<SipEngine['dial']>;
  readonly request: Omit<DialRequest, 'legId'>;
  readonly nodeId: NodeId;
  readonly rooms: Pick<RoomAdmin, 'ensureRoom' | 'deleteRoom'>;
  readonly newLegId: () => LegId;
  /** A random name. */
  readonly newRoom: () => RoomName;
  readonly logger: Logger;
}

export interface DeskCall {
  /** Whether the two are together. */
  readonly answered: Promise<boolean>;
  /** Settles when the desk is gone, whoever saw to it. */
  readonly over: Promise<void>;
  /** Idempotent. */
  end(): void;
}

export interface ServiceDesk {
  /** Brings `caller`, who is in no room, together with the desk. */
  call(caller: CallLeg, language: Language): DeskCall;
}

export function createServiceDesk(deps: ServiceDeskDeps): ServiceDesk {
  const { rooms, nodeId, logger } = deps;

  const meet = async (caller: CallLeg, desk: CallLeg, room: RoomName): Promise<boolean> => {
    await rooms.ensureRoom(room);
    const enter = (leg: CallLeg, legId: LegId, name: string, muted: boolean) =>
      leg.join({ room, identity: identityOf(nodeId, legId), name, attributes: {}, muted });
    const joined = await Promise.all([
      enter(desk, desk.invitation.legId, 'Service desk', false),
      // The machine opens the microphone when it knows.
      enter(caller, caller.invitation.legId, 'Caller', true),
    ]);
    return joined.every((each) => each.joined);
  };

  return {
    call(caller, language) {
      const taking = new AbortController();
      const over = Promise.withResolvers<undefined>();
      const room = deps.newRoom();
      let desk: CallLeg | undefined;
      let isEnded = false;

      const end = (): void => {
        if (isEnded) return;
        isEnded = true;
        taking.abort();
        desk?.hangUp();
        over.resolve(undefined);
        rooms.deleteRoom(room).catch((error: unknown) => {
          logger.warn({ err: error }, 'side room was not deleted');
        });
      };
      const hasEnded = (): boolean => isEnded;

      const connect = async (): Promise<boolean> => {
        const outcome = await deps.dial({ legId: deps.newLegId(), ...deps.request }, taking.signal);
        if (outcome.outcome === 'failed') {
          logger.info({ how: outcome.how }, 'service desk not reached');
          return false;
        }
        desk = outcome.leg;
        desk.onEvent((event) => {
          if (event.type === 'ended' || event.type === 'media-timeout') end();
        });
        if (hasEnded()) {
          desk.hangUp();
          return false;
        }
        const words = { language, phrases: [phrase('desk-caller')], tone: false };
        desk.play(
          toUtterance({ do: 'play', utteranceId: 1, openingElapsedMs: 0, ...words }, 'UTC'),
        );
        return meet(caller, desk, room);
      };
      const answered = connect()
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'service desk could not be joined');
          return false;
        })
        .then((together) => {
          if (!together) end();
          return together && !hasEnded();
        });
      return { answered, over: over.promise, end };
    },
  };
}
