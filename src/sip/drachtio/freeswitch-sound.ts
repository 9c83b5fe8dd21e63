/**
 * A caller whose sound FreeSWITCH holds. Up to the meeting it plays the prompts and tells of keys; in
 * the meeting it is bridged to a port of the media worker, which does both from then on.
 *
 *   ivr -- join: worker's port, second channel --> joined -- nothing plays any more --> bridged
 *    ^                                                |                                    |
 *    +------------------------- leaveRoom ------------+------------------------------------+
 */
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge, MediaDirection } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type {
  JoinOutcome,
  LegSecurity,
  RoomTarget,
  SoundReport,
} from '../../call/ports/sip-engine.ts';
import { answeredMedia } from '../embedded/leg-session.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { faultOf, openCallerChannel } from './caller-channel.ts';
import { createCallerNegotiation } from './caller-negotiation.ts';
import { channelQuality, noPackets } from './channel-quality.ts';
import { createFreeSwitchPlayer, type FreeSwitchPlayer } from './freeswitch-player.ts';
import type { CreateUac, FreeSwitch } from './freeswitch.ts';
import type { Described, LegSound, SoundEvent } from './leg-sound.ts';
import type { MediaEndpoint } from './media-endpoint.ts';
import { openRoomSide, type RoomSide } from './room-side.ts';

export interface FreeSwitchSoundDeps {
  readonly legId: LegId;
  /** The FreeSWITCH for the call; those in `tried` have failed it. */
  readonly choose: (tried: ReadonlySet<string>) => FreeSwitch | undefined;
  readonly createUac: CreateUac;
  readonly media: MediaBridge;
  /** Where the worker binds, and what FreeSWITCH is told: on the inside. */
  readonly mediaAddress: string;
  readonly codecs: readonly AudioCodec[];
  /** Our order of them decides, not the caller's. */
  readonly keepsOwnOrder: boolean;
  /** Of the session in our SDP, decimal digits. */
  readonly sessionId: string;
  /** The caller's side. */
  readonly srtp: LocalSrtp;
  readonly callerSideAddress: string | undefined;
  readonly signalling: LegSecurity['signalling'];
  /** Whether what FreeSWITCH and the worker send each other is SRTP. */
  readonly encryptsInside: (freeSwitch: FreeSwitch) => boolean;
  readonly promptsPath: string;
  readonly mediaTimeoutMs: number;
  readonly log: Logger;
}

const retryAfterS = 10;
const unsettled: Described = { ok: false, sipStatus: 503, retryAfterS };

