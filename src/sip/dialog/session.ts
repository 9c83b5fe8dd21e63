/** What goes into and comes out of the session machines: the TU's side of RFC 3261 §13 to §15. */
import type { TransactionFailure } from '../transaction/transaction.ts';
import type { TimerBase } from '../transaction/timers.ts';
import type { SipHeader, SipRequest, SipResponse, SipUri } from '../message/sip-message.ts';
import type { SessionTimerPolicy } from './session-timer.ts';
import type { Tokens } from './tokens.ts';

/** How a session ended, seen from here: `local` is this program. */
export type SessionEndCause =
  | { readonly by: 'remote'; readonly how: 'cancel' | 'bye' }
  | { readonly by: 'local'; readonly how: 'refused' | 'cancel' | 'bye' }
  | {
      readonly by: 'network';
      readonly how:
        'no-ack' | 'session-expired' | 'transport' | 'line-dropped' | 'no-answer' | 'rejected';
      readonly sipStatus?: number;
    };

export type SessionEvent =
  /** A provisional answer to our INVITE above 100. */
  | { readonly type: 'provisional'; readonly status: number; readonly sdp: string | undefined }
  /** Our INVITE was answered; without an offer in it, `sdp` is the peer's offer. */
  | { readonly type: 'answered'; readonly sdp: string | undefined }
  /** The ACK is there (incoming) or sent (outgoing). */
  | { readonly type: 'confirmed' }
  /** The peer's offer in a re-INVITE or UPDATE; undefined asks for an offer of ours. */
  | { readonly type: 'offer'; readonly sdp: string | undefined }
  /** The peer's answer to our offer; undefined: it sent none, which is a fault of its. */
  | { readonly type: 'answer'; readonly sdp: string | undefined }
  /** Our offer was not taken; the session goes on as it was. RFC 3261 §14.1 */
  | { readonly type: 'offer-refused'; readonly status: number }
  /** A refresh offers this: our description of before, its connections kept; nothing is to be done. */
  | { readonly type: 'described-anew'; readonly sdp: string }
  | { readonly type: 'digit'; readonly digit: string }
  /** The peer wants a key frame. RFC 5168 */
  | { readonly type: 'picture-fast-update' }
  /** Exactly once, and last. */
  | { readonly type: 'ended'; readonly cause: SessionEndCause };

export interface RefuseOptions {
  readonly reason?: string | undefined;
  readonly headers?: readonly SipHeader[];
}

/** What the user of a session wants. What a state does not allow is ignored. */
export type SessionCommand =
  | { readonly type: 'ring'; readonly status?: number }
  /** Our answer, or our offer where the INVITE had none. */
  | { readonly type: 'answer'; readonly sdp: string }
  | { readonly type: 'refuse'; readonly status: number; readonly options?: RefuseOptions }
  /** Answers an `offer` event (or the offer in `answered`). */
  | { readonly type: 'accept-offer'; readonly sdp: string }
  | { readonly type: 'reject-offer'; readonly status: number; readonly options?: RefuseOptions }
  /** Offers anew by re-INVITE: hold, resume, another address. */
  | { readonly type: 'offer'; readonly sdp: string }
  | { readonly type: 'send-info'; readonly mediaType: string; readonly body: string }
  /** BYE, CANCEL or a refusal: what the state asks for. */
  | { readonly type: 'hang-up' };

export type SessionInput =
  | SessionCommand
  | { readonly type: 'request'; readonly request: SipRequest; readonly serverKey: string }
  | { readonly type: 'ack'; readonly request: SipRequest }
  /** The CANCEL of the INVITE with `inviteKey`; it is answered 200 by the machine. */
  | {
      readonly type: 'cancel';
      readonly request: SipRequest;
      readonly serverKey: string;
      readonly inviteKey: string;
    }
  | { readonly type: 'response'; readonly clientId: string; readonly response: SipResponse }
  | {
      readonly type: 'client-failed';
      readonly clientId: string;
      readonly failure: TransactionFailure;
    }
  | { readonly type: 'time' };

export type SessionOutput =
  | { readonly type: 'respond'; readonly serverKey: string; readonly response: SipResponse }
  | {
      readonly type: 'request';
      readonly clientId: string;
      readonly request: SipRequest;
      readonly nextHop: SipUri;
    }
  | { readonly type: 'cancel'; readonly clientId: string }
  | { readonly type: 'send-ack'; readonly request: SipRequest; readonly nextHop: SipUri }
  | { readonly type: 'event'; readonly event: SessionEvent }
  /** Nothing more will come: forget the machine. */
  | { readonly type: 'closed' };

export interface SessionMachine {
  handle(now: number, input: SessionInput): readonly SessionOutput[];
  nextTimeoutAt(): number | undefined;
  /** Whether this remote tag is that of the session's dialog (any may be, before it is known). */
  isPeer(remoteTag: string): boolean;
}

/** The same for every session of a user agent. */
export interface SessionDeps {
  readonly tokens: Tokens;
  readonly timerBase: TimerBase;
  readonly sessionTimer: SessionTimerPolicy;
  /** Our Contact on this session's flow. */
  readonly contact: SipHeader;
  /** Answers 401 and 407 by a header for the request to be sent again; undefined: it can't. */
  readonly authorize?: (request: SipRequest, challenge: SipResponse) => SipHeader | undefined;
}
