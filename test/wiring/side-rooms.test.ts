import { expect, test } from 'vitest';
import { createSideRooms } from '../../src/wiring/side-rooms.ts';

test('a browser gets the address that it can reach, and a token for one participant of that room alone', async () => {
  const rooms = createSideRooms({
    url: 'wss://meet.example.org',
    apiKey: 'key',
    apiSecret: 'a secret of more than thirty-two letters',
  });
  const room = rooms.newRoom();
  expect(rooms.newRoom()).not.toBe(room);
  const { url, token } = await rooms.access(room);
  expect(url).toBe('wss://meet.example.org');
  const [, body = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
  expect(claims).toMatchObject({ video: { room, roomJoin: true, canPublishData: false } });
});
