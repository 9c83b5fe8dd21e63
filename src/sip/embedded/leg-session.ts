/**
 * A SIP session and its media leg, whichever side called: what both say becomes the leg's events,
 * offers within the call are answered, and the end of the session closes the sound.
 */
import type { MediaEvent, MediaLeg, MediaSession } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type {
  CallLeg,
  LegEndCause,
  LegEvent,
  LegQuality,
  Quality,
} from '../../call/ports/sip-engine.ts';
import { mediaControlType, pictureFastUpdate } from '../dialog/picture-fast-update.ts';
import type { SessionEndCause, SessionEvent } from '../dialog/session.ts';
import { createDigitMerge } from '../leg/digit-merge.ts';
import type { MediaNegotiation } from '../leg/media-negotiation.ts';
import type { SecondStream } from '../leg/second-stream.ts';
import { lacksVideoPorts, openVideoPorts } from '../leg/video-ports.ts';
import { offersVideo } from '../message/sdp-video.ts';
import type { SipSession } from './sip-session-handle.ts';

/** What is the same of a leg on both sides of an INVITE. */
export type LegBody = Omit<CallLeg, 'invitation' | 'ring' | 'answer' | 'refuse'>;

export interface LegSession {
  readonly body: LegBody;
  readonly isEnded: boolean;
  /** The port is open, and these are the offers and answers about it. */
  attach(opened: MediaLeg, made: MediaNegotiation): void;
  configure(session: MediaSession): void;
  /** What no leg does by itself (`provisional`, `answered`) is left alone. */
  readonly onSessionEvent: (event: SessionEvent) => void;
}

export interface LegSessionDeps {
  readonly session: SipSession;
  /** Pictures that the other side offers later are taken [no]. */
  readonly takesVideo?: boolean;
  /** It can show pictures, and is offered them in a meeting where there are none yet [no]. */
  readonly offersVideo?: boolean;
  /** Slides beside the camera, where they are taken. */
  readonly secondStream?: SecondStream | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The leg has ended and its media leg is closed. */
  readonly onClosed: () => void;
}

const causeOf = (cause: SessionEndCause): LegEndCause => {
  if (cause.by === 'network') return cause;
  if (cause.by === 'remote') return { by: 'caller', how: cause.how };
  return { by: 'gateway', how: cause.how === 'bye' ? 'bye' : 'refused' };
};

/** Sound does not flow both ways: the other side put us on hold, or only listens. */
const isHeld = (session: MediaSession): boolean => session.direction !== 'sendrecv';

const noPackets: Quality = { packets: 0, lost: 0, lossPct: 0, jitterMs: 0, mos: 1 };
const noQuality: LegQuality = { up: noPackets, down: undefined };

