/**
 * A caller whose sound FreeSWITCH holds. Up to the meeting it plays the prompts and tells of keys; in
 * the meeting it is bridged to a port of the media worker, which does both from then on
 * (`freeswitch-room.ts`).
 */
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge, MediaDirection } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { LegSecurity, Utterance } from '../../call/ports/sip-engine.ts';
import { answeredMedia } from '../leg/answered-media.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { openCallerChannel } from './caller-channel.ts';
import { createCallerNegotiation } from './caller-negotiation.ts';
import { createFreeSwitchPlayer, type FreeSwitchPlayer } from './freeswitch-player.ts';
import { createFreeSwitchQuality } from './freeswitch-quality.ts';
import { createFreeSwitchRoom } from './freeswitch-room.ts';
import type { CreateUac, FreeSwitch } from './freeswitch.ts';
import type { Described, LegSound, SoundEvent } from './leg-sound.ts';
import type { MediaEndpoint } from './media-endpoint.ts';

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
  /** How often it is told how the sound goes. */
  readonly qualityWindowMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

const retryAfterS = 10;
const unsettled: Described = { ok: false, sipStatus: 503, retryAfterS };

export const createFreeSwitchSound = (deps: FreeSwitchSoundDeps): LegSound => {
  let freeSwitch: FreeSwitch | undefined;
  let caller: MediaEndpoint | undefined;
  let player: FreeSwitchPlayer | undefined;
  let codec: AudioCodec = deps.codecs[0] ?? 'PCMA';
  let direction: MediaDirection = 'sendrecv';
  const negotiation = createCallerNegotiation(deps);
  /** The worker says it, and goes with the meeting. */
  let unsaid: Utterance | undefined;
  /** To be said when the caller has left the meeting. */
  let awaited: Utterance | undefined;
  let isClosed = false;
  let listener: ((event: SoundEvent) => void) | undefined;

  const emit = (event: SoundEvent): void => {
    if (!isClosed) listener?.(event);
  };

  const room = createFreeSwitchRoom({
    ...deps,
    caller: () =>
      isClosed || freeSwitch === undefined || caller === undefined
        ? undefined
        : { freeSwitch, endpoint: caller, codec, direction, isPlaying: player?.isIdle !== true },
    onEvent: (event) => {
      if (event.type === 'played' && event.utteranceId === unsaid?.utteranceId) unsaid = undefined;
      if (event.type === 'quality') quality.hearWorker(event.news);
      else emit(event);
    },
  });
  const quality = createFreeSwitchQuality({
    clock: deps.clock,
    windowMs: deps.qualityWindowMs,
    caller: () => caller,
    worker: () => room.leg,
    mayPause: () =>
      direction !== 'sendrecv' || negotiation.session?.comfortNoisePayloadType !== undefined,
    tell: (figures, news) => {
      emit({ type: 'quality', quality: figures, news });
    },
  });

  // ---------------------------------------------------------------- the caller's channel

  const listenTo = (endpoint: MediaEndpoint): void => {
    caller = endpoint;
    endpoint.onKey(({ digit, heardInBand }) => {
      // In the meeting the worker hears the keys too.
      if (room.isBridged) return;
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
        void room.bridge();
      },
    });
  };

  const describe: LegSound['describe'] = async (offer) => {
    const asked = offer === undefined ? undefined : negotiation.ask(offer);
    if (asked?.ok === false) return { ok: false, sipStatus: asked.sipStatus };
    const opened = await openCallerChannel(
      { ...deps, isClosed: () => isClosed },
      { offer: asked?.sdp, srtp: asked?.srtp ?? 'forbidden' },
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

  const play = (utterance: Utterance): void => {
    awaited = undefined;
    unsaid = undefined;
    if (room.leg !== undefined) {
      unsaid = utterance;
      player?.stop();
      room.leg.play(utterance);
    } else if (room.leaving !== undefined) {
      awaited = utterance;
      void room.leaving.then(() => {
        if (awaited === utterance) play(utterance);
      });
    } else player?.play(utterance);
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
      room.setDirection(direction);
      return { ok: true, sdp, direction };
    },
    start: quality.start,
    play,
    stopPlaying: () => {
      awaited = undefined;
      unsaid = undefined;
      player?.stop();
      room.leg?.stopPlaying();
    },
    join: async (target) => {
      const again = unsaid;
      quality.note();
      const outcome = await room.join(target);
      if (again !== undefined && unsaid === again) play(again);
      return outcome;
    },
    // What was being said is said again, from its beginning: by FreeSWITCH.
    leaveRoom: () => {
      quality.note();
      const left = room.leave();
      if (unsaid !== undefined) play(unsaid);
      return left;
    },
    setMuted: room.setMuted,
    setVolumeDb: room.setVolumeDb,
    sendKey: (digit) => room.leg?.sendKey(digit),
    // The worker's work: FreeSWITCH can't say how a caller sounds.
    testSound: room.testSound,
    quality: quality.quality,
    onEvent: (newListener) => {
      listener = newListener;
    },
    close: async () => {
      isClosed = true;
      quality.stop();
      await Promise.all([room.close(), caller?.release()]);
    },
  };
};
