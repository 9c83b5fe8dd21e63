import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRoomAdmin } from '../../../src/bridge/room/room-admin.ts';
import { asRoomName } from '../../../src/call/identifiers.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import { createRoomRig, type RoomRig } from './support/room-rig.ts';

let server: TestLiveKitServer;
let rig: RoomRig;
let rooms = 0;

beforeAll(async () => {
  server = await startLiveKitServer();
});
afterAll(() => server.close());
beforeEach(() => {
  rig = createRoomRig(server, `admin-${++rooms}`);
});
afterEach(() => rig.close());

const absent = { exists: false, others: 0, endToEndEncrypted: false };

test('a room is made, found and deleted; each may be said twice', async () => {
  const admin = createRoomAdmin(server);
  expect(await admin.roomState(rig.room)).toEqual(absent);
  await admin.ensureRoom(rig.room);
  await admin.ensureRoom(rig.room);
  expect(await admin.roomState(rig.room)).toEqual({ ...absent, exists: true });
  await admin.deleteRoom(rig.room);
  await admin.deleteRoom(rig.room);
  expect(await admin.roomState(rig.room)).toEqual(absent);
});

test('guests are counted; callers of any gateway and ears are not', async () => {
  const admin = createRoomAdmin(server);
  await rig.witness('guest');
  const { saw } = await rig.caller('ringbro:node-2:leg-1');
  await saw('connected');
  const ear = await rig.ear(['ringbro:node-1:']);
  await ear.saw('connected');
  expect(await admin.roomState(rig.room)).toEqual({
    exists: true,
    others: 1,
    endToEndEncrypted: false,
  });
});

test('attributes are set one by one, and seen by the others', async () => {
  const admin = createRoomAdmin(server);
  const identity = 'ringbro:node-1:leg-1';
  const { saw } = await rig.caller(identity);
  await saw('connected');
  const witness = await rig.witness('guest');
  const participant = await witness.participant(identity);
  await admin.setAttributes(rig.room, identity, { 'ringbro.hand': 'raised', other: 'stays' });
  await expect.poll(() => participant.attributes['ringbro.hand']).toBe('raised');
  await admin.setAttributes(rig.room, identity, { 'ringbro.hand': '' });
  await expect.poll(() => participant.attributes['ringbro.hand'] ?? '').toBe('');
  expect(participant.attributes['other']).toBe('stays');
  await admin.setAttributes(rig.room, 'ringbro:node-1:gone', { 'ringbro.hand': 'raised' });
});

test('a room in which somebody publishes end-to-end encrypted media is known as such', async () => {
  const admin = createRoomAdmin(server);
  const witness = await rig.witness('guest', true);
  await witness.playTone(440, -20);
  await expect
    .poll(async () => (await admin.roomState(rig.room)).endToEndEncrypted, { timeout: 5_000 })
    .toBe(true);
});

test('what a former life left behind is removed, what is to be kept is not', async () => {
  const admin = createRoomAdmin(server);
  const identities = ['ringbro:node-1:old', 'ringbro:node-1:live', 'ringbro:node-10:other'];
  const callers = await Promise.all(identities.map((identity) => rig.caller(identity)));
  await Promise.all(callers.map(({ saw }) => saw('connected')));
  const removed = await admin.removeStale(
    'ringbro:node-1:',
    (identity) => identity === 'ringbro:node-1:live',
  );
  expect(removed).toBe(1);
  expect(await callers[0]!.saw('left')).toMatchObject({ reason: 'removed' });
  await expect
    .poll(async () => (await rig.admin.listParticipants(rig.room)).map((p) => p.identity).sort())
    .toEqual(['ringbro:node-10:other', 'ringbro:node-1:live']);
});

// A room is only recorded by an egress service, which is not here: the answer of a server that has one.
test('rooms that are being recorded are known, of those that were asked about', async () => {
  const admin = createRoomAdmin(server);
  await admin.ensureRoom(rig.room);
  expect(await admin.recorded([rig.room])).toEqual(new Set());
  expect(await admin.recorded([])).toEqual(new Set());
  const rooms = [
    { name: rig.room, activeRecording: true },
    { name: 'quiet', activeRecording: false },
    { name: 'not asked about', activeRecording: true },
  ];
  const withEgress = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ rooms }));
  });
  withEgress.listen(0, '127.0.0.1');
  await once(withEgress, 'listening');
  const address = withEgress.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const told = createRoomAdmin({ ...server, url: `ws://127.0.0.1:${port}` });
  expect(await told.recorded([rig.room, asRoomName('quiet')])).toEqual(new Set([rig.room]));
  withEgress.close();
});

test('removing one who is not there is done already', async () => {
  const admin = createRoomAdmin(server);
  await admin.ensureRoom(rig.room);
  await expect(admin.removeParticipant(rig.room, 'nobody')).resolves.toBeUndefined();
});

test('a server that does not answer is unreachable', async () => {
  const admin = createRoomAdmin({ ...server, url: 'ws://127.0.0.1:1' });
  await expect(admin.roomState(rig.room)).rejects.toMatchObject({ code: 'room/unreachable' });
  await expect(admin.ensureRoom(rig.room)).rejects.toMatchObject({ code: 'room/unreachable' });
});
