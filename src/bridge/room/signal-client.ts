import {
  ClientInfo,
  ConnectionSettings,
  DisconnectReason,
  JoinRequest,
  LeaveRequest,
  Ping,
  SessionDescription,
  SignalRequest,
  WrappedJoinRequest,
  type AddTrackRequest,
} from '@livekit/protocol';
import WebSocket, { type RawData } from 'ws';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { RoomLeftReason } from '../../call/ports/sip-engine.ts';
import type { LinkErrorCode } from './link-error.ts';
import { parseSignal, type SignalEvent } from './signal-message.ts';

/** Why a connection is down, and what may be done about it. */
export type Down =
  | { readonly verdict: 'retry'; readonly cause: string }
  | { readonly verdict: 'token-refused' }
  | {
      readonly verdict: 'left';
      readonly reason: RoomLeftReason;
      readonly code?: LinkErrorCode;
    };

export interface SignalClient {
  send(request: SignalRequest): void;
  /** Says that we leave and closes. Idempotent, never rejects; the socket is gone when it resolves. */
  close(): Promise<void>;
}

export interface SignalClientDeps {
  readonly url: string;
  readonly token: string;
  readonly offerSdp: string;
  readonly offerId: number;
  readonly addTracks: readonly AddTrackRequest[];
  /** Whether to tell who else is in the room, and how that changes. */
  readonly followsRoom: boolean;
  /** See `LinkThread`. */
  readonly onArrival?: (() => void) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onEvent: (event: SignalEvent) => void;
  /** Each message as it came, before it is reduced to an event. */
  readonly onMessage?: ((bytes: Uint8Array) => void) | undefined;
  /** At most once; nothing comes after it. */
  readonly onDown: (down: Down) => void;
}

/** The protocol version we speak; 16 is the one in which answers carry their offer's id. */
const clientProtocol = 16;
const handshakeTimeoutMs = 4_000;
/** How long the server may take to close after our leave. */
const closeTimeoutMs = 1_000;
const longestMessageBytes = 4 * 1024 * 1024;
const longestErrorBodyBytes = 1_024;

