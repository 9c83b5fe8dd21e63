import { setTimeout as sleep } from 'node:timers/promises';
import { TrackSource } from '@livekit/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import { encodeG711 } from '../../../../src/bridge/audio/g711.ts';
import { createCallerLink } from '../../../../src/bridge/room/caller-link.ts';
import { createRoomEar } from '../../../../src/bridge/room/room-ear.ts';
import { createTokenMint } from '../../../../src/bridge/room/tokens.ts';
import type {
  CallerLink,
  CallerLinkEvent,
  RoomEar,
  RoomEarEvent,
} from '../../../../src/bridge/room/link-types.ts';
import { asRoomName } from '../../../../src/call/identifiers.ts';
import type { TestLiveKitServer } from '../../../support/livekit-server.ts';
import { createWitness, type Witness } from '../../../support/witness.ts';
import { silentLog } from './silent-log.ts';

/** Links, ears and witnesses in one room of a real server, all closed by `close`. */

/** Polls for what real servers do in their own time. */
export const eventually = async <T>(
  what: string,
  find: () => T | undefined | false,
): Promise<T> => {
  const giveUpAt = Date.now() + 15_000;
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`${what} did not happen`);
    await sleep(10);
  }
};

/** Sockets and timers that this process holds, by kind. */
export const openHandles = (): Readonly<Record<string, number>> => {
  const kinds = ['UDPWrap', 'TCPSocketWrap', 'TLSWrap', 'Timeout'];
  const active = process.getActiveResourcesInfo();
  return Object.fromEntries(
    kinds.map((kind) => [kind, active.filter((resource) => resource === kind).length]),
  );
};

/** Whether nothing is held that was not held `before`; what others let go meanwhile is their own. */
export const nothingMoreThan = (before: Readonly<Record<string, number>>): boolean =>
  Object.entries(openHandles()).every(([kind, count]) => count <= (before[kind] ?? 0));

export interface RigCaller {
  readonly link: CallerLink;
  readonly events: CallerLinkEvent[];
  /** Sends a sine of -20 dBFS in 20 ms packets until `stop`. */
  readonly speak: (hz: number) => { stop(): void };
  readonly saw: <T extends CallerLinkEvent['type']>(
    type: T,
  ) => Promise<Extract<CallerLinkEvent, { type: T }>>;
}

export interface RigEar {
  readonly ear: RoomEar;
  readonly events: RoomEarEvent[];
  /** Packets by track key. */
  readonly packets: Map<number, Buffer[]>;
  readonly saw: <T extends RoomEarEvent['type']>(
    type: T,
  ) => Promise<Extract<RoomEarEvent, { type: T }>>;
}

const frameSamples = 160;

export const startTone = (
  link: CallerLink,
  codec: 'PCMU' | 'PCMA',
  hz: number,
): { stop(): void } => {
  const pcm = new Int16Array(frameSamples);
  const beganAt = Date.now();
  let sent = 0;
  const send = (): void => {
    const packet = Buffer.alloc(12 + frameSamples);
    packet[0] = 0x80;
    packet.writeUInt16BE(sent & 0xffff, 2);
    packet.writeUInt32BE((sent * frameSamples) >>> 0, 4);
    for (let i = 0; i < frameSamples; i += 1) {
      pcm[i] = 3277 * Math.sin((2 * Math.PI * hz * (sent * frameSamples + i)) / 8000);
    }
    encodeG711(codec, pcm, packet.subarray(12));
    link.writeRtp(packet, -23, true);
    sent += 1;
  };
  const timer = setInterval(() => {
    while (sent * 20 < Date.now() - beganAt) send();
  }, 10);
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
};

export const createRoomRig = (server: TestLiveKitServer, roomName: string) => {
  const mint = createTokenMint(server);
  const room = asRoomName(roomName);
  const admin = new RoomServiceClient(
    server.url.replace('ws', 'http'),
    server.apiKey,
    server.apiSecret,
  );
  const closers: (() => Promise<void> | void)[] = [];

  const callerToken = (identity: string, sendsKeys = false): Promise<string> =>
    mint.callerToken({
      room,
      identity,
      name: 'Phone 1',
      attributes: { 'sip.callStatus': 'active' },
      muted: false,
      sendsKeys,
    });

  return {
    room,
    admin,
    mint,
    callerToken,
    caller: async (
      identity: string,
      {
        codec = 'PCMU',
        muted = false,
        token,
        sendsKeys = false,
      }: { codec?: 'PCMU' | 'PCMA'; muted?: boolean; token?: string; sendsKeys?: boolean } = {},
    ): Promise<RigCaller> => {
      const events: CallerLinkEvent[] = [];
      const link = createCallerLink({
        url: server.url,
        token: token ?? (await callerToken(identity, sendsKeys)),
        codec,
        muted,
        sendsKeys,
        log: silentLog,
        onEvent: (event) => events.push(event),
      });
      closers.push(() => link.close());
      return {
        link,
        events,
        speak: (hz) => {
          const tone = startTone(link, codec, hz);
          closers.push(() => {
            tone.stop();
          });
          return tone;
        },
        saw: <T extends CallerLinkEvent['type']>(type: T) =>
          eventually(`${type} of ${identity}`, () =>
            events.find(
              (event): event is Extract<CallerLinkEvent, { type: T }> => event.type === type,
            ),
          ),
      };
    },
    ear: async (ownIdentityPrefixes: readonly string[]): Promise<RigEar> => {
      const events: RoomEarEvent[] = [];
      const packets = new Map<number, Buffer[]>();
      const ear = createRoomEar({
        url: server.url,
        token: await mint.earToken(room, 'ringbro:node-1:ear'),
        ownIdentityPrefixes,
        log: silentLog,
        onEvent: (event) => events.push(event),
        onPacket: (trackKey, packet) => {
          const of = packets.get(trackKey) ?? [];
          packets.set(trackKey, of);
          of.push(packet);
        },
      });
      closers.push(() => ear.close());
      return {
        ear,
        events,
        packets,
        saw: <T extends RoomEarEvent['type']>(type: T) =>
          eventually(`${type} of the ear`, () =>
            events.find(
              (event): event is Extract<RoomEarEvent, { type: T }> => event.type === type,
            ),
          ),
      };
    },
    witness: async (identity: string, endToEndEncrypted = false): Promise<Witness> => {
      const { url, apiKey, apiSecret } = server;
      const witness = await createWitness({
        url,
        apiKey,
        apiSecret,
        room,
        identity,
        endToEndEncrypted,
      });
      closers.push(() => witness.close());
      return witness;
    },
    /** The server's own view of a participant's microphone. */
    microphoneOf: async (identity: string) => {
      const { tracks } = await admin.getParticipant(room, identity);
      return tracks.find(({ source }) => source === TrackSource.MICROPHONE);
    },
    close: async () => {
      await Promise.allSettled(closers.map(async (closer) => closer()));
    },
  };
};

export type RoomRig = ReturnType<typeof createRoomRig>;
