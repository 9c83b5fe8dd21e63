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
import type { JoinOutcome, LegSecurity, RoomTarget } from '../../call/ports/sip-engine.ts';
import { answeredMedia } from '../embedded/leg-session.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { createCallerNegotiation, type ChannelSrtp } from './caller-negotiation.ts';
import { channelQuality, noPackets } from './channel-quality.ts';
import { createFreeSwitchPlayer, type FreeSwitchPlayer } from './freeswitch-player.ts';
import type { CreateUac, FreeSwitch } from './freeswitch.ts';
import type { Described, LegSound, SoundEvent } from './leg-sound.ts';
import { sipStatusOf, type MediaEndpoint } from './media-endpoint.ts';
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

/** The message alone: drachtio-srf hangs the whole response on its errors. */
const faultOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

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

  const openCaller = async (
    offer: string | undefined,
    srtp: ChannelSrtp,
  ): Promise<MediaEndpoint | number> => {
    const tried = new Set<string>();
    let misfits = 0;
    for (;;) {
      const chosen = deps.choose(tried);
      if (chosen === undefined) return 503;
      try {
        const headers = {
          'X-ringbro-media-timeout': String(deps.mediaTimeoutMs),
          'X-ringbro-srtp': srtp,
        };
        const endpoint = await chosen.createEndpoint(deps.createUac, offer, headers);
        freeSwitch = chosen;
        return endpoint;
      } catch (error) {
        // It also says so where the RTP port it chose was taken: the next one is another.
        const isMisfit = sipStatusOf(error) === 488;
        if (isMisfit && ++misfits === 2) return 488;
        if (!isMisfit) tried.add(chosen.name);
        log.warn({ err: faultOf(error), freeSwitch: chosen.name }, 'freeswitch did not take it');
        if (isClosed) return 503;
      }
    }
  };

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
    const endpoint = await openCaller(asked?.sdp, asked?.srtp ?? negotiation.srtpToOffer);
    if (endpoint === 488) return { ok: false, sipStatus: 488 };
    if (typeof endpoint === 'number') return unsettled;
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

  const join = async (target: RoomTarget): Promise<JoinOutcome> => {
    const chosen = freeSwitch;
    if (chosen === undefined || isClosed) return { joined: false, reason: 'rejected' };
    await leaveRoom();
    try {
      const side = await openRoomSide({
        legId: deps.legId,
        media: deps.media,
        mediaAddress: deps.mediaAddress,
        codec,
        direction,
        target: { ...target, muted: muted ?? target.muted },
        isEncrypted: deps.encryptsInside(chosen),
        // Once more where it refused: the RTP port it chose may have been taken.
        createEndpoint: (offer, headers) =>
          chosen
            .createEndpoint(deps.createUac, offer, headers)
            .catch(() => chosen.createEndpoint(deps.createUac, offer, headers)),
        onEvent: emit,
      });
      return await enter(side);
    } catch (error) {
      log.warn({ err: faultOf(error) }, 'no way to the meeting');
      return { joined: false, reason: 'unreachable' };
    }
  };
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
