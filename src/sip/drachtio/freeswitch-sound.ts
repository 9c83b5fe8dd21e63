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
import type { JoinOutcome, RoomTarget } from '../../call/ports/sip-engine.ts';
import { answerOffer } from '../message/sdp-answer.ts';
import { applyAnswer } from '../message/sdp-offer.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { channelQuality, noPackets } from './channel-quality.ts';
import { createFreeSwitchPlayer, type FreeSwitchPlayer } from './freeswitch-player.ts';
import type { CreateUac, FreeSwitch } from './freeswitch.ts';
import type { Described, LegSound, SoundEvent } from './leg-sound.ts';
import { sipStatusOf, type MediaEndpoint } from './media-endpoint.ts';
import { directionOfAnswer, withDirection } from './mirrored-direction.ts';
import { openRoomSide, type RoomSide } from './room-side.ts';
import { withCodecs } from './sdp-codecs.ts';

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
  readonly promptsPath: string;
  readonly mediaTimeoutMs: number;
  readonly log: Logger;
}

const retryAfterS = 10;
const unsettled: Described = { ok: false, sipStatus: 503, retryAfterS };

/** SRTP with its keys in the SDP (RFC 4568): FreeSWITCH has it. DTLS would need the caller first. */
const hasKeys = (sdp: string): boolean => /^a=crypto:/m.test(sdp);
/** As far as codecs and directions go, SRTP is RTP. */
const inTheClear = (sdp: string): string => sdp.replace(/^(m=audio \d+ RTP\/)SAVP/gm, '$1AVP');

/** FreeSWITCH offers its sound twice, with SRTP and without; many phones answer one line only. */
const plainOffer = ({ localSdp }: MediaEndpoint): string =>
  localSdp
    .split(/^(?=m=)/m)
    .filter((part) => !/^m=audio \d+ RTP\/SAVP/.test(part))
    .join('');

/** The message alone: drachtio-srf hangs the whole response on its errors. */
const faultOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

export const createFreeSwitchSound = (deps: FreeSwitchSoundDeps): LegSound => {
  const { log } = deps;
  let freeSwitch: FreeSwitch | undefined;
  let caller: MediaEndpoint | undefined;
  let player: FreeSwitchPlayer | undefined;
  let codec: AudioCodec = deps.codecs[0] ?? 'PCMA';
  let direction: MediaDirection = 'sendrecv';
  let room: RoomSide | undefined;
  let isBridged = false;
  let volumeDb = 0;
  let muted: boolean | undefined;
  let isClosed = false;
  let listener: ((event: SoundEvent) => void) | undefined;

  const ourOffer = (endpoint: MediaEndpoint): string =>
    withCodecs(plainOffer(endpoint), deps.codecs);

  const emit = (event: SoundEvent): void => {
    if (!isClosed) listener?.(event);
  };

  // ---------------------------------------------------------------- the caller's channel

  const openCaller = async (offer: string | undefined): Promise<MediaEndpoint | number> => {
    const tried = new Set<string>();
    let misfits = 0;
    for (;;) {
      const chosen = deps.choose(tried);
      if (chosen === undefined) return 503;
      try {
        const headers = { 'X-ringbro-media-timeout': String(deps.mediaTimeoutMs) };
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

  /**
   * The offer as FreeSWITCH gets it, or the status that refuses it: FreeSWITCH is not asked about what
   * is not sound. Where our order of codecs decides, it has no choice left.
   */
  const fitted = (offer: string): string | number => {
    const trial = answerOffer(hasKeys(offer) ? inTheClear(offer) : offer, {
      address: deps.mediaAddress,
      rtpPort: 9,
      rtcpPort: 9,
      codecs: deps.codecs,
      keepsOwnOrder: deps.keepsOwnOrder,
      sessionId: '1',
      sessionVersion: 1,
    });
    if (!trial.ok) return trial.sipStatus;
    return deps.keepsOwnOrder ? withCodecs(offer, [trial.session.codec]) : offer;
  };

  const describe: LegSound['describe'] = async (offer) => {
    const asked = offer === undefined ? undefined : fitted(offer);
    if (typeof asked === 'number') return { ok: false, sipStatus: asked };
    const endpoint = await openCaller(asked);
    if (endpoint === 488) return { ok: false, sipStatus: 488 };
    if (typeof endpoint === 'number') return unsettled;
    if (isClosed) {
      await endpoint.release();
      return unsettled;
    }
    listenTo(endpoint);
    if (offer !== undefined) return settled(offer, endpoint.localSdp);
    return { ok: true, sdp: ourOffer(endpoint), codec, encrypted: false, direction };
  };

  /** Notes what offer and answer make of the caller's side. */
  const settled = (offer: string, answer: string): Described => {
    const session = applyAnswer(inTheClear(offer), inTheClear(answer));
    if (session.ok) codec = session.session.codec;
    if (session.ok && session.session.telephoneEventPayloadType === undefined) {
      caller?.listenForTones();
    }
    direction = directionOfAnswer(offer);
    return {
      ok: true,
      sdp: withDirection(answer, direction),
      codec,
      encrypted: /^m=audio \d+ RTP\/SAVP/m.test(answer),
      direction,
    };
  };

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
        // Once more where it refused: the RTP port it chose may have been taken.
        createEndpoint: (offer) =>
          chosen
            .createEndpoint(deps.createUac, offer)
            .catch(() => chosen.createEndpoint(deps.createUac, offer)),
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
      const applied = caller && applyAnswer(ourOffer(caller), answer);
      if (caller === undefined || applied?.ok !== true) return undefined;
      codec = applied.session.codec;
      direction = applied.session.direction;
      if (applied.session.telephoneEventPayloadType === undefined) caller.listenForTones();
      const isTaken = 'sdp' in (await caller.reoffer(answer));
      return isTaken ? { codec, encrypted: false } : undefined;
    },
    redescribe: async (offer) => {
      if (caller === undefined) return { ok: false, sipStatus: 488 };
      if (offer === undefined) return { ok: true, sdp: ourOffer(caller), direction };
      const asked = fitted(offer);
      if (typeof asked === 'number') return { ok: false, sipStatus: asked };
      const answered = await caller.reoffer(asked);
      if ('sipStatus' in answered) return { ok: false, sipStatus: answered.sipStatus };
      direction = directionOfAnswer(offer);
      room?.setDirection(direction);
      return { ok: true, sdp: withDirection(answered.sdp, direction), direction };
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