const signalUrl = (base: string, request: JoinRequest): URL | undefined => {
  const url = URL.parse(base);
  if (url === null || !/^(ws|http)s?:$/.test(url.protocol)) return undefined;
  url.protocol = url.protocol.replace('http', 'ws');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/rtc/v1`;
  const wrapped = new WrappedJoinRequest({ joinRequest: request.toBinary() }).toBinary();
  // The server decodes with Go's base64.URLEncoding, which asks for the padding.
  const encoded = Buffer.from(wrapped).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
  url.searchParams.set('join_request', encoded);
  return url;
};

const joinRequest = (deps: SignalClientDeps): JoinRequest =>
  new JoinRequest({
    clientInfo: new ClientInfo({ version: '1', protocol: clientProtocol }),
    connectionSettings: new ConnectionSettings({ autoSubscribe: false }),
    addTrackRequests: [...deps.addTracks],
    publisherOffer: new SessionDescription({
      type: 'offer',
      sdp: deps.offerSdp,
      id: deps.offerId,
    }),
  });

/** What an HTTP answer in place of the upgrade says. */
export const meaningOfRefusal = (status: number, body: string): Down => {
  if (status === 401 || status === 403) return { verdict: 'token-refused' };
  if (status !== 404) return { verdict: 'retry', cause: `http-${status}` };
  // "requested room does not exist", where rooms are not made on demand.
  return /room/i.test(body)
    ? { verdict: 'left', reason: 'room-deleted', code: 'room/no-such-room' }
    : { verdict: 'left', reason: 'unreachable', code: 'room/server-too-old' };
};

const bytesOf = (data: RawData): Uint8Array =>
  Array.isArray(data)
    ? Buffer.concat(data)
    : data instanceof ArrayBuffer
      ? Buffer.from(data)
      : data;

/**
 * LiveKit's signalling over one WebSocket, `/rtc/v1`: join request with our offer in it, messages
 * both ways, pings. No bytes from the server make it throw.
 */
export const openSignalClient = (deps: SignalClientDeps): SignalClient => {
  const { clock, log, onEvent } = deps;
  let over = false;
  let cancelPing: (() => void) | undefined;

  const down = (reason: Down): void => {
    if (over) return;
    over = true;
    cancelPing?.();
    socket?.terminate();
    deps.onDown(reason);
  };

  const send = (request: SignalRequest): void => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(request.toBinary());
  };

  let lastPongAt = 0;
  let lastPingAt = 0;
  const keepAlive = (intervalMs: number, timeoutMs: number): void => {
    cancelPing = clock.at(clock.now() + intervalMs, () => {
      const now = clock.now();
      if (timeoutMs > 0 && now - lastPongAt > timeoutMs) {
        down({ verdict: 'retry', cause: 'ping-timeout' });
        return;
      }
      lastPingAt = now;
      const ping = new Ping({ timestamp: BigInt(now) });
      send(new SignalRequest({ message: { case: 'pingReq', value: ping } }));
      keepAlive(intervalMs, timeoutMs);
    });
  };

  const receive = (data: RawData): void => {
    deps.onArrival?.();
    if (over) return;
    deps.onMessage?.(bytesOf(data));
    const event = parseSignal(bytesOf(data), deps.followsRoom);
    switch (event.type) {
      case 'joined':
        lastPongAt = clock.now();
        cancelPing?.();
        if (event.pingIntervalMs > 0) keepAlive(event.pingIntervalMs, event.pingTimeoutMs);
        break;
      case 'pong':
        lastPongAt = clock.now();
        log.debug({ roundTripMs: lastPongAt - lastPingAt }, 'room signalling pong');
        break;
      case 'leave':
        down(
          event.meaning === 'reconnect'
            ? { verdict: 'retry', cause: 'asked-to-reconnect' }
            : { verdict: 'left', reason: event.meaning },
        );
        return;
      case 'malformed':
        log.warn({ bytes: bytesOf(data).length }, 'unreadable room signalling message');
        return;
      default:
        break;
    }
    onEvent(event);
  };

  const socket = connect(deps, { receive, down });

  const close = (): Promise<void> => {
    over = true;
    cancelPing?.();
    return leave(socket, clock);
  };
  return { send, close };
};

const connect = (
  deps: SignalClientDeps,
  { receive, down }: { receive: (data: RawData) => void; down: (down: Down) => void },
): WebSocket | undefined => {
  const url = signalUrl(deps.url, joinRequest(deps));
  if (url === undefined) {
    // Not at once: the one who opens us has not got us yet.
    queueMicrotask(() => {
      down({ verdict: 'left', reason: 'unreachable', code: 'room/bad-url' });
    });
    return undefined;
  }
  const socket = new WebSocket(url, {
    // In a header, so that no log of addresses holds it.
    headers: { authorization: `Bearer ${deps.token}` },
    perMessageDeflate: false,
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: longestMessageBytes,
  });
  socket.on('message', receive);
  socket.on('error', (error) => {
    down({ verdict: 'retry', cause: 'code' in error ? String(error.code) : error.name });
  });
  socket.on('close', (code) => {
    down({ verdict: 'retry', cause: `signal-closed-${code}` });
  });
  socket.on('unexpected-response', (request, response) => {
    let body = '';
    const done = (): void => {
      request.destroy();
      down(meaningOfRefusal(response.statusCode ?? 0, body));
    };
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      body += part;
      if (body.length > longestErrorBodyBytes) done();
    });
    response.on('end', done);
    response.on('error', done);
  });
  return socket;
};

const leave = (socket: WebSocket | undefined, clock: Clock): Promise<void> => {
  if (socket === undefined || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + closeTimeoutMs, () => {
      socket.terminate();
    });
    socket.once('close', () => {
      cancel();
      resolve();
    });
    if (socket.readyState !== WebSocket.OPEN) {
      socket.terminate();
      return;
    }
    const value = new LeaveRequest({ reason: DisconnectReason.CLIENT_INITIATED });
    socket.send(new SignalRequest({ message: { case: 'leave', value } }).toBinary(), () => {
      socket.close(1000);
    });
  });
};