export const createFreeSwitchSound = (deps: FreeSwitchSoundDeps): LegSound => {
  const { log } = deps;
  let freeSwitch: FreeSwitch | undefined;
  let caller: MediaEndpoint | undefined;
  let player: FreeSwitchPlayer | undefined;
  let codec: AudioCodec = deps.codecs[0] ?? 'PCMA';
  let direction: MediaDirection = 'sendrecv';
  const negotiation = createCallerNegotiation(deps);
  let room: RoomSide | undefined;
  let isBridged = false;
  let volumeDb = 0;
  let muted: boolean | undefined;
  let isClosed = false;
  let listener: ((event: SoundEvent) => void) | undefined;

  const emit = (event: SoundEvent): void => {
    if (!isClosed) listener?.(event);
  };

  // ---------------------------------------------------------------- the caller's channel

  const listenTo = (endpoint: MediaEndpoint): void => {
    caller = endpoint;
    endpoint.onKey(({ digit, heardInBand }) => {
      // In the meeting the worker hears the keys too.
      if (isBridged) return;
      emit({ type: 'digit', digit, source: heardInBand ? 'in-band' : 'telephone-event' });
    });
    endpoint.onGone((cause) => {
      emit({ type: cause === 'MEDIA_TIMEOUT' ? 'media-timeout' : 'lost' });
    });
    player = createFreeSwitchPlayer({
      endpoint,
      promptsPath: deps.promptsPath,
      onPlayed: (utteranceId) => {
        emit({ type: 'played', utteranceId });
      },
      onIdle: () => {
        void bridge();
      },
    });
  };

  const describe: LegSound['describe'] = async (offer) => {
    const asked = offer === undefined ? undefined : negotiation.ask(offer);
    if (asked?.ok === false) return { ok: false, sipStatus: asked.sipStatus };
    const opened = await openCallerChannel(
      { ...deps, isClosed: () => isClosed },
      { offer: asked?.sdp, srtp: asked?.srtp ?? negotiation.srtpToOffer },
    );
    if (opened === 488) return { ok: false, sipStatus: 488 };
    if (typeof opened === 'number') return unsettled;
    const { endpoint } = opened;
    freeSwitch = opened.freeSwitch;
    if (isClosed) {
      await endpoint.release();
      return unsettled;
    }
    listenTo(endpoint);
    const { localSdp } = endpoint;
    const sdp =
      offer === undefined ? negotiation.offer(localSdp) : negotiation.answer(offer, localSdp);
    if (sdp === undefined) return { ok: false, sipStatus: 488 };
    if (offer !== undefined) noteSession();
    return { ok: true, sdp, media: mediaNow(), direction };
  };

  /** What offer and answer made of the caller's side. */
  const noteSession = (): void => {
    const { session } = negotiation;
    if (session === undefined) return;
    codec = session.codec;
    direction = session.direction;
    if (session.telephoneEventPayloadType === undefined) caller?.listenForTones();
  };
  const mediaNow = () => answeredMedia(negotiation.session, codec, deps.signalling, deps.srtp);

  // ---------------------------------------------------------------- the meeting

  const bridge = async (): Promise<void> => {
    const side = room;
    if (!side?.isJoined || isBridged || caller === undefined || player?.isIdle !== true) return;
    isBridged = true;
    if (await caller.bridge(side.endpoint)) return;
    isBridged = false;
    log.warn({}, 'the caller could not be bridged to the meeting');
    if (room === side) emit({ type: 'room-left', reason: 'unreachable' });
  };

  /** Without a target the worker has the caller, and no room does. */
  const openSide = (chosen: FreeSwitch, target: RoomTarget | undefined): Promise<RoomSide> =>
    openRoomSide({
      legId: deps.legId,
      media: deps.media,
      mediaAddress: deps.mediaAddress,
      codec,
      direction,
      target: target && { ...target, muted: muted ?? target.muted },
      isEncrypted: deps.encryptsInside(chosen),
      // Once more where it refused: the RTP port it chose may have been taken.
      createEndpoint: (offer, headers) =>
        chosen
          .createEndpoint(deps.createUac, offer, headers)
          .catch(() => chosen.createEndpoint(deps.createUac, offer, headers)),
      onEvent: emit,
    });

  const join = async (target: RoomTarget): Promise<JoinOutcome> => {
    const chosen = freeSwitch;
    if (chosen === undefined || isClosed) return { joined: false, reason: 'rejected' };
    await leaveRoom();
    try {
      return await enter(await openSide(chosen, target));
    } catch (error) {
      log.warn({ err: faultOf(error) }, 'no way to the meeting');
      return { joined: false, reason: 'unreachable' };
    }
  };

  /** The worker's work: FreeSWITCH can't say how a caller sounds. */
  const testSound = async (listenMs: number): Promise<SoundReport | undefined> => {
    const chosen = freeSwitch;
    if (chosen === undefined || room !== undefined || isClosed) return undefined;
    try {
      const side = await openSide(chosen, undefined);
      await enter(side);
      const report = hasBridged() ? await side.mediaLeg.testSound?.(listenMs) : undefined;
      await leaveRoom();
      return report;
    } catch (error) {
      log.warn({ err: faultOf(error) }, 'the sound could not be tested');
      return undefined;
    }
  };
  const hasBridged = (): boolean => isBridged;

  const enter = async (side: RoomSide): Promise<JoinOutcome> => {
    if (isClosed || !side.isJoined) {
      await side.close();
      return side.outcome;
    }
    room = side;
    side.mediaLeg.setVolumeDb(volumeDb);
    if (muted !== undefined) side.mediaLeg.setMuted(muted);
    side.endpoint.onGone(() => {
      if (room === side) emit({ type: 'room-left', reason: 'unreachable' });
    });
    await bridge();
    return side.outcome;
  };

  const leaveRoom = async (): Promise<void> => {
    const left = room;
    room = undefined;
    muted = undefined;
    if (left === undefined) return;
    if (isBridged) await caller?.unbridge();
    isBridged = false;
    await left.close();
  };

  return {
    describe,
    settle: async (answer) => {
      const described = negotiation.settle(answer);
      if (caller === undefined || described === undefined) return undefined;
      noteSession();
      const isTaken = 'sdp' in (await caller.reoffer(described));
      return isTaken ? { media: mediaNow() } : undefined;
    },
    redescribe: async (offer) => {
      const again = offer === undefined ? negotiation.offerAgain() : undefined;
      if (again !== undefined) return { ok: true, sdp: again, direction };
      if (caller === undefined || offer === undefined) return { ok: false, sipStatus: 488 };
      const asked = negotiation.ask(offer);
      if (!asked.ok) return { ok: false, sipStatus: asked.sipStatus };
      const answered = await caller.reoffer(asked.sdp);
      if ('sipStatus' in answered) return { ok: false, sipStatus: answered.sipStatus };
      const sdp = negotiation.answer(offer, answered.sdp);
      if (sdp === undefined) return { ok: false, sipStatus: 488 };
      noteSession();
      room?.setDirection(direction);
      return { ok: true, sdp, direction };
    },
    start: () => undefined,
    play: (utterance) => {
      if (room === undefined) player?.play(utterance);
      else {
        player?.stop();
        room.mediaLeg.play(utterance);
      }
    },
    stopPlaying: () => {
      player?.stop();
      room?.mediaLeg.stopPlaying();
    },
    join,
    leaveRoom,
    setMuted: (next) => {
      muted = next;
      room?.mediaLeg.setMuted(next);
    },
    setVolumeDb: (next) => {
      volumeDb = next;
      room?.mediaLeg.setVolumeDb(next);
    },
    sendKey: (digit) => room?.mediaLeg.sendKey(digit),
    testSound,
    quality: async () => ({
      up: caller === undefined ? noPackets : channelQuality(await caller.variables()),
      down: undefined,
    }),
    onEvent: (newListener) => {
      listener = newListener;
    },
    close: async () => {
      isClosed = true;
      const left = room;
      room = undefined;
      await Promise.all([left?.close(), caller?.release()]);
    },
  };
};
