/**
 * The pictures of a caller's link: its camera goes up, and those that it watches come down. What is
 * watched, the camera and the keys of tracks outlive a connection; what is counted begins anew with each.
 */
import { randomInt } from 'node:crypto';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { CameraTrack, PictureEvent, PictureLink } from './link-types.ts';
import {
  createPictureConnection,
  type PictureConnection,
  type SessionPictures,
} from './picture-connection.ts';
import type { WatchWant } from './picture-layers.ts';
import { createPictureRoster } from './picture-roster.ts';
import { parsePictureSignal, type PictureSignal } from './picture-signal.ts';
import type { RoomSession } from './room-session.ts';

export interface RoomPictures {
  readonly link: PictureLink;
  /** The pictures of one more connection, in place of those of the last. */
  connect(session: () => RoomSession | undefined): SessionPictures;
}

export interface RoomPicturesDeps {
  readonly camera: CameraTrack;
  /** Undefined: none is ever published. */
  readonly screen?: CameraTrack | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onEvent: (event: PictureEvent) => void;
  readonly onPacket: (trackKey: number, packet: Buffer) => void;
}

export const createRoomPictures = (deps: RoomPicturesDeps): RoomPictures => {
  const { camera, clock, log } = deps;
  const ssrc = randomInt(1, 2 ** 32);
  const roster = createPictureRoster();
  const screenSsrc = randomInt(1, 2 ** 32);
  let isCameraOn = true;
  let isScreenOn = false;
  let watched: ReadonlySet<number> = new Set();
  let want: WatchWant = { width: 0, height: 0, maxBitrateKbps: 0 };
  let current: PictureConnection | undefined;
  const told = new Map<PictureEvent['type'], string>();
  let toldKbps = camera.maxBitrateKbps;

  const tell = (event: PictureEvent): void => {
    if (event.type === 'camera-bitrate') toldKbps = event.kbps;
    try {
      deps.onEvent(event);
    } catch (error) {
      log.error({ err: error }, 'room picture listener threw');
    }
  };
  /** What was told before in the same words is not told again. */
  const tellChange = (event: PictureEvent): void => {
    const words = JSON.stringify(event);
    if (told.get(event.type) === words) return;
    told.set(event.type, words);
    tell(event);
  };
  const tellPeople = (): void => {
    tellChange({ type: 'people', names: roster.people() });
    tellChange({ type: 'pictures', pictures: roster.pictures() });
    tellChange({ type: 'speakers', identities: roster.speakers() });
  };

  const watchNow = (): void => {
    if (current === undefined) return;
    const passing = { ...want, maxBitrateKbps: current.watchedKbps() };
    current.watch.update(roster.followable(), watched, passing);
  };

  const followRoom = (signal: PictureSignal): void => {
    switch (signal.type) {
      case 'joined':
        roster.begin(signal.people, signal.ownSid);
        current?.watch.begin();
        break;
      case 'people':
        roster.update(signal.people);
        break;
      case 'speakers':
        roster.updateSpeakers(signal.speakers);
        break;
      case 'unsupported':
        roster.setUnsupported(signal.trackSid);
        break;
      case 'wanted':
        current?.setWanted(signal.trackSid, signal.wanted);
        return;
    }
    tellPeople();
    watchNow();
  };

  const connect = (session: () => RoomSession | undefined): SessionPictures => {
    const connection = createPictureConnection({
      ...{ ssrc, camera, clock, session },
      isCameraOn: () => isCameraOn,
      screen: deps.screen && { track: deps.screen, ssrc: screenSsrc, isOn: () => isScreenOn },
      maxWatchedKbps: () => want.maxBitrateKbps,
      onWatchedKbps: watchNow,
      onEvent: tell,
      onPacket: (trackSid, packet) => {
        const trackKey = roster.keyOf(trackSid);
        if (trackKey !== undefined && watched.has(trackKey)) deps.onPacket(trackKey, packet);
      },
    });
    current = connection;
    // A camera at rest would never be there for others: a track is published by its first packets.
    if (toldKbps !== camera.maxBitrateKbps) {
      tell({ type: 'camera-bitrate', kbps: camera.maxBitrateKbps });
    }
    return {
      ...connection,
      takeMessage: (bytes) => {
        const signal = parsePictureSignal(bytes);
        if (signal !== undefined && connection === current) followRoom(signal);
      },
      close: () => {
        connection.close();
        if (current === connection) current = undefined;
      },
    };
  };

  const link: PictureLink = {
    writeRtp: (packet) => {
      current?.writeRtp(packet);
    },
    setCameraOn: (on) => {
      isCameraOn = on;
      current?.showCamera();
    },
    ...(deps.screen && {
      screen: {
        writeRtp: (packet: Buffer) => {
          current?.writeScreen(packet);
        },
        setOn: (on: boolean) => {
          if (on === isScreenOn) return;
          isScreenOn = on;
          current?.showScreen();
        },
      },
    }),
    watch: (trackKeys, next) => {
      watched = new Set(trackKeys);
      want = next;
      watchNow();
    },
    requestKeyFrame: (trackKey) => {
      current?.sendFeedback(roster.sidOf(trackKey) ?? '', (mediaSsrc) => ({
        type: 'picture-loss',
        mediaSsrc,
      }));
    },
    requestPackets: (trackKey, sequences) => {
      if (sequences.length === 0) return;
      current?.sendFeedback(roster.sidOf(trackKey) ?? '', (mediaSsrc) => ({
        type: 'nack',
        ...{ mediaSsrc, sequences },
      }));
    },
  };
  return { link, connect };
};