export const createLegSession = (deps: LegSessionDeps): LegSession => {
  const { session, clock, log, onClosed, secondStream } = deps;
  const digits = createDigitMerge();
  const waiting: LegEvent[] = [];
  let listener: ((event: LegEvent) => void) | undefined;
  let mediaLeg: MediaLeg | undefined;
  let negotiation: MediaNegotiation | undefined;
  let finalQuality: Promise<LegQuality> | undefined;
  let isEnded = false;
  let wasHeld = false;
  let isAnswerUnfit = false;
  let hasOfferedVideo = false;

  const hand = (event: LegEvent): void => {
    try {
      listener?.(event);
    } catch (error) {
      log.error({ err: error }, 'leg listener threw');
    }
  };
  /** A leg that we dialled has been answered before anybody can listen: nothing of that is lost. */
  const emit = (event: LegEvent): void => {
    if (listener === undefined || waiting.length > 0) waiting.push(event);
    else hand(event);
  };
  const listen = (newListener: (event: LegEvent) => void): void => {
    listener = newListener;
    if (waiting.length === 0) return;
    queueMicrotask(() => {
      for (const event of waiting.splice(0)) hand(event);
    });
  };

  const configure = (settled: MediaSession): void => {
    mediaLeg?.configure(settled);
    secondStream?.configure(settled);
    if (isHeld(settled) === wasHeld) return;
    wasHeld = isHeld(settled);
    emit({ type: wasHeld ? 'held' : 'resumed' });
  };

  const onOffer = (offer: string | undefined): void => {
    if (negotiation === undefined || mediaLeg === undefined) session.rejectOffer(488);
    else if (offer === undefined) session.acceptOffer(negotiation.offer());
    else if (needsPorts(mediaLeg, offer)) {
      const made = negotiation;
      void openVideoPorts(mediaLeg, offer, secondStream, log).then(() => {
        answerOffer(made, offer);
      });
    } else answerOffer(negotiation, offer);
  };

  const needsPorts = (leg: MediaLeg, offer: string): boolean =>
    deps.takesVideo === true && offersVideo(offer) && lacksVideoPorts(leg, offer, secondStream);

  const answerOffer = (made: MediaNegotiation, offer: string): void => {
    if (isEnded) return;
    const answered = made.answer(offer);
    // The call goes on as it was. RFC 3261 §14.2
    if (!answered.ok) {
      session.rejectOffer(answered.sipStatus);
      return;
    }
    session.acceptOffer(answered.sdp);
    configure(answered.session);
  };

  /** Once a call: who takes no pictures then has said so. */
  const offerVideo = async (): Promise<void> => {
    if (mediaLeg === undefined || negotiation === undefined || hasOfferedVideo) return;
    if (deps.offersVideo !== true || negotiation.session?.video !== undefined) return;
    hasOfferedVideo = true;
    await openVideoPorts(mediaLeg, undefined, secondStream, log);
    if (!isEnded && mediaLeg.localVideoPort !== undefined) session.offer(negotiation.offer());
  };

  const onAnswer = (answer: string | undefined): void => {
    const settled = answer === undefined ? undefined : negotiation?.settle(answer);
    if (settled !== undefined) {
      const { crypto } = settled;
      configure(settled);
      if (crypto) emit({ type: 'srtp-settled', keys: 'sdes', suite: crypto.suite });
    } else if (negotiation?.session === undefined) {
      // There never was a session that the call could go on with.
      isAnswerUnfit = true;
      session.hangUp();
    }
  };

  const onEnded = (cause: SessionEndCause): void => {
    if (isEnded) return;
    isEnded = true;
    secondStream?.close();
    const closing = mediaLeg;
    finalQuality = closing?.quality().catch(() => noQuality);
    emit({ type: 'ended', cause: causeOf(cause) });
    void (finalQuality ?? Promise.resolve()).then(() => closing?.close()).finally(onClosed);
  };

  const onMediaEvent = (event: MediaEvent): void => {
    if (isEnded || event.type === 'first-rtp') return;
    if (event.type === 'screen-shared') {
      secondStream?.hear(event);
      return;
    }
    if (event.type === 'key-frame-wanted') {
      session.sendInfo(mediaControlType, pictureFastUpdate);
      return;
    }
    if (event.type === 'dtls-keys') {
      emit({ type: 'srtp-settled', keys: 'dtls', suite: event.suite });
      return;
    }
    if (event.type === 'digit' && !digits.accept(clock.now(), 'media', event.digit)) return;
    emit(event);
  };

  const onSessionEvent = (event: SessionEvent): void => {
    switch (event.type) {
      case 'confirmed':
        if (isAnswerUnfit) break;
        mediaLeg?.start();
        emit({ type: 'confirmed' });
        break;
      case 'offer':
        onOffer(event.sdp);
        break;
      case 'answer':
        onAnswer(event.sdp);
        break;
      case 'described-anew':
        negotiation?.describedAnew(event.sdp);
        break;
      case 'digit':
        if (digits.accept(clock.now(), 'info', event.digit)) {
          emit({ type: 'digit', digit: event.digit, source: 'info' });
        }
        break;
      case 'picture-fast-update':
        mediaLeg?.requestKeyFrame?.();
        break;
      case 'ended':
        onEnded(event.cause);
        break;
      case 'provisional':
      case 'answered':
      case 'offer-refused':
        break;
    }
  };

  return {
    body: {
      play: (utterance) => mediaLeg?.play(utterance),
      stopPlaying: () => mediaLeg?.stopPlaying(),
      join: async (target) => {
        if (mediaLeg === undefined || isEnded) return { joined: false, reason: 'rejected' };
        const outcome = await mediaLeg.join(target);
        if (outcome.joined) void offerVideo();
        return outcome;
      },
      leaveRoom: async () => {
        if (!isEnded) await mediaLeg?.leaveRoom();
      },
      setMuted: (muted) => mediaLeg?.setMuted(muted),
      setVolumeDb: (volumeDb) => mediaLeg?.setVolumeDb(volumeDb),
      showFirst: (what) => mediaLeg?.showFirst?.(what),
      sendKey: (digit) => mediaLeg?.sendKey(digit),
      quality: () => finalQuality ?? mediaLeg?.quality() ?? Promise.resolve(noQuality),
      testSound: async (listenMs) => (isEnded ? undefined : mediaLeg?.testSound?.(listenMs)),
      hangUp: () => {
        session.hangUp();
      },
      onEvent: listen,
    },
    get isEnded() {
      return isEnded;
    },
    attach: (opened, made) => {
      mediaLeg = opened;
      negotiation = made;
      opened.onEvent(onMediaEvent);
    },
    configure,
    onSessionEvent,
  };
};
