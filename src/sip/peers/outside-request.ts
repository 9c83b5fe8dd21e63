/** Requests of ours outside any dialog, whoever sends them: REGISTER and OPTIONS. */
import type { SipHeader, SipResponse } from '../message/sip-message.ts';
import type { TransportKind } from '../transaction/flow.ts';
import type { DigestCredentials } from './digest-authentication.ts';

/** Where a request goes, names already looked up. */
export interface Destination {
  readonly transport: TransportKind;
  readonly address: string;
  readonly port: number;
  /** As in `Flow`. */
  readonly serverName?: string | undefined;
  /** A device registered from there: the connection that it opened, and keeps, leads back. RFC 5626 §5.3 */
  readonly isRegistered?: boolean | undefined;
}

export interface OutsideRequest {
  readonly method: string;
  readonly requestUri: string;
  readonly destination: Destination;
  /** Addresses such as `<sip:user@host>`. */
  readonly from: string;
  readonly to: string;
  readonly sipCallId: string;
  readonly cseq: number;
  /** User part of our Contact, of the way it leaves by. */
  readonly contactUser: string | undefined;
  readonly headers?: readonly SipHeader[];
  /** The challenge that this one answers. */
  readonly answering?:
    { readonly challenge: SipResponse; readonly credentials: DigestCredentials } | undefined;
}

export interface OutsideAgent {
  /**
   * Sends a request outside any dialog. `done` is called once, later: with the final response, or
   * with undefined where none came or nothing could be sent.
   */
  request(request: OutsideRequest, done: (response: SipResponse | undefined) => void): void;
  /** Two line ends, or what does the same, to keep a way through a NAT open. RFC 5626 §3.5.1 */
  keepAlive(destination: Destination): void;
}
