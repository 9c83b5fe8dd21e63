/**
 * The parts of drachtio-srf, drachtio-fsmrf and drachtio-modesl that are used, by their real shapes.
 * The libraries' own types are partly missing and partly wrong; `drachtio-modules.d.ts` puts these
 * in their place.
 */
import type { Socket } from 'node:net';

// ---------------------------------------------------------------- drachtio-srf: SIP

export interface SrfRequest {
  readonly method: string;
  readonly uri: string;
  /** The message as drachtio-server sent it on. */
  readonly raw: string;
  readonly body: string | undefined;
  /** `application`: drachtio-server itself, such as its BYE after a lost ACK. */
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  /** The transport, lower case. */
  readonly protocol: string;
  /** The connection to the drachtio-server that holds this call. */
  readonly socket: Socket;
  get(name: string): string | undefined;
  on(event: 'cancel', listener: () => void): unknown;
}

export interface SrfResponse {
  readonly finalResponseSent: boolean;
  send(
    status: number,
    reason: string | undefined,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
    /** How it was sent on. */
    callback?: undefined,
    /** To a provisional response that requires 100rel. May also be told of an ACK. RFC 3262 */
    onPrack?: (prack: SrfRequest & { readonly res: SrfResponse }) => void,
  ): void;
}

export interface SrfDialog {
  readonly local: { sdp: string; readonly contact: string | undefined };
  readonly remote: { sdp: string };
  /** BYE. Rejects where the dialog or the connection is gone already. */
  destroy(): Promise<unknown>;
  /** Re-INVITE; resolves with the answer, rejects with a `SipStatusError`. */
  modify(sdp: string): Promise<string>;
  /** Resolves with the answer, whatever it is; rejects where the dialog or the connection is gone. */
  request(options: {
    readonly method: 'INFO';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<unknown>;
  on(event: 'destroy', listener: (bye: SrfRequest, reason: string | undefined) => void): unknown;
  on(event: 'ack', listener: (ack: SrfRequest) => void): unknown;
  on(
    event: 'modify' | 'info' | 'update',
    listener: (request: SrfRequest, response: SrfResponse) => void,
  ): unknown;
}

/** A refusal has its response; what drachtio-server would not send has none. */
export type SrfFailure =
  (Error & { readonly res?: SrfReceivedResponse }) | string | null | undefined;

type DialogCallback = (error: SrfFailure, dialog: SrfDialog | undefined) => void;

export interface UacOptions {
  readonly localSdp?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

type Next = () => void;

export interface Srf {
  readonly _dialogs: ReadonlyMap<string, unknown>;
  eventNames(): readonly (string | symbol)[];
  listenerCount(event: string | symbol): number;
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    readonly enablePing?: boolean;
    readonly pingInterval?: number;
    readonly reconnect?: { readonly retryMaxDelay: number };
  }): unknown;
  listen(options: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
  }): unknown;
  readonly app: { readonly client: DrachtioAgent };
  invite(handler: (request: SrfRequest, response: SrfResponse) => void): unknown;
  options(handler: (request: SrfRequest, response: SrfResponse) => void): unknown;
  register(handler: (request: SrfRequest, response: SrfResponse) => void): unknown;
  use(handler: (request: SrfRequest, response: SrfResponse, next: Next) => void): unknown;
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: { readonly localSdp: string; readonly headers?: Readonly<Record<string, string>> },
    callback: DialogCallback,
  ): unknown;
  createUAC(
    uri: string,
    options: UacOptions & { readonly proxy?: string; readonly _socket?: Socket },
    progress: {
      readonly cbRequest?: (error: unknown, sent: SrfSentInvite | undefined) => void;
      readonly cbProvisional?: (response: SrfReceivedResponse) => void;
    },
    callback: DialogCallback,
  ): unknown;
  request(
    uri: string,
    options: {
      readonly method: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Where it is sent, whatever the Request-URI says. */
      readonly proxy?: string;
      readonly _socket?: Socket;
    },
    callback: (error: unknown, request: SrfSentRequest | undefined) => void,
  ): unknown;
  endSession(request: SrfRequest): void;
  on(event: 'connect', listener: ConnectListener): unknown;
  on(event: 'close' | 'error' | 'listening', listener: (...args: unknown[]) => void): unknown;
  removeAllListeners(): unknown;
}

export type ConnectListener = (
  error: unknown,
  /** `transport/address:port` of each contact, with commas. */
  contacts: string | undefined,
) => void;

export interface SrfSentRequest {
  on(event: 'response', listener: (response: SrfReceivedResponse) => void): unknown;
}

export interface SrfSentInvite {
  cancel(callback: (error: unknown) => void): void;
}

export interface SrfReceivedResponse {
  readonly status: number;
  /** The message as drachtio-server sent it on. */
  readonly raw: string;
}

/** Inside drachtio-srf: one connection's (or listener's) messages. */
export interface DrachtioAgent {
  readonly wp: WireProtocol;
  /** One entry a live connection to a drachtio-server. */
  readonly mapServer: ReadonlyMap<Socket, unknown>;
  disconnect(socket?: Socket): void;
  close(): void;
}

export interface WireProtocol {
  closing?: boolean;
  readonly reconnectVars?: { readonly retryTimer?: NodeJS.Timeout | null };
  listeners(event: 'msg'): readonly ((socket: Socket, message: string) => void)[];
  removeAllListeners(event: 'msg'): unknown;
  on(event: 'msg', listener: (socket: Socket, message: string) => void): unknown;
  prependListener(
    event: 'connect' | 'connection' | 'close',
    listener: (socket: Socket) => void,
  ): unknown;
}

// ---------------------------------------------------------------- drachtio-modesl: event socket

export interface EslEvent {
  getHeader(name: string): string | undefined;
  getBody(): string | undefined;
}

export interface EslConnection {
  readonly socket: Socket | null;
  /** True keeps the library from reconnecting by itself. */
  closing?: boolean;
  connected(): boolean;
  api(command: string, callback: (event: EslEvent) => void): void;
  api(command: string, args: readonly string[], callback: (event: EslEvent) => void): void;
  execute(app: string, arg: string, callback: (event: EslEvent) => void): unknown;
  subscribe(events: string): unknown;
  disconnect(): void;
  on(event: string, listener: (event: EslEvent) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  removeAllListeners(): unknown;
}

// ---------------------------------------------------------------- drachtio-fsmrf: media server

export interface FsmrfMediaServer {
  readonly sip: { readonly ipv4: { readonly udp: { readonly address?: string } } };
  closing?: boolean;
  /** There from `connect` on. */
  readonly _server?: {
    on(event: 'connection::open', listener: (connection: EslConnection) => void): unknown;
    close(callback?: () => void): void;
    getCountOfConnections(): number;
  };
  createEndpoint(options: {
    readonly remoteSdp?: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  }): Promise<FsmrfEndpoint>;
  on(event: 'connect' | 'ready' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  removeAllListeners(): unknown;
}

/** What the media server signals through: ours, which finds the drachtio-server of the call. */
export interface FsmrfSignalling {
  createUAC(uri: string, options: UacOptions): Promise<{ destroy(): void }>;
}

export interface FsmrfEndpoint {
  readonly uuid: string;
  readonly local: { readonly sdp: string };
  readonly conn: EslConnection | null;
  on(event: 'dtmf', listener: (key: { dtmf?: string; source?: string }) => void): unknown;
  on(event: 'destroy', listener: (how?: { reason?: string }) => void): unknown;
  removeAllListeners(): unknown;
}
