/**
 * The peer's INVITEs and offers within one dialog, one at a time: RFC 3261 §13.3 and §14.2, and
 * UPDATE, RFC 3311 §5.2.
 *
 *            INVITE, UPDATE with an offer
 *   quiet ----------------------------------> offered -- reject, CANCEL --> quiet
 *     ^   <-- UPDATE: 200 --+                    | accept
 *     |                     +--------------------+
 *     |                                          | INVITE: 200, resent
 *     +-- ACK (with the answer, if our 200 ------v
 *         carried the offer), or 64*T1    awaiting-ack
 *
 * What comes in `offered` gets 500 with Retry-After, in `awaiting-ack` (or while a request of our
 * own is on its way) 491.
 */
import { cseq } from '../message/message-headers.ts';
import { sdpBodyOf } from '../message/sdp-body.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { TimerBase } from '../transaction/timers.ts';
import type { ReceivedRequest, SessionOutbox } from './session-outbox.ts';
import type { RefuseOptions } from './session.ts';
import type { SessionTimer, UasTimerDecision } from './session-timer.ts';
import type { Tokens } from './tokens.ts';
import {
  createUasInviteMachine,
  type UasInviteMachine,
  type UasInviteOutput,
} from './uas-invite-machine.ts';

/** What the session must act on. */
export type IncomingOutcome =
  /** The ACK of a 2xx came. */
  | 'acked'
  /** It never came: send BYE. RFC 3261 §13.3.1.4 */
  | 'unacknowledged'
  /** The PRACK of our reliable 180 never came, and the INVITE was refused. RFC 3262 §3 */
  | 'unpracked';

/** An offer, or an INVITE, that our user has not answered. */
interface OpenOffer extends ReceivedRequest {
  readonly timer: Exclude<UasTimerDecision, { kind: 'too-small' }>;
}

/** An offer that our user accepted. */
export interface AcceptedOffer {
  readonly request: SipRequest;
  /** Undefined: the session has no timer from now on. */
  readonly timer: SessionTimer | undefined;
  readonly outcomes: readonly IncomingOutcome[];
}

export interface IncomingOffers {
  /** The INVITE is not finally answered: it can be refused or cancelled. */
  readonly isInviteOpen: boolean;
  readonly isAwaitingAck: boolean;
  /** Nothing of the peer's is under way: we may offer. */
  readonly isQuiet: boolean;
  /** Takes an INVITE or an UPDATE with an offer, or refuses it; true where it was taken. */
  receive(received: OpenOffer, isOursPending: boolean): boolean;
  ring(now: number, status: number): readonly IncomingOutcome[];
  accept(now: number, sdp: string): AcceptedOffer | undefined;
  reject(now: number, status: number, options?: RefuseOptions): void;
  onAck(now: number, request: SipRequest): readonly IncomingOutcome[];
  onPrack(now: number, received: ReceivedRequest): readonly IncomingOutcome[];
  /** Whether it cancelled the INVITE. */
  onCancel(now: number, cancel: ReceivedRequest & { readonly inviteKey: string }): boolean;
  onTime(now: number): readonly IncomingOutcome[];
  nextTimeoutAt(): number | undefined;
}

