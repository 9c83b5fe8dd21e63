/** What the user agent asks of a transport: UDP, TCP or TLS. */
import type { ParsedMessage } from '../message/parse-message.ts';
import type { Endpoint, Flow, TransportKind } from '../transaction/flow.ts';

/** What a transport hands up; it calls nothing else, and whatever it reads never throws. */
export interface TransportListener {
  onMessage(parsed: ParsedMessage, flow: Flow): void;
  /** Something was thrown away: for the counters. */
  onDropped(reason: TransportDropReason): void;
}

export type TransportDropReason =
  'flood' | 'keep-alive' | 'connection-limit' | 'connection-broken' | 'handshake';

export interface SipTransport {
  readonly kind: TransportKind;
  /** The address and port it is bound to. */
  readonly local: Endpoint;
  /** `onFailed` is called at most once, later, if the bytes could not be handed to the network. */
  send(bytes: Buffer, flow: Flow, onFailed: () => void): void;
  /** Whether this connection still stands (never for UDP). */
  hasConnection(connectionId: string): boolean;
  readonly connections: number;
  /** Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Could not listen: the one failure of a transport that its owner must hear about. */
export class SipListenError extends Error {
  readonly code = 'sip/listen-failed';
  constructor(endpoint: string, cause: unknown) {
    super(`cannot listen on ${endpoint}`, { cause });
  }
}
