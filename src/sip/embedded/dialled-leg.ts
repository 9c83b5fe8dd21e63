/**
 * One call of ours, from its INVITE to a leg with sound.
 *
 *   opening -- media port --> inviting -- 200, its SDP fits --> answered: the leg is handed over
 *      | none                    | refused, silence, ring limit, abort (CANCEL)
 *      v                         v
 *    failed  <------------------ ended (exactly once; it closes the media leg)
 *
 * Sound before the answer is not played: `183 Session Progress` changes nothing here.
 */
import type { MediaBridge } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type {
  AnsweredMedia,
  CallInvitation,
  CallLeg,
  DialOutcome,
  DialRequest,
} from '../../call/ports/sip-engine.ts';
import type { SessionEndCause } from '../dialog/session.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { parseUri } from '../message/sip-uri.ts';
import type { Flow } from '../transaction/flow.ts';
import { dialFailure, refusedDial, unfitDial, type DialFailure } from '../peers/dial-failure.ts';
import type { DialPlan } from '../peers/dial-plan.ts';
import type { Destination } from '../peers/outside-request.ts';
import { answeredMedia } from '../leg/answered-media.ts';
import { createLegSession, type LegBody } from './leg-session.ts';
import { createMediaNegotiation } from '../leg/media-negotiation.ts';
import { createSecondStream, type SecondStream } from '../leg/second-stream.ts';
import { openVideoPorts, videoPortsOf } from '../leg/video-ports.ts';
import type { FloorDoors } from '../bfcp/floor-doors.ts';
import type { SipUserAgent } from './user-agent-options.ts';

export interface DialledLegDeps {
  readonly request: DialRequest;
  readonly plan: DialPlan;
  readonly destination: Destination;
  readonly flow: Flow;
  readonly userAgent: Pick<SipUserAgent, 'invite'>;
  readonly media: MediaBridge;
  readonly codecs: readonly AudioCodec[];
  /** The address in our SDP. */
  readonly mediaAddress: string;
  readonly sessionId: string;
  readonly srtp: LocalSrtp;
  /** Pictures are in our offer. */
  readonly offersVideo: boolean;
  /** Pictures that the other side offers later are taken. */
  readonly takesVideo: boolean;
  /** Where devices speak of their slides. */
  readonly floorDoors: FloorDoors | undefined;
  readonly ringLimitMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** The leg has ended and its media leg is closed. */
  readonly onClosed: () => void;
}

const failureOf = (cause: SessionEndCause): DialFailure => {
  if (cause.by !== 'network') return dialFailure('cancelled');
  if (cause.how === 'rejected') return refusedDial(cause.sipStatus ?? 500);
  // With a status nobody answered the INVITE at all; without, it rang as long as it may.
  const hasRung = cause.how === 'no-answer' && cause.sipStatus === undefined;
  return dialFailure(hasRung ? 'no-answer' : 'unreachable');
};

const invitationOf = (
  { request, plan, flow }: DialledLegDeps,
  sipCallId: CallInvitation['sipCallId'],
): CallInvitation => {
  const uri = parseUri(plan.target);
  return {
    legId: request.legId,
    sipCallId,
    source: { ...flow.remote, transport: flow.transport },
    callerNumber: request.callerNumber,
    dialled: { user: uri?.user ?? '', host: uri?.host ?? '' },
    signallingEncrypted: flow.transport === 'tls',
    trunk: request.trunk,
  };
};

const openMedia = async (
  { media, request, flow, offersVideo, log }: DialledLegDeps,
  secondStream: SecondStream | undefined,
) => {
  try {
    const leg = await media.openLeg(request.legId, flow.local.address, { video: offersVideo });
    if (offersVideo) await openVideoPorts(leg, undefined, secondStream, log);
    return leg;
  } catch (error) {
    log.warn({ err: error }, 'no media for the call');
    return undefined;
  }
};

/** Calls `destination`; `signal` is not aborted yet. Never rejects. */
export const dialLeg = async (deps: DialledLegDeps, signal: AbortSignal): Promise<DialOutcome> => {
  const { plan, flow, clock, log, srtp } = deps;
  const { floorDoors: doors } = deps;
  const secondStream =
    doors &&
    createSecondStream({
      ...{ doors, clock },
      localAddress: flow.local.address,
      remoteAddress: flow.remote.address,
    });
  const opened = await openMedia(deps, secondStream);
  if (opened === undefined || signal.aborted) {
    await opened?.close();
    deps.onClosed();
    return dialFailure(opened === undefined ? 'unreachable' : 'cancelled');
  }
  const negotiation = createMediaNegotiation({
    address: deps.mediaAddress,
    rtpPort: opened.localPort,
    rtcpPort: opened.localRtcpPort,
    video: () => videoPortsOf(opened),
    slides: secondStream?.local,
    dtlsFingerprint: opened.dtlsFingerprint,
    codecs: deps.codecs,
    sessionId: deps.sessionId,
    srtp,
  });
  const session = deps.userAgent.invite(plan.target, {
    sdp: negotiation.offer(),
    from: plan.from,
    headers: plan.headers,
    destination: deps.destination,
    ringTimeoutMs: deps.ringLimitMs,
    ...(plan.contactUser !== undefined && { contactUser: plan.contactUser }),
    ...(plan.credentials && { credentials: plan.credentials }),
  });
  const { promise, resolve } = Promise.withResolvers<DialOutcome>();
  const takeBack = (): void => {
    session.hangUp();
  };
  const leg = createLegSession({
    session,
    takesVideo: deps.takesVideo,
    secondStream,
    clock,
    log,
    onClosed: deps.onClosed,
  });
  leg.attach(opened, negotiation);
  let media: AnsweredMedia | undefined;
  let isUnfit = false;

  const onAnswered = (sdp: string | undefined): void => {
    const settled = sdp === undefined ? undefined : negotiation.settle(sdp);
    if (settled === undefined) {
      isUnfit = true;
      session.hangUp();
      return;
    }
    leg.configure(settled);
    media = answeredMedia(settled, settled.codec, flow.transport, srtp);
  };
  session.onEvent((event) => {
    if (event.type === 'answered') onAnswered(event.sdp);
    if (event.type === 'confirmed' && isUnfit) return;
    leg.onSessionEvent(event);
    if (event.type === 'confirmed' && media !== undefined) {
      const answered = { outcome: 'answered', media } as const;
      const invitation = invitationOf(deps, session.sipCallId);
      resolve({ ...answered, leg: answeredLeg(invitation, leg.body, answered) });
    } else if (event.type === 'ended') {
      resolve(isUnfit ? unfitDial : failureOf(event.cause));
    }
  });
  signal.addEventListener('abort', takeBack, { once: true });
  return promise.finally(() => {
    signal.removeEventListener('abort', takeBack);
  });
};

/** Answered by the other side: there is nothing left to ring, answer or refuse. */
const answeredLeg = (
  invitation: CallInvitation,
  body: LegBody,
  answered: Extract<Awaited<ReturnType<CallLeg['answer']>>, { outcome: 'answered' }>,
): CallLeg => ({
  ...body,
  invitation,
  ring: () => undefined,
  answer: () => Promise.resolve(answered),
  refuse: () => undefined,
});
