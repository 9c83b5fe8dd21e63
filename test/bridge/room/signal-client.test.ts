import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  JoinRequest,
  JoinResponse,
  LeaveRequest,
  LeaveRequest_Action,
  DisconnectReason,
  Pong,
  SignalRequest,
  SignalResponse,
  WrappedJoinRequest,
} from '@livekit/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  openSignalClient,
  type Down,
  type SignalClient,
} from '../../../src/bridge/room/signal-client.ts';
import type { SignalEvent } from '../../../src/bridge/room/signal-message.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { silentLog } from './support/silent-log.ts';

/** A signalling server that says what the test wants. */
let server: Server;
let sockets: WebSocketServer;
let url: string;
let clock: ManualClock;
let client: SignalClient | undefined;

beforeEach(async () => {
  clock = createManualClock();
  server = createServer((_request, response) => response.writeHead(404).end('404 page not found'));
  sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `ws://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
});
afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate();
  await client?.close();
  server.close();
});

interface Opened {
  readonly events: SignalEvent[];
  readonly down: Promise<Down>;
}

const open = (to: string = url): Opened => {
  const events: SignalEvent[] = [];
  const down = new Promise<Down>((resolve) => {
    client = openSignalClient({
      url: to,
      token: 'a-token',
      offerSdp: 'v=0 the offer',
      offerId: 1,
      addTracks: [],
      followsRoom: true,
      clock,
      log: silentLog,
      onEvent: (event) => events.push(event),
      onDown: resolve,
    });
  });
  return { events, down };
};

const accepted = async (): Promise<{ peer: WebSocket; target: URL; authorization: string }> => {
  const [peer, request] = (await once(sockets, 'connection')) as [
    WebSocket,
    { url: string; headers: { authorization: string } },
  ];
  return { peer, target: new URL(request.url, url), authorization: request.headers.authorization };
};

const say = (peer: WebSocket, message: SignalResponse['message']): void => {
  peer.send(new SignalResponse({ message }).toBinary());
};
const join = (peer: WebSocket): void => {
  say(peer, { case: 'join', value: new JoinResponse({ pingInterval: 5, pingTimeout: 15 }) });
};
/** What the peer has sent was read once its echo is: TCP keeps the order. */
const seen = async (opened: Opened, count: number): Promise<void> => {
  await expect.poll(() => opened.events.length, { interval: 5 }).toBe(count);
};

const refuseWith = (status: string, body: string): void => {
  server.removeAllListeners('upgrade');
  server.on('upgrade', (_request, socket) => {
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
};

test('the join request goes with the offer in it and the token in a header alone', async () => {
  open(`${url}/livekit/`);
  const { target, authorization } = await accepted();
  expect(target.pathname).toBe('/livekit/rtc/v1');
  expect(authorization).toBe('Bearer a-token');
  expect(target.search).not.toContain('a-token');
  const wrapped = Buffer.from(target.searchParams.get('join_request') ?? '', 'base64url');
  const request = JoinRequest.fromBinary(WrappedJoinRequest.fromBinary(wrapped).joinRequest);
  expect(request.publisherOffer).toMatchObject({ type: 'offer', sdp: 'v=0 the offer', id: 1 });
  expect(request.connectionSettings?.autoSubscribe).toBe(false);
});

test.each([
  ['401 Unauthorized', 'invalid token', { verdict: 'token-refused' }],
  ['403 Forbidden', '', { verdict: 'token-refused' }],
  [
    '404 Not Found',
    '404 page not found',
    { verdict: 'left', reason: 'unreachable', code: 'room/server-too-old' },
  ],
  [
    '404 Not Found',
    'requested room does not exist',
    { verdict: 'left', reason: 'room-deleted', code: 'room/no-such-room' },
  ],
  ['503 Service Unavailable', '', { verdict: 'retry', cause: 'http-503' }],
])('%s "%s" is understood', async (status, body, expected) => {
  refuseWith(status, body);
  expect(await open().down).toEqual(expected);
});

test('a server that is not there is worth another try', async () => {
  server.close();
  expect(await open('ws://127.0.0.1:1').down).toEqual({ verdict: 'retry', cause: 'ECONNREFUSED' });
});

test.each(['', 'not a url', 'ftp://127.0.0.1', 'http://'])(
  '%j is told as a bad URL',
  async (bad) => {
    expect(await open(bad).down).toMatchObject({ verdict: 'left', code: 'room/bad-url' });
  },
);

test('unreadable frames are left out and what follows is heard', async () => {
  const opened = open();
  const { peer } = await accepted();
  peer.send(Buffer.from([0xff, 0xff, 0xff]));
  peer.send('JSON');
  peer.send(Buffer.alloc(0));
  join(peer);
  await seen(opened, 2);
  expect(opened.events.map(({ type }) => type)).toEqual(['other', 'joined']);
});

test('it pings by the join response, and a server that stays silent is lost', async () => {
  const opened = open();
  const { peer } = await accepted();
  join(peer);
  await seen(opened, 1);
  await clock.advance(5_000);
  const [frame] = (await once(peer, 'message')) as [Buffer];
  expect(SignalRequest.fromBinary(frame).message.case).toBe('pingReq');

  say(peer, { case: 'pongResp', value: new Pong() });
  await seen(opened, 2);
  await clock.advance(15_000);
  expect(clock.pending).toBeGreaterThan(0);
  await clock.advance(5_000);
  expect(await opened.down).toEqual({ verdict: 'retry', cause: 'ping-timeout' });
  expect(clock.pending).toBe(0);
});

test('a removal is final and nothing is heard after it', async () => {
  const opened = open();
  const { peer } = await accepted();
  const value = new LeaveRequest({
    action: LeaveRequest_Action.DISCONNECT,
    reason: DisconnectReason.PARTICIPANT_REMOVED,
  });
  say(peer, { case: 'leave', value });
  join(peer);
  expect(await opened.down).toEqual({ verdict: 'left', reason: 'removed' });
  expect(opened.events).toEqual([]);
});

test('a socket that closes is worth another try', async () => {
  const opened = open();
  const { peer } = await accepted();
  peer.close(1011);
  expect(await opened.down).toEqual({ verdict: 'retry', cause: 'signal-closed-1011' });
});

test('closing says that we leave', async () => {
  const opened = open();
  const { peer } = await accepted();
  join(peer);
  await seen(opened, 1);
  const message = once(peer, 'message') as Promise<[Buffer]>;
  const closed = client?.close();
  const [frame] = await message;
  expect(SignalRequest.fromBinary(frame).message.case).toBe('leave');
  await closed;
  expect(clock.pending).toBe(0);
});

test('a server that does not close is left all the same after a second', async () => {
  const opened = open();
  const { peer } = await accepted();
  join(peer);
  await seen(opened, 1);
  peer.pause();
  let gone = false;
  const closed = client?.close().then(() => {
    gone = true;
  });
  await clock.advance(999);
  expect(gone).toBe(false);
  await clock.advance(1);
  await closed;
  expect(clock.pending).toBe(0);
});

test('closing before the connection is made leaves nothing', async () => {
  open();
  await client?.close();
  expect(clock.pending).toBe(0);
});
