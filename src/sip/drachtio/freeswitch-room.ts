/**
 * What a caller on FreeSWITCH has of the media worker: a meeting, or a test of the sound.
 *
 *   none -- join, testSound: worker's port, second channel --> open -- nothing plays any more --> bridged
 *    ^                                                           |                                   |
 *    +---------------- leave, the report is made ----------------+-----------------------------------+
 */
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge, MediaDirection, MediaLeg } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { JoinOutcome, RoomTarget, SoundReport } from '../../call/ports/sip-engine.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { faultOf } from './caller-channel.ts';
import type { CreateUac, FreeSwitch } from './freeswitch.ts';
import type { SoundEvent } from './leg-sound.ts';
import type { MediaEndpoint } from './media-endpoint.ts';
import { openRoomSide, type RoomSide } from './room-side.ts';

/** The caller's side, while it has one. */
export interface CallerSide {
  readonly freeSwitch: FreeSwitch;
  readonly endpoint: MediaEndpoint;
  readonly codec: AudioCodec;
  readonly direction: MediaDirection;
  /** FreeSWITCH plays something: the bridge waits for the last word. */
  readonly isPlaying: boolean;
}

export interface FreeSwitchRoomDeps {
  readonly legId: LegId;
  readonly media: MediaBridge;
  /** Where the worker binds, and what FreeSWITCH is told: on the inside. */
  readonly mediaAddress: string;
  readonly createUac: CreateUac;
  /** Whether what FreeSWITCH and the worker send each other is SRTP. */
  readonly encryptsInside: (freeSwitch: FreeSwitch) => boolean;
  /** Undefined before there is one, and after its end. */
  readonly caller: () => CallerSide | undefined;
  readonly onEvent: (event: SoundEvent) => void;
  readonly log: Logger;
}

export interface FreeSwitchRoom {
  /** The worker's leg, while there is one. */
  readonly leg: MediaLeg | undefined;
  /** The caller hears the worker, and the worker hears the caller. */
  readonly isBridged: boolean;
  readonly join: (target: RoomTarget) => Promise<JoinOutcome>;
  readonly leave: () => Promise<void>;
  /** Resolves when the caller's channel is FreeSWITCH's again: what it is told before that is lost. */
  readonly leaving: Promise<void> | undefined;
  /** Undefined where there is a room already, or something was lost. */
  readonly testSound: (listenMs: number) => Promise<SoundReport | undefined>;
  /** Nothing plays any more. */
  readonly bridge: () => Promise<void>;
  readonly setDirection: (direction: MediaDirection) => void;
  readonly setMuted: (muted: boolean) => void;
  readonly setVolumeDb: (volumeDb: number) => void;
  /** Idempotent, never rejects. The caller's channel is let go by whoever has it. */
  readonly close: () => Promise<void>;
}

export const createFreeSwitchRoom = (deps: FreeSwitchRoomDeps): FreeSwitchRoom => {
  const { log, onEvent } = deps;
  let room: RoomSide | undefined;
  let isBridged = false;
  let leaving: Promise<void> | undefined;
  let volumeDb = 0;
  let muted: boolean | undefined;
  const hasBridged = (): boolean => isBridged;

  const bridge = async (): Promise<void> => {
    const side = room;
    const caller = deps.caller();
    if (!side?.isJoined || isBridged || caller === undefined || caller.isPlaying) return;
    isBridged = true;
    if (await caller.endpoint.bridge(side.endpoint)) return;
    isBridged = false;
    log.warn({}, 'the caller could not be bridged to the meeting');
    if (room === side) onEvent({ type: 'room-left', reason: 'unreachable' });
  };

  /** Without a target the worker has the caller, and no room does. */
  const open = (caller: CallerSide, target: RoomTarget | undefined): Promise<RoomSide> => {
    const { freeSwitch, codec, direction } = caller;
    return openRoomSide({
      legId: deps.legId,
      media: deps.media,
      mediaAddress: deps.mediaAddress,
      codec,
      direction,
      target: target && { ...target, muted: muted ?? target.muted },
      isEncrypted: deps.encryptsInside(freeSwitch),
      // Once more where it refused: the RTP port it chose may have been taken.
      createEndpoint: (offer, headers) =>
        freeSwitch
          .createEndpoint(deps.createUac, offer, headers)
          .catch(() => freeSwitch.createEndpoint(deps.createUac, offer, headers)),
      onEvent,
    });
  };

  const enter = async (side: RoomSide): Promise<JoinOutcome> => {
    if (deps.caller() === undefined || !side.isJoined) {
      await side.close();
      return side.outcome;
    }
    room = side;
    side.mediaLeg.setVolumeDb(volumeDb);
    if (muted !== undefined) side.mediaLeg.setMuted(muted);
    side.endpoint.onGone(() => {
      if (room === side) onEvent({ type: 'room-left', reason: 'unreachable' });
    });
    await bridge();
    return side.outcome;
  };

  const leave = (): Promise<void> => {
    const left = room;
    room = undefined;
    muted = undefined;
    if (left === undefined) return leaving ?? Promise.resolve();
    const over = letGo(left).finally(() => {
      if (leaving === over) leaving = undefined;
    });
    leaving = over;
    return over;
  };
  const letGo = async (left: RoomSide): Promise<void> => {
    if (isBridged) await deps.caller()?.endpoint.unbridge();
    isBridged = false;
    await left.close();
  };

  return {
    get leg() {
      return room?.mediaLeg;
    },
    get isBridged() {
      return isBridged;
    },
    join: async (target) => {
      const caller = deps.caller();
      if (caller === undefined) return { joined: false, reason: 'rejected' };
      await leave();
      try {
        return await enter(await open(caller, target));
      } catch (error) {
        log.warn({ err: faultOf(error) }, 'no way to the meeting');
        return { joined: false, reason: 'unreachable' };
      }
    },
    leave,
    get leaving() {
      return leaving;
    },
    testSound: async (listenMs) => {
      const caller = deps.caller();
      if (caller === undefined || room !== undefined) return undefined;
      try {
        const side = await open(caller, undefined);
        await enter(side);
        const report = hasBridged() ? await side.mediaLeg.testSound?.(listenMs) : undefined;
        await leave();
        return report;
      } catch (error) {
        log.warn({ err: faultOf(error) }, 'the sound could not be tested');
        return undefined;
      }
    },
    bridge,
    setDirection: (direction) => {
      room?.setDirection(direction);
    },
    setMuted: (next) => {
      muted = next;
      room?.mediaLeg.setMuted(next);
    },
    setVolumeDb: (next) => {
      volumeDb = next;
      room?.mediaLeg.setVolumeDb(next);
    },
    close: async () => {
      const left = room;
      room = undefined;
      await left?.close();
    },
  };
};
