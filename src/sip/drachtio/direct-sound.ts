/** A caller whose RTP, pictures too, comes straight to the media worker: FreeSWITCH has no part in it. */
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge, MediaEvent, MediaLeg, MediaSession } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { LegQuality, LegSecurity } from '../../call/ports/sip-engine.ts';
import { answeredMedia } from '../leg/answered-media.ts';
import { createMediaNegotiation, type MediaNegotiation } from '../leg/media-negotiation.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { SecondStream } from '../leg/second-stream.ts';
import { lacksVideoPorts, openVideoPorts, videoPortsOf } from '../leg/video-ports.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { offersVideo } from '../message/sdp-video.ts';
import { noPackets } from './channel-quality.ts';
import { isSoundEvent, type LegSound, type SoundEvent } from './leg-sound.ts';

export interface DirectSoundDeps {
  readonly legId: LegId;
  readonly media: MediaBridge;
  /** Where the worker binds. */
  readonly mediaAddress: string;
  /** The address in our SDP. */
  readonly publicAddress: string;
  readonly codecs: readonly AudioCodec[];
  /** Our order of them counts in answers too. */
  readonly keepsOwnOrder: boolean;
  readonly srtp: LocalSrtp;
  /** Whether pictures are taken where they are offered. */
  readonly video: boolean;
  /** The other side says that it has pictures, whatever it offers. */
  readonly isVideoSystem: boolean;
  /** Slides beside the camera, where they are taken. */
  readonly secondStream?: SecondStream | undefined;
  readonly signalling: LegSecurity['signalling'];
  readonly sessionId: string;
  readonly log: Logger;
}

const noQuality: LegQuality = { up: noPackets, down: undefined };

export const createDirectSound = (deps: DirectSoundDeps): LegSound => {
  let mediaLeg: MediaLeg | undefined;
  let negotiation: MediaNegotiation | undefined;
  let listener: ((event: SoundEvent) => void) | undefined;
  let isClosed = false;
  let hasOfferedVideo = false;
  const { secondStream, log } = deps;

  const takesVideo = (offer: string | undefined): boolean =>
    deps.video && (offer === undefined ? deps.isVideoSystem : offersVideo(offer));

  const open = async (offer: string | undefined): Promise<MediaLeg | undefined> => {
    try {
      const video = takesVideo(offer);
      const opened = await deps.media.openLeg(deps.legId, deps.mediaAddress, { video });
      if (video) await openVideoPorts(opened, offer, secondStream, log);
      if (!hasClosed()) return opened;
      await opened.close();
    } catch (error) {
      log.warn({ err: error }, 'no media for the call');
    }
    return undefined;
  };
  const hasClosed = (): boolean => isClosed;

  const configure = (session: MediaSession): void => {
    mediaLeg?.configure(session);
    secondStream?.configure(session);
  };
  const hear = (event: MediaEvent): void => {
    if (event.type === 'screen-shared') secondStream?.hear(event);
    else if (isSoundEvent(event) || event.type === 'key-frame-wanted') listener?.(event);
    else if (event.type === 'dtls-keys')
      listener?.({ type: 'srtp-settled', keys: 'dtls', suite: event.suite });
  };

  const mediaNow = () => {
    const session = negotiation?.session;
    const codec = session?.codec ?? deps.codecs[0] ?? '';
    return answeredMedia(session, codec, deps.signalling, deps.srtp);
  };

  return {
    describe: async (offer) => {
      const opened = await open(offer);
      if (opened === undefined) return { ok: false, sipStatus: 503, retryAfterS: 10 };
      mediaLeg = opened;
      opened.onEvent(hear);
      negotiation = createMediaNegotiation({
        address: deps.publicAddress,
        rtpPort: opened.localPort,
        rtcpPort: opened.localRtcpPort,
        video: () => videoPortsOf(opened),
        slides: secondStream?.local,
        codecs: deps.codecs,
        keepsOwnOrder: deps.keepsOwnOrder,
        srtp: deps.srtp,
        dtlsFingerprint: opened.dtlsFingerprint,
        sessionId: deps.sessionId,
      });
      if (offer === undefined) {
        return { ok: true, sdp: negotiation.offer(), media: mediaNow(), direction: 'sendrecv' };
      }
      const answered = negotiation.answer(offer);
      if (!answered.ok) return answered;
      configure(answered.session);
      const { direction } = answered.session;
      return { ok: true, sdp: answered.sdp, media: mediaNow(), direction };
    },
    settle: (answer) => {
      const applied = negotiation?.settle(answer);
      if (applied !== undefined) configure(applied);
      return Promise.resolve(negotiation?.session && { media: mediaNow() });
    },
    redescribe: async (offer) => {
      if (negotiation === undefined || mediaLeg === undefined) return { ok: false, sipStatus: 488 };
      if (offer === undefined) {
        const direction = negotiation.session?.direction ?? 'sendrecv';
        return { ok: true, sdp: negotiation.offer(), direction };
      }
      if (takesVideo(offer) && lacksVideoPorts(mediaLeg, offer, secondStream))
        await openVideoPorts(mediaLeg, offer, secondStream, log);
      const answered = negotiation.answer(offer);
      if (!answered.ok) return answered;
      configure(answered.session);
      return { ok: true, sdp: answered.sdp, direction: answered.session.direction };
    },
    offerVideo: async () => {
      const isWanted = takesVideo(undefined) && negotiation?.session?.video === undefined;
      if (mediaLeg === undefined || hasOfferedVideo || !isWanted) return undefined;
      hasOfferedVideo = true;
      await openVideoPorts(mediaLeg, undefined, secondStream, log);
      return mediaLeg.localVideoPort === undefined ? undefined : negotiation?.offer();
    },
    start: () => mediaLeg?.start(),
    play: (utterance) => mediaLeg?.play(utterance),
    stopPlaying: () => mediaLeg?.stopPlaying(),
    join: async (target) => (await mediaLeg?.join(target)) ?? { joined: false, reason: 'rejected' },
    leaveRoom: async () => mediaLeg?.leaveRoom(),
    setMuted: (muted) => mediaLeg?.setMuted(muted),
    setVolumeDb: (volumeDb) => mediaLeg?.setVolumeDb(volumeDb),
    showFirst: (what) => mediaLeg?.showFirst?.(what),
    sendKey: (digit) => mediaLeg?.sendKey(digit),
    requestKeyFrame: () => mediaLeg?.requestKeyFrame?.(),
    testSound: async (listenMs) => mediaLeg?.testSound?.(listenMs),
    quality: async () => (await mediaLeg?.quality()) ?? noQuality,
    onEvent: (newListener) => {
      listener = newListener;
    },
    close: async () => {
      isClosed = true;
      secondStream?.close();
      await mediaLeg?.close();
    },
  };
};
