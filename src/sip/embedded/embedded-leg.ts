/**
 * One incoming call with its sound: a SIP session and a media leg as one CallLeg.
 *
 *   invited -- answer --> media leg opened, 200 sent -- ACK --> confirmed: media leg started
 *      |                      | re-INVITE: configured anew, held, resumed
 *      v                      v
 *    ended (exactly once; it closes the media leg, never the other way round)
 */
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge, MediaEvent, MediaLeg, MediaSession } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type {
  AnsweredMedia,
  CallInvitation,
  CallLeg,
  LegEndCause,
  LegEvent,
  LegQuality,
  LegSecurity,
  Quality,
} from '../../call/ports/sip-engine.ts';
import type { SessionEndCause, SessionEvent } from '../dialog/session.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import { callerIdentity } from '../message/caller-identity.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { toOf } from '../message/message-headers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { parseUri } from '../message/sip-uri.ts';
import { createDigitMerge } from './digit-merge.ts';
import { createMediaNegotiation, type MediaNegotiation } from './media-negotiation.ts';
import type { IncomingInvite } from './sip-session-handle.ts';
import type { CallOrigin } from './trunk-desk.ts';

export interface EmbeddedLegDeps {
  readonly legId: LegId;
  readonly incoming: IncomingInvite;
  /** How it came, where there are trunks. */
  readonly origin?: CallOrigin | undefined;
  readonly media: MediaBridge;
  readonly codecs: readonly AudioCodec[];
  /** The address in our SDP. */
  readonly mediaAddress: string;
  /** The o= line's session id: decimal digits. */
  readonly sessionId: string;
  readonly srtp?: LocalSrtp | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The leg has ended and its media leg is closed. */
  readonly onClosed: () => void;
}

type AnswerOutcome = Awaited<ReturnType<CallLeg['answer']>>;

const invitationOf = (
  legId: LegId,
  { invite, flow, sipCallId }: IncomingInvite,
  origin: CallOrigin | undefined,
): CallInvitation => ({
  legId,
  sipCallId,
  source: { ...flow.remote, transport: flow.transport },
  // With trunks, nobody else's assertion is worth anything.
  callerNumber: callerIdentity(invite, origin && (origin.trunk?.identity ?? [])),
  dialled: dialledIn(invite, origin?.trunk),
  signallingEncrypted: flow.transport === 'tls',
  trunk: origin?.trunk?.name,
  ...(origin?.isUnauthorised === true && { unauthorised: true }),
});

/** A call to our registered Contact carries the number that was dialled in To. */
const dialledIn = (invite: SipRequest, trunk: Trunk | undefined): CallInvitation['dialled'] => {
  const uri = parseUri(invite.requestUri);
  const isToContact = uri?.user !== undefined && uri.user === trunk?.registration?.contactUser;
  const dialled = isToContact ? (toOf(invite)?.uri.user ?? uri.user) : uri?.user;
  return { user: dialled ?? '', host: uri?.host ?? '' };
};

const causeOf = (cause: SessionEndCause): LegEndCause => {
  if (cause.by === 'network') return cause;
  if (cause.by === 'remote') return { by: 'caller', how: cause.how };
  return { by: 'gateway', how: cause.how === 'bye' ? 'bye' : 'refused' };
};

/**
 * What is certain when the 200 goes out. Keys in the SDP are no secret unless the signalling was
 * encrypted too (RFC 4568 §7). Where our offer went into the 200, nobody has answered it yet.
 */
const answeredMedia = (
  session: MediaSession | undefined,
  codec: string,
  signalling: LegSecurity['signalling'],
  srtp: LocalSrtp | undefined,
): AnsweredMedia => {
  const suite = session?.crypto?.suite;
  const isSrtp = session === undefined ? srtp?.policy === 'require' : suite !== undefined;
  return {
    codec,
    encrypted: isSrtp && signalling === 'tls',
    security: { signalling, media: isSrtp ? 'srtp' : 'rtp', ...(suite && { suite }) },
  };
};

/** Sound does not flow both ways: the caller put us on hold, or only listens. */
const isHeld = (session: MediaSession): boolean => session.direction !== 'sendrecv';

const noPackets: Quality = { packets: 0, lost: 0, lossPct: 0, jitterMs: 0, mos: 1 };
const noQuality: LegQuality = { up: noPackets, down: undefined };

