import type { SipRequest } from './sip-message.ts';

export type SipParseErrorCode =
  /** Nothing but line ends: a keep-alive (RFC 5626 §3.5.1). */
  | 'sip/empty'
  | 'sip/too-large'
  | 'sip/line-too-long'
  | 'sip/too-many-headers'
  | 'sip/truncated'
  | 'sip/bad-start-line'
  | 'sip/bad-version'
  | 'sip/bad-request-uri'
  | 'sip/request-uri-too-long'
  | 'sip/bad-header'
  | 'sip/missing-header'
  | 'sip/repeated-header'
  | 'sip/bad-content-length'
  | 'sip/bad-cseq';

/** Why bytes are not a message we take, and what to answer, if anything. A value, never thrown. */
export interface SipParseError {
  readonly code: SipParseErrorCode;
  /** Fit for a reason phrase: it quotes nothing of the message. */
  readonly reason: string;
  /**
   * Set where the bytes are a request that can be answered (never an ACK): the status, and the
   * request reduced to its readable Via, From, To, Call-ID and CSeq, ready for `createResponse`.
   */
  readonly answer: { readonly status: number; readonly request: SipRequest } | undefined;
}
