import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { createTokenMint, tokenLifetimeS } from '../../../src/bridge/room/tokens.ts';
import { tokenExpiresAt } from '../../../src/bridge/room/token-expiry.ts';
import { asRoomName } from '../../../src/call/identifiers.ts';

const keys = { apiKey: 'key', apiSecret: 'a secret of thirty-two characters' };
const mint = createTokenMint(keys);
const verifier = new TokenVerifier(keys.apiKey, keys.apiSecret);
const room = asRoomName('r1');

test('a caller may publish a microphone in one room, and nothing else', async () => {
  const token = await mint.callerToken({
    room,
    identity: 'ringbro:n:1',
    name: 'Phone 1',
    attributes: { 'sip.callStatus': 'active' },
    muted: false,
  });
  const claims = await verifier.verify(token);
  expect(claims).toMatchObject({
    sub: 'ringbro:n:1',
    name: 'Phone 1',
    kind: 'sip',
    attributes: { 'sip.callStatus': 'active' },
  });
  expect(claims.video).toEqual({
    roomJoin: true,
    room: 'r1',
    canPublish: true,
    canPublishSources: ['microphone'],
    canSubscribe: false,
    canPublishData: false,
    canUpdateOwnMetadata: false,
  });
});

test('a caller with a camera may publish it and watch, and nothing else', async () => {
  const identity = 'ringbro:n:1';
  const target = { room, identity, name: 'Room 1', attributes: {}, muted: false, hasCamera: true };
  const claims = await verifier.verify(await mint.callerToken(target));
  expect(claims.video).toEqual({
    roomJoin: true,
    room: 'r1',
    canPublish: true,
    canPublishSources: ['microphone', 'camera'],
    canSubscribe: true,
    canPublishData: false,
    canUpdateOwnMetadata: false,
  });
});

test('an ear is hidden and may only listen', async () => {
  const claims = await verifier.verify(await mint.earToken(room, 'ringbro:n:ear'));
  expect(claims.video).toEqual({
    roomJoin: true,
    room: 'r1',
    hidden: true,
    canPublish: false,
    canSubscribe: true,
    canPublishData: false,
    canUpdateOwnMetadata: false,
  });
});

test('no token of ours allows a recording, nor anything else of the whole server', async () => {
  const target = { room, identity: 'ringbro:n:1', name: 'Phone 1', attributes: {}, muted: false };
  const tokens = await Promise.all([
    mint.callerToken(target),
    mint.callerToken({ ...target, sendsKeys: true }),
    mint.callerToken({ ...target, hasCamera: true }),
    mint.earToken(room, 'ringbro:n:ear'),
    mint.sideRoomToken(room, 'host'),
  ]);
  for (const token of tokens) {
    const { video = {} } = await verifier.verify(token);
    const wide = ['roomRecord', 'roomAdmin', 'roomCreate', 'roomList', 'recorder'];
    expect(wide.filter((grant) => grant in video)).toEqual([]);
  }
});

test('a token is known to run out when it does', async () => {
  const expiresAt = tokenExpiresAt(await mint.earToken(room, 'ear'));
  const leftMs = expiresAt - Date.now();
  expect(leftMs).toBeGreaterThan((tokenLifetimeS - 10) * 1000);
  expect(leftMs).toBeLessThan(tokenLifetimeS * 1000);
});

test.each(['', 'a.b.c', 'no token', 'a.bnVsbA.c', 'a.e30.c'])(
  '%j does not say when it runs out',
  (token) => {
    expect(tokenExpiresAt(token)).toBe(Infinity);
  },
);
