/** How a user agent is made and what it does for its user. */
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { SessionTimerPolicy } from '../dialog/session-timer.ts';
import type { RandomBytes } from '../dialog/tokens.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { Endpoint, Flow } from '../transaction/flow.ts';
import type { SipMessageListener } from '../transaction/message-listener.ts';
import type { TimerBase } from '../transaction/timers.ts';
import type { DigestCredentials } from '../peers/digest-authentication.ts';
import type { ListenSpec } from './listen-addresses.ts';
import type { MessageCounters } from './message-gate.ts';
import type { ClientInvite, IncomingInvite } from './sip-session-handle.ts';
import type { Destination, OutsideAgent } from '../peers/outside-request.ts';
import type { SipTransport } from './sip-transport.ts';
import type { SourceLimits } from './source-limiter.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import type { OpenTransport } from './transport-set.ts';

export interface RegisterAnswer {
  readonly status: number;
  readonly headers: readonly SipHeader[];
}

export interface SipUserAgentOptions {
  /** `0.0.0.0` and `::` open one socket per interface address; port 0 takes a free one. */
  readonly listen: readonly ListenSpec[];
  /** Said in Contact and Via in place of addresses that are not loopback. */
  readonly publicAddress?: string | undefined;
  /** Said in its place towards some peers. */
  readonly publicAddressTowards?: (remoteAddress: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: RandomBytes;
  /** For User-Agent and Server; neither is sent without it. */
  readonly userAgentName?: string;
  /** Each INVITE that begins a call, 100 Trying already sent. Without it all get 503. */
  readonly onInvite?: (incoming: IncomingInvite) => void;
  /** Answers each REGISTER; must not reject. Without it they get 405. */
  readonly onRegister?: (request: SipRequest, flow: Flow) => Promise<RegisterAnswer>;
  readonly timerBase?: TimerBase;
  readonly sessionTimer?: SessionTimerPolicy;
  /** Beyond this, new calls get 503. */
  readonly maxSessions?: number;
  readonly sourceLimits?: SourceLimits;
  /** For TLS among `listen`; its owner closes it. */
  readonly tls?: TlsCredentials | undefined;
  /** The address of a host name. */
  readonly lookup?: (host: string) => Promise<string>;
  /** Sees each message that passed the gate or leaves, as it is; must not throw. */
  readonly onMessage?: SipMessageListener | undefined;
  /** Opens a transport in place of the sockets, for tests. */
  readonly openTransport?: OpenTransport;
}

export interface InviteOptions {
  /** Our offer; undefined leaves the offer to the peer. */
  readonly sdp?: string;
  /** An address such as `"Name" <sip:user@host>`; by default one of ours without a user. */
  readonly from?: string;
  /** By default the target. */
  readonly to?: string;
  readonly headers?: readonly SipHeader[];
  /** Where the INVITE goes, names already looked up; by default where `routes` or the target say. */
  readonly destination?: Destination;
  /** User part of our Contact. */
  readonly contactUser?: string;
  /** Outbound proxies, as addresses such as `<sip:proxy;lr>`. */
  readonly routes?: readonly string[];
  readonly credentials?: DigestCredentials;
  /** How long it may ring; 3 minutes by default. */
  readonly ringTimeoutMs?: number;
}

export interface SipUserAgent extends OutsideAgent {
  /** Opens the sockets; rejects with `sip/listen-failed`, and then none is open. */
  start(): Promise<void>;
  /** Where it listens. Empty before `start`. */
  readonly listening: readonly (Endpoint & { readonly transport: SipTransport['kind'] })[];
  /** Calls `target`, a SIP URI. Throws a RangeError for texts that are not SIP URIs or addresses. */
  invite(target: string, options?: InviteOptions): ClientInvite;
  /** The socket that a request to there leaves by; undefined where none fits. */
  flowTo(destination: Destination): Flow | undefined;
  /** All zero when no session and no transaction is left. */
  gauges(): Readonly<Record<'dialogs' | 'transactions' | 'tcpConnections' | 'timers', number>>;
  counters(): Readonly<MessageCounters>;
  /** Idempotent, never rejects. Live sessions are hung up, but nobody waits for their peers. */
  close(): Promise<void>;
}
