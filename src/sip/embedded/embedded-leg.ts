/**
 * One incoming call with its sound: a SIP session and a media leg as one CallLeg.
 *
 *   invited -- answer --> media leg opened, 200 sent -- ACK --> confirmed: media leg started
 *      |                      | re-INVITE: configured anew, held, resumed
 *      v                      v
 *    ended (exactly once; it closes the media leg, never the other way round)
 */
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge, MediaLeg, MediaSession } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { CallInvitation, CallLeg } from '../../call/ports/sip-engine.ts';
import { callerOf } from '../peers/caller-of.ts';
import { dialledUri } from '../message/dialled-uri.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { offersVideo } from '../message/sdp-video.ts';
import { saysVideo } from '../message/video-tag.ts';
import { answeredMedia } from '../leg/answered-media.ts';
import type { FloorDoors } from '../bfcp/floor-doors.ts';
import { createSecondStream } from '../leg/second-stream.ts';
import { createLegSession } from './leg-session.ts';
import { createMediaNegotiation, type MediaNegotiation } from '../leg/media-negotiation.ts';
import { openVideoPorts, videoPortsOf } from '../leg/video-ports.ts';
import type { IncomingInvite } from './sip-session-handle.ts';
import type { CallOrigin } from '../peers/trunk-desk.ts';

export interface EmbeddedLegDeps {
  readonly legId: LegId;
  readonly incoming: IncomingInvite;
  /** How it came, where there are trunks. */
  readonly origin?: CallOrigin | undefined;
  /** The registered address of the room system that calls. */
  readonly roomSystem?: string | undefined;
  readonly media: MediaBridge;
  readonly codecs: readonly AudioCodec[];
  /** The address in our SDP. */
  readonly mediaAddress: string;
  /** The o= line's session id: decimal digits. */
  readonly sessionId: string;
  readonly srtp?: LocalSrtp | undefined;
  /** Whether pictures are taken where they are offered. */
  readonly video: boolean;
  /** Where floor control is spoken; undefined: nowhere, and no second stream is taken. */
  readonly floorDoors: FloorDoors | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The leg has ended and its media leg is closed. */
  readonly onClosed: () => void;
}

type AnswerOutcome = Awaited<ReturnType<CallLeg['answer']>>;

const invitationOf = ({
  legId,
  incoming: { invite, flow, sipCallId },
  origin,
  roomSystem,
}: EmbeddedLegDeps): CallInvitation => ({
  legId,
  sipCallId,
  source: { ...flow.remote, transport: flow.transport },
  ...callerOf(invite, origin?.trunk),
  dialled: dialledUri(invite, origin?.trunk?.registration?.contactUser),
  signallingEncrypted: flow.transport === 'tls',
  trunk: origin?.trunk?.name,
  ...(roomSystem !== undefined && { roomSystem }),
  ...(origin?.isUnauthorised === true && { unauthorised: true }),
});

export const createEmbeddedLeg = (deps: EmbeddedLegDeps): CallLeg => {
  const { legId, incoming, clock, log, onClosed } = deps;
  const isVideoSystem = deps.video && saysVideo(incoming.invite);
  const { floorDoors: doors } = deps;
  const { local, remote } = incoming.flow;
  const secondStream =
    doors &&
    createSecondStream({
      ...{ doors, clock, localAddress: local.address, remoteAddress: remote.address },
    });
  const session = createLegSession({
    secondStream,
    session: incoming,
    takesVideo: deps.video,
    offersVideo: isVideoSystem,
    clock,
    log,
    onClosed,
  });
  let answering: Promise<AnswerOutcome> | undefined;

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
    session.configure(answered.session);
    return { sdp: answered.sdp, session: answered.session };
  };

  const openMedia = async (): Promise<MediaLeg | undefined> => {
    try {
      const { sdp } = incoming;
      const video = deps.video && (sdp === undefined ? isVideoSystem : offersVideo(sdp));
      const leg = await deps.media.openLeg(legId, incoming.flow.local.address, { video });
      if (video) await openVideoPorts(leg, sdp, secondStream, log);
      return leg;
    } catch (error) {
      log.warn({ err: error }, 'no media for the call');
      return undefined;
    }
  };

  const answer = async (): Promise<AnswerOutcome> => {
    if (session.isEnded) return { outcome: 'gone' };
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
    const negotiation = createMediaNegotiation({
      address: deps.mediaAddress,
      rtpPort: opened.localPort,
      rtcpPort: opened.localRtcpPort,
      video: () => videoPortsOf(opened),
      slides: secondStream?.local,
      dtlsFingerprint: opened.dtlsFingerprint,
      codecs: deps.codecs,
      // A trunk's codecs are in the order that was set for it.
      keepsOwnOrder: deps.origin?.trunk !== undefined,
      sessionId: deps.sessionId,
      srtp: deps.srtp,
    });
    session.attach(opened, negotiation);
    const described = describe(negotiation);
    if ('sipStatus' in described) {
      refuse(described.sipStatus);
      return { outcome: 'refused', sipStatus: described.sipStatus };
    }
    incoming.answer(described.sdp);
    const { transport } = incoming.flow;
    const codec = described.session?.codec ?? deps.codecs[0] ?? '';
    const media = answeredMedia(described.session, codec, transport, deps.srtp);
    return { outcome: 'answered', media };
  };
  /** Asked anew after each wait. */
  const hasEnded = (): boolean => session.isEnded;

  incoming.onEvent(session.onSessionEvent);
  return {
    ...session.body,
    invitation: invitationOf(deps),
    ring: () => {
      incoming.ring();
    },
    answer: () => (answering ??= answer()),
    refuse,
  };
};