export const createIncomingOffers = (
  outbox: SessionOutbox,
  { tokens, timerBase }: { readonly tokens: Tokens; readonly timerBase: TimerBase },
): IncomingOffers => {
  let invite: UasInviteMachine | undefined;
  let open: OpenOffer | undefined;
  /** The 2xx of `invite` carries our offer: its ACK carries the answer. */
  let isAnswerDueInAck = false;

  /** "A randomly chosen value of between 0 and 10 seconds." RFC 3261 §14.2 */
  const retryAfter = (): SipHeader => ({ name: 'Retry-After', value: String(tokens.below(11)) });
  const isInviteOpen = (): boolean =>
    invite?.state === 'proceeding' || invite?.state === 'ringing-reliably';

  const settle = (outputs: readonly UasInviteOutput[]): readonly IncomingOutcome[] =>
    outputs.flatMap((output): readonly IncomingOutcome[] => {
      switch (output.type) {
        case 'respond':
          outbox.sendResponse(invite?.serverKey ?? '', output.response);
          return [];
        case 'pracked':
          return [];
        default:
          return [output.type];
      }
    });

  return {
    get isInviteOpen() {
      return isInviteOpen();
    },
    get isAwaitingAck() {
      return invite?.state === 'accepted';
    },
    get isQuiet() {
      return open === undefined && !isInviteOpen() && invite?.state !== 'accepted';
    },
    receive: (received, isOursPending) => {
      if (open !== undefined || isInviteOpen()) {
        outbox.respond(received, 500, { headers: [retryAfter()] });
        return false;
      }
      const isInvite = received.request.method === 'INVITE';
      // An UPDATE may come before the ACK, unless that is to bring an answer. RFC 3311 §5.2
      const isUnacknowledged = invite?.state === 'accepted' && (isInvite || isAnswerDueInAck);
      if (isOursPending || isUnacknowledged) {
        outbox.respond(received, 491);
        return false;
      }
      open = received;
      if (!isInvite) return true;
      invite = createUasInviteMachine({
        invite: received.request,
        serverKey: received.serverKey,
        timerBase,
        respond: (status, headers) => outbox.responseTo(received.request, status, { headers }),
        firstRSeq: 1 + tokens.below(2 ** 30),
      });
      return true;
    },
    ring: (now, status) =>
      invite === undefined ? [] : settle(invite.handle(now, { type: 'provisional', status })),
    accept: (now, sdp) => {
      if (open === undefined) return undefined;
      const { request, timer } = open;
      const headers = timer.kind === 'timer' ? timer.headers : [];
      const agreed = timer.kind === 'timer' ? timer.timer : undefined;
      let outcomes: readonly IncomingOutcome[] = [];
      if (request.method === 'UPDATE') {
        outbox.respond(open, 200, { headers, sdp });
      } else {
        isAnswerDueInAck = sdpBodyOf(request) === undefined;
        const response = outbox.responseTo(request, 200, { headers, sdp });
        outcomes = settle(invite?.handle(now, { type: 'answer', response }) ?? []);
      }
      open = undefined;
      return { request, timer: agreed, outcomes };
    },
    reject: (now, status, options = {}) => {
      if (open?.request.method === 'UPDATE') outbox.respond(open, status, options);
      open = undefined;
      if (invite === undefined || !isInviteOpen()) return;
      const response = outbox.responseTo(invite.invite, status, options);
      settle(invite.handle(now, { type: 'refuse', response }));
    },
    onAck: (now, request) => {
      if (invite?.state !== 'accepted') return [];
      if (cseq(request)?.seq !== cseq(invite.invite)?.seq) return [];
      if (isAnswerDueInAck) outbox.tell({ type: 'answer', sdp: sdpBodyOf(request) });
      isAnswerDueInAck = false;
      return settle(invite.handle(now, { type: 'ack' }));
    },
    onPrack: (now, received) => {
      const outputs = invite?.handle(now, { type: 'prack', request: received.request }) ?? [];
      const isMatched = outputs.some((output) => output.type === 'pracked' && output.matched);
      outbox.respond(received, isMatched ? 200 : 481);
      return settle(outputs);
    },
    onCancel: (now, cancel) => {
      outbox.respond(cancel, 200);
      // "The CANCEL has no effect" once a final response is sent. RFC 3261 §9.2
      if (invite?.serverKey !== cancel.inviteKey || !isInviteOpen()) return false;
      open = undefined;
      const response = outbox.responseTo(invite.invite, 487);
      settle(invite.handle(now, { type: 'refuse', response }));
      return true;
    },
    onTime: (now) => {
      const wasOpen = isInviteOpen();
      const outcomes = settle(invite?.handle(now, { type: 'time' }) ?? []);
      if (!wasOpen || invite?.state !== 'refused') return outcomes;
      open = undefined;
      return [...outcomes, 'unpracked'];
    },
    nextTimeoutAt: () => invite?.nextTimeoutAt(),
  };
};