export const createEmbeddedLeg = (deps: EmbeddedLegDeps): CallLeg => {
  const { legId, incoming, clock, log } = deps;
  const digits = createDigitMerge();
  let listener: ((event: LegEvent) => void) | undefined;
  let mediaLeg: MediaLeg | undefined;
  let negotiation: MediaNegotiation | undefined;
  let answering: Promise<AnswerOutcome> | undefined;
  let finalQuality: Promise<LegQuality> | undefined;
  let isEnded = false;
  let wasHeld = false;
  let isAnswerUnfit = false;

  const emit = (event: LegEvent): void => {
    try {
      listener?.(event);
    } catch (error) {
      log.error({ err: error }, 'leg listener threw');
    }
  };

  const configure = (session: MediaSession): void => {
    mediaLeg?.configure(session);
    if (isHeld(session) === wasHeld) return;
    wasHeld = isHeld(session);
    emit({ type: wasHeld ? 'held' : 'resumed' });
  };

  // ---------------------------------------------------------------- what the session says

  const onOffer = (offer: string | undefined): void => {
    if (negotiation === undefined) {
      incoming.rejectOffer(488);
    } else if (offer === undefined) {
      incoming.acceptOffer(negotiation.offer());
    } else {
      const answered = negotiation.answer(offer);
      // The call goes on as it was. RFC 3261 §14.2
      if (!answered.ok) {
        incoming.rejectOffer(answered.sipStatus);
        return;
      }
      incoming.acceptOffer(answered.sdp);
      configure(answered.session);
    }
  };

  const onAnswer = (answer: string | undefined): void => {
    const session = answer === undefined ? undefined : negotiation?.settle(answer);
    if (session !== undefined) {
      configure(session);
    } else if (negotiation?.session === undefined) {
      // There never was a session that the call could go on with.
      isAnswerUnfit = true;
      incoming.hangUp();
    }
  };

  const onEnded = (cause: SessionEndCause): void => {
    if (isEnded) return;
    isEnded = true;
    const closing = mediaLeg;
    finalQuality = closing?.quality().catch(() => noQuality);
    emit({ type: 'ended', cause: causeOf(cause) });
    void (finalQuality ?? Promise.resolve()).then(() => closing?.close()).finally(deps.onClosed);
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
      case 'digit':
        if (digits.accept(clock.now(), 'info', event.digit)) {
          emit({ type: 'digit', digit: event.digit, source: 'info' });
        }
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

  const onMediaEvent = (event: MediaEvent): void => {
    if (isEnded || event.type === 'first-rtp') return;
    if (event.type === 'digit' && !digits.accept(clock.now(), 'media', event.digit)) return;
    emit(event);
  };

  // ---------------------------------------------------------------- answering

  const refuse: CallLeg['refuse'] = (sipStatus, { reason, retryAfterS } = {}) => {
    incoming.refuse(sipStatus, {
      reason,
      headers: retryAfterS === undefined ? [] : [{ name: 'Retry-After', value: `${retryAfterS}` }],
    });
  };

  /** The answer (or offer) for the 200; a status where there is none. */
  const describe = (
    made: MediaNegotiation,
  ):
    | { readonly sdp: string; readonly session: MediaSession | undefined }
    | { readonly sipStatus: 400 | 488 } => {
    if (incoming.sdp === undefined) return { sdp: made.offer(), session: undefined };
    const answered = made.answer(incoming.sdp);
    if (!answered.ok) return { sipStatus: answered.sipStatus };
    configure(answered.session);
    return { sdp: answered.sdp, session: answered.session };
  };

  const openMedia = async (): Promise<MediaLeg | undefined> => {
    try {
      return await deps.media.openLeg(legId, incoming.flow.local.address);
    } catch (error) {
      log.warn({ err: error }, 'no media for the call');
      return undefined;
    }
  };

  const answer = async (): Promise<AnswerOutcome> => {
    if (isEnded) return { outcome: 'gone' };
    const opened = await openMedia();
    // The caller may have hung up meanwhile.
    if (hasEnded()) {
      await opened?.close();
      return { outcome: 'gone' };
    }
    if (opened === undefined) {
      refuse(503, { retryAfterS: 10 });
      return { outcome: 'refused', sipStatus: 503 };
    }
    mediaLeg = opened;
    opened.onEvent(onMediaEvent);
    negotiation = createMediaNegotiation({
      address: deps.mediaAddress,
      rtpPort: opened.localPort,
      rtcpPort: opened.localRtcpPort,
      codecs: deps.codecs,
      // A trunk's codecs are in the order that was set for it.
      keepsOwnOrder: deps.origin?.trunk !== undefined,
      sessionId: deps.sessionId,
      srtp: deps.srtp,
    });
    const described = describe(negotiation);
    if ('sipStatus' in described) {
      refuse(described.sipStatus);
      return { outcome: 'refused', sipStatus: described.sipStatus };
    }
    incoming.answer(described.sdp);
    const { session } = described;
    const codec = session?.codec ?? deps.codecs[0] ?? '';
    const { transport } = incoming.flow;
    return { outcome: 'answered', media: answeredMedia(session, codec, transport, deps.srtp) };
  };
  const hasEnded = (): boolean => isEnded;

  incoming.onEvent(onSessionEvent);
  return {
    invitation: invitationOf(legId, incoming, deps.origin),
    ring: () => {
      incoming.ring();
    },
    answer: () => (answering ??= answer()),
    refuse,
    play: (utterance) => mediaLeg?.play(utterance),
    stopPlaying: () => mediaLeg?.stopPlaying(),
    join: async (target) =>
      mediaLeg === undefined || isEnded
        ? { joined: false, reason: 'rejected' }
        : mediaLeg.join(target),
    leaveRoom: async () => {
      if (!isEnded) await mediaLeg?.leaveRoom();
    },
    setMuted: (muted) => mediaLeg?.setMuted(muted),
    setVolumeDb: (volumeDb) => mediaLeg?.setVolumeDb(volumeDb),
    quality: () => finalQuality ?? mediaLeg?.quality() ?? Promise.resolve(noQuality),
    hangUp: () => {
      incoming.hangUp();
    },
    onEvent: (newListener) => {
      listener = newListener;
    },
  };
};
