/** A SIP message (RFC 3261 §7) as parsed: headers keep their order and their text. */

export interface SipUri {
  /** Lower case. `sip` and `sips` are parsed whole; of other schemes only `opaque` is kept. */
  readonly scheme: string;
  /** Percent-decoded; undefined where the URI has no user part. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Lower case; IPv6 without brackets. Empty for other schemes. */
  readonly host: string;
  readonly port: number | undefined;
  /** Names in lower case; a parameter without a value maps to ''. */
  readonly params: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  /** What follows the scheme's colon, for schemes other than sip and sips. */
  readonly opaque: string | undefined;
}

export interface NameAddr {
  readonly displayName: string | undefined;
  readonly uri: SipUri;
  /** Header parameters (tag, lr is a URI's). */
  readonly params: ReadonlyMap<string, string>;
}

export interface Via {
  /** UDP, TCP, TLS …, upper case. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly params: ReadonlyMap<string, string>;
}

export interface CSeq {
  readonly seq: number;
  readonly method: string;
}

/** One header field: the name as it is written out (canonical), the value unfolded and trimmed. */
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  /** As it stood on the request line. */
  readonly requestUri: string;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;
