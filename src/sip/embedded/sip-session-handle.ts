/** The user's grip on one session of the user agent, incoming or outgoing. */
import type { RefuseOptions, SessionCommand, SessionEvent } from '../dialog/session.ts';
import type { SipCallId } from '../../call/identifiers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Flow } from '../transaction/flow.ts';

export interface SipSession {
  readonly sipCallId: SipCallId;
  /** Answers an `offer` event, or the offer in `answered`. */
  acceptOffer(sdp: string): void;
  rejectOffer(status: number, options?: RefuseOptions): void;
  /** A re-INVITE with this offer, as soon as the state of the session allows one. */
  offer(sdp: string): void;
  sendInfo(mediaType: string, body: string): void;
  /** BYE, CANCEL or a refusal: what the state asks for. Idempotent. */
  hangUp(): void;
  /** One listener; its throw reaches nobody. After `ended` nothing more comes. */
  onEvent(listener: (event: SessionEvent) => void): void;
}

export interface IncomingInvite extends SipSession {
  readonly invite: SipRequest;
  /** On which of our sockets it came, and from whom. */
  readonly flow: Flow;
  /** The offer, or undefined: then ours goes into the 200. */
  readonly sdp: string | undefined;
  /** 180 Ringing, or another provisional status. */
  ring(status?: number): void;
  /** 200 with our answer (or offer). */
  answer(sdp: string): void;
  refuse(status: number, options?: RefuseOptions): void;
}

export type ClientInvite = SipSession;

/** What commands and events pass through; `bind` is the user agent's side. */
export interface SessionPort {
  readonly command: (command: SessionCommand) => void;
  readonly onEvent: (listener: (event: SessionEvent) => void) => void;
}

const sessionOf = (sipCallId: SipCallId, { command, onEvent }: SessionPort): SipSession => ({
  sipCallId,
  acceptOffer: (sdp) => {
    command({ type: 'accept-offer', sdp });
  },
  rejectOffer: (status, options = {}) => {
    command({ type: 'reject-offer', status, options });
  },
  offer: (sdp) => {
    command({ type: 'offer', sdp });
  },
  sendInfo: (mediaType, body) => {
    command({ type: 'send-info', mediaType, body });
  },
  hangUp: () => {
    command({ type: 'hang-up' });
  },
  onEvent,
});

export const createClientInvite = (sipCallId: SipCallId, port: SessionPort): ClientInvite =>
  sessionOf(sipCallId, port);

export const createIncomingInvite = (
  received: Pick<IncomingInvite, 'sipCallId' | 'invite' | 'flow' | 'sdp'>,
  port: SessionPort,
): IncomingInvite => ({
  ...sessionOf(received.sipCallId, port),
  ...received,
  ring: (status = 180) => {
    port.command({ type: 'ring', status });
  },
  answer: (sdp) => {
    port.command({ type: 'answer', sdp });
  },
  refuse: (status, options = {}) => {
    port.command({ type: 'refuse', status, options });
  },
});
