/**
 * One incoming INVITE (a call's first or a re-INVITE) as its TU sees it, from receipt to ACK:
 * RFC 3261 §13.3 and §14.2, reliable provisional responses as in RFC 3262 §3.
 *
 *                     +-- refuse, PRACK never came ---------> refused
 *                     |
 *   received --> proceeding -- answer --> accepted -- ACK --> confirmed
 *                 |      ^      ^   (2xx resent    |
 *           ring, |      | PRACK|    T1..T2)       +-- 64*T1 --> unacknowledged
 *         100rel  v      |      |
 *               ringing-reliably -- answer: the 2xx waits for the PRACK
 *               (180 resent from T1)
 */
import { header, requireTags } from '../message/message-headers.ts';
import { cseq } from '../message/message-headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';
import type { TimerBase } from '../transaction/timers.ts';
import {
  retransmissionOf2xx,
  retransmissionOfProvisional,
  type Retransmission,
} from './retransmission.ts';

export type UasInviteState =
  'proceeding' | 'ringing-reliably' | 'accepted' | 'confirmed' | 'refused' | 'unacknowledged';

export type UasInviteInput =
  | { readonly type: 'provisional'; readonly status: number }
  /** `response` has status 2xx. */
  | { readonly type: 'answer'; readonly response: SipResponse }
  | { readonly type: 'refuse'; readonly response: SipResponse }
  | { readonly type: 'prack'; readonly request: SipRequest }
  | { readonly type: 'ack' }
  | { readonly type: 'time' };

export type UasInviteOutput =
  | { readonly type: 'respond'; readonly response: SipResponse }
  /** The PRACK fitted (answer it 200) or not (481). RFC 3262 §3 */
  | { readonly type: 'pracked'; readonly matched: boolean }
  | { readonly type: 'acked' }
  | { readonly type: 'unacknowledged' };

export interface UasInviteMachine {
  readonly invite: SipRequest;
  readonly serverKey: string;
  readonly state: UasInviteState;
  /** No final response was sent or decided on. */
  readonly isOpen: boolean;
  handle(now: number, input: UasInviteInput): readonly UasInviteOutput[];
  nextTimeoutAt(): number | undefined;
}

export interface UasInviteDeps {
  readonly invite: SipRequest;
  readonly serverKey: string;
  readonly timerBase: TimerBase;
  /** A response with our tag and Contact. */
  readonly respond: (status: number, headers?: readonly SipHeader[]) => SipResponse;
  /** The first RSeq, 1 to 2^31 - 1. */
  readonly firstRSeq: number;
}

export const createUasInviteMachine = (deps: UasInviteDeps): UasInviteMachine => {
  const { invite, timerBase } = deps;
  const wantsReliable = requireTags(invite).has('100rel');
  // The first reliable response to an INVITE without an offer would have to carry ours (RFC 3262
  // §5); the 2xx is one too, and 180 is not obligatory.
  const mayRing = !wantsReliable || invite.body.length > 0;
  let state: UasInviteState = 'proceeding';
  let rseq = deps.firstRSeq - 1;
  let unacknowledged: SipResponse | undefined;
  let retransmission: Retransmission | undefined;
  let waitingAnswer: SipResponse | undefined;

  const respond = (response: SipResponse): UasInviteOutput => ({ type: 'respond', response });

  const ring = (now: number, status: number): readonly UasInviteOutput[] => {
    if (state !== 'proceeding' || waitingAnswer !== undefined) return [];
    if (!wantsReliable || status === 100) return [respond(deps.respond(status))];
    if (!mayRing) return [];
    rseq += 1;
    unacknowledged = deps.respond(status, [
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: String(rseq) },
    ]);
    retransmission = retransmissionOfProvisional(now, timerBase);
    state = 'ringing-reliably';
    return [respond(unacknowledged)];
  };

  const finish = (now: number, response: SipResponse): readonly UasInviteOutput[] => {
    waitingAnswer = undefined;
    unacknowledged = response.status < 300 ? response : undefined;
    retransmission = response.status < 300 ? retransmissionOf2xx(now, timerBase) : undefined;
    state = response.status < 300 ? 'accepted' : 'refused';
    return [respond(response)];
  };

  const onPrack = (now: number, request: SipRequest): readonly UasInviteOutput[] => {
    const rack = `${rseq} ${cseq(invite)?.seq ?? 0} INVITE`;
    const sent = header(request, 'RAck')?.trim().split(/\s+/).join(' ');
    if (state !== 'ringing-reliably' || sent !== rack) return [{ type: 'pracked', matched: false }];
    state = 'proceeding';
    retransmission = undefined;
    const answered = waitingAnswer === undefined ? [] : finish(now, waitingAnswer);
    return [{ type: 'pracked', matched: true }, ...answered];
  };

  const onTime = (now: number): readonly UasInviteOutput[] => {
    const due = retransmission?.take(now);
    if (due === undefined || unacknowledged === undefined) return [];
    if (due === 'resend') return [respond(unacknowledged)];
    retransmission = undefined;
    if (state === 'accepted') {
      state = 'unacknowledged';
      return [{ type: 'unacknowledged' }];
    }
    // "If a PRACK is not received within 64*T1, the UAS rejects with a 5xx." RFC 3262 §3
    return finish(now, deps.respond(504));
  };

  return {
    invite,
    serverKey: deps.serverKey,
    get state() {
      return state;
    },
    get isOpen() {
      return (state === 'proceeding' || state === 'ringing-reliably') && !waitingAnswer;
    },
    handle: (now, input) => {
      const open = state === 'proceeding' || state === 'ringing-reliably';
      switch (input.type) {
        case 'provisional':
          return ring(now, input.status);
        case 'answer':
          if (!open || waitingAnswer) return [];
          if (state === 'proceeding') return finish(now, input.response);
          waitingAnswer = input.response;
          return [];
        case 'refuse':
          return open ? finish(now, input.response) : [];
        case 'prack':
          return onPrack(now, input.request);
        case 'ack':
          if (state !== 'accepted') return [];
          state = 'confirmed';
          retransmission = undefined;
          return [{ type: 'acked' }];
        case 'time':
          return onTime(now);
      }
    },
    nextTimeoutAt: () => retransmission?.nextTimeoutAt(),
  };
};
