import {
  DataPacket_Kind,
  Encryption_Type,
  ParticipantInfo_State,
  type ParticipantInfo,
} from '@livekit/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { RoomName } from '../../call/identifiers.ts';
import type { RoomAdmin } from '../../call/ports/room-admin.ts';

const requestTimeoutS = 3;
/** A room with nobody in it: long enough for the first caller to come after it was made. */
const emptyTimeoutS = 300;
/** All identities of all gateways begin so. */
const gatewayPrefix = 'ringbro:';

export interface RoomAdminDeps {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

const unreachable = (cause: unknown): Error =>
  Object.assign(new Error('the meeting server did not answer', { cause }), {
    code: 'room/unreachable',
  });

const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === 404;

/** The meeting server's API over HTTP (Twirp). */
export const createRoomAdmin = ({ url, apiKey, apiSecret }: RoomAdminDeps): RoomAdmin => {
  const rooms = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret, {
    requestTimeout: requestTimeoutS,
  });

  /** `absent` stands for what a room or participant that is not there answers. */
  const ask = async <T>(request: Promise<T>, absent: T): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      if (isNotFound(error)) return absent;
      throw unreachable(error);
    }
  };

  const participantsOf = (room: string): Promise<readonly ParticipantInfo[]> =>
    ask<readonly ParticipantInfo[]>(rooms.listParticipants(room), []);

  const remove = (room: string, identity: string): Promise<void> =>
    ask(rooms.removeParticipant(room, identity), undefined);

  return {
    ensureRoom: async (room) => {
      try {
        await rooms.createRoom({ name: room, emptyTimeout: emptyTimeoutS });
      } catch (error) {
        throw unreachable(error);
      }
    },
    roomState: async (room) => {
      // A room that is not there has no participants, but no error either.
      const [named, participants] = await Promise.all([
        ask(rooms.listRooms([room]), []),
        participantsOf(room),
      ]);
      const others = participants.filter(isOther);
      return {
        exists: named.length > 0,
        others: others.length,
        endToEndEncrypted: others.some(isEncrypted),
      };
    },
    removeParticipant: remove,
    setAttributes: async (room, identity, attributes) => {
      await ask(
        rooms.updateParticipant(room, identity, { attributes: { ...attributes } }),
        undefined,
      );
    },
    setName: async (room, identity, name) => {
      await ask(rooms.updateParticipant(room, identity, { name }), undefined);
    },
    hosts: async (room) =>
      (await participantsOf(room)).filter(isHost).map(({ identity }) => identity),
    sendToHosts: async (room, topic, data) => {
      const hosts = (await participantsOf(room)).filter(isHost).map(({ identity }) => identity);
      // No destination would be everybody.
      if (hosts.length === 0) return;
      const options = { destinationIdentities: hosts, topic };
      await ask(rooms.sendData(room, data, DataPacket_Kind.RELIABLE, options), undefined);
    },
    removeStale: async (identityPrefix, keep) => {
      const present = await ask(rooms.listRooms(), []);
      const removed = await Promise.all(
        present.map(async ({ name }) => {
          const stale = (await participantsOf(name)).filter(
            ({ identity }) => identity.startsWith(identityPrefix) && !keep(identity),
          );
          await Promise.all(stale.map(({ identity }) => remove(name, identity)));
          return stale.length;
        }),
      );
      return removed.reduce((sum, count) => sum + count, 0);
    },
    recorded: async (names) => {
      if (names.length === 0) return new Set();
      const found = await ask(rooms.listRooms([...names]), []);
      return new Set(
        found.flatMap(({ name, activeRecording }) =>
          activeRecording ? names.filter((asked) => asked === name) : [],
        ),
      );
    },
    deleteRoom: (room: RoomName) => ask(rooms.deleteRoom(room), undefined),
  };
};

const isOther = ({ identity, state, permission }: ParticipantInfo): boolean =>
  !identity.startsWith(gatewayPrefix) &&
  permission?.hidden !== true &&
  state !== ParticipantInfo_State.DISCONNECTED;

const isHost = (participant: ParticipantInfo): boolean =>
  isOther(participant) &&
  participant.attributes['ringbro.role'] === 'host' &&
  // Who may write their own attributes could make themselves host.
  participant.permission?.canUpdateMetadata !== true;

const isEncrypted = ({ tracks }: ParticipantInfo): boolean =>
  tracks.some(({ encryption }) => encryption !== Encryption_Type.NONE);
