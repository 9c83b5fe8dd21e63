/** What the four transaction machines of RFC 3261 §17 have in common. */
import type { SipRequest, SipResponse } from '../message/sip-message.ts';

/** Why a transaction failed: nobody answered in 64*T1, or the transport could not send. */
export type TransactionFailure = 'timeout' | 'transport';

export type ClientTransactionInput =
  | { readonly type: 'response'; readonly response: SipResponse }
  /** Time has passed: fire what is due. */
  | { readonly type: 'time' }
  | { readonly type: 'transport-error' };

export type ServerTransactionInput =
  /** The request again, or (INVITE only) its ACK. */
  | { readonly type: 'request'; readonly request: SipRequest }
  /** A response from the TU. */
  | { readonly type: 'respond'; readonly response: SipResponse }
  | { readonly type: 'time' }
  | { readonly type: 'transport-error' };

export type TransactionOutput =
  | { readonly type: 'send'; readonly message: SipRequest | SipResponse }
  /** A response for the TU (client). */
  | { readonly type: 'response'; readonly response: SipResponse }
  /** The ACK of a 2xx, for the TU (INVITE server, RFC 6026 §7.1). */
  | { readonly type: 'ack'; readonly request: SipRequest }
  | { readonly type: 'failed'; readonly failure: TransactionFailure };

/** A transaction whose state is `terminated` is forgotten by the layer. */
export interface Transaction<Input, State extends string> {
  readonly state: State;
  handle(now: number, input: Input): readonly TransactionOutput[];
  nextTimeoutAt(): number | undefined;
}
