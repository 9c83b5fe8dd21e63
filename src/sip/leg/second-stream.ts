/**
 * The second stream of one leg: its ports and its seat at the door of floor control, from the first
 * offer that brings one; and between the device and the media worker the floor.
 *
 *   device ── BFCP ──▶ floor-door ──▶ floor-desk ──▶ whose slides ──▶ media leg
 *                                         ▲ a screen is shared in the room ◀──┘
 */
import { randomInt } from 'node:crypto';
import type { MediaEvent, MediaLeg, MediaSession } from '../../call/ports/media.ts';
import type { Clock } from '../../call/ports/process.ts';
import type { FloorDoor, TakenSeat } from '../bfcp/floor-door.ts';
import type { FloorDoors } from '../bfcp/floor-doors.ts';
import { createFloorDesk, type FloorDesk } from '../bfcp/floor-desk.ts';
import type { LocalMedia } from '../message/sdp-session.ts';
import { offersSlides } from '../message/sdp-slides.ts';

export interface SecondStream {
  /** Whether an offer needs `prepare` before it is answered; undefined: one of ours with pictures. */
  needs(offer: string | undefined): boolean;
  /** Opens what a second stream needs. Never rejects: without, the call goes on with the first. */
  prepare(leg: MediaLeg): Promise<void>;
  /** For the negotiation. */
  readonly local: () => LocalMedia['slides'];
  /** After each offer/answer. */
  configure(session: MediaSession): void;
  hear(event: Extract<MediaEvent, { type: 'screen-shared' }>): void;
  close(): void;
}

export interface SecondStreamDeps {
  readonly doors: FloorDoors;
  /** Ours, that the device called. */
  readonly localAddress: string;
  /** Where its signalling comes from: behind NAT its SDP does not know that. */
  readonly remoteAddress: string;
  readonly clock: Clock;
}

/** That of a device that holds in the old way is none. RFC 3264 §8.4 */
const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const floorId = 1;
const userId = 2;

interface Conversation {
  readonly transport: 'udp' | 'tcp';
  /** Where the device may speak from: its offers may move it. */
  readonly addresses: Set<string>;
  readonly seat: TakenSeat;
  readonly desk: FloorDesk;
}

export const createSecondStream = (deps: SecondStreamDeps): SecondStream => {
  const { clock } = deps;
  const conferenceId = randomInt(1, 2 ** 31);
  let mediaLeg: MediaLeg | undefined;
  let door: FloorDoor | undefined;
  let ports: { readonly rtpPort: number; readonly rtcpPort: number } | undefined;
  let current: Conversation | undefined;
  let screen: number | undefined;
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  /** After everything that may have set or cleared a deadline. */
  const watchTime = (): void => {
    cancelTimer?.();
    const { desk } = current ?? {};
    const at = desk?.nextTimeoutAt();
    if (desk === undefined || at === undefined) return;
    cancelTimer = clock.at(at, () => {
      desk.timeout(clock.now());
      watchTime();
    });
  };
  const end = (): void => {
    cancelTimer?.();
    current?.seat.close();
    current?.desk.lose(clock.now());
    current = undefined;
  };

  const begin = (at: FloorDoor, transport: Conversation['transport']): Conversation => {
    const addresses = new Set([deps.remoteAddress]);
    const desk = createFloorDesk({
      isReliable: transport === 'tcp',
      ...{ conferenceId, userId, floorId },
      send: (bytes) => {
        seat.send(bytes);
      },
      onHolder: (holder) => mediaLeg?.setFloor?.(holder),
    });
    const seat = at.take({
      conferenceId,
      transport,
      addresses,
      onMessage: (bytes) => {
        desk.take(clock.now(), bytes);
        watchTime();
      },
      onLost: () => {
        desk.lose(clock.now());
        watchTime();
      },
    });
    desk.setScreen(clock.now(), screen);
    return { transport, addresses, seat, desk };
  };

  return {
    needs: (offer) =>
      ports === undefined && !isClosed && (offer === undefined || offersSlides(offer)),
    prepare: async (leg) => {
      mediaLeg = leg;
      door ??= await deps.doors.at(deps.localAddress);
      if (door === undefined) return;
      try {
        ports ??= await leg.openSlides?.();
      } catch {
        // The leg is gone, or its worker.
      }
    },
    local: () =>
      door && ports && { ...ports, floor: { port: door.port, conferenceId, userId, floorId } },
    configure: ({ floor }) => {
      if (floor?.transport !== current?.transport) end();
      if (floor === undefined || door === undefined || isClosed) return;
      current ??= begin(door, floor.transport);
      // Held and resumed it is the same conversation.
      if (unspecified.has(floor.remoteAddress)) return;
      current.addresses.clear();
      for (const each of [floor.remoteAddress, deps.remoteAddress]) current.addresses.add(each);
    },
    hear: ({ key }) => {
      screen = key;
      current?.desk.setScreen(clock.now(), key);
      watchTime();
    },
    close: () => {
      isClosed = true;
      end();
    },
  };
};
