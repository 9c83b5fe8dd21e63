import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { roomPayloadTypes } from '../../../src/bridge/room/link-types.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import {
  createRoomRig,
  eventually,
  nothingMoreThan,
  openHandles,
  type RoomRig,
} from './support/room-rig.ts';

let server: TestLiveKitServer;
let rig: RoomRig;
let rooms = 0;

beforeAll(async () => {
  server = await startLiveKitServer();
});
afterAll(() => server.close());
beforeEach(() => {
  rig = createRoomRig(server, `ear-${++rooms}`);
});
afterEach(() => rig.close());

const own = 'ringbro:node-1:';
const payloadTypeOf = (packet: Buffer): number => packet.readUInt8(1) & 0x7f;

test("a guest's Opus arrives as whole RTP packets, one each 20 ms", async () => {
  const witness = await rig.witness('guest');
  await witness.playTone(440, -20);
  const { packets, saw } = await rig.ear([own]);
  const { trackKey, codec, identity, kind } = await saw('track-added');
  expect({ codec, identity, kind }).toEqual({ codec: 'opus', identity: 'guest', kind: 'standard' });

  const received = await eventually('50 packets', () => {
    const of = packets.get(trackKey) ?? [];
    return of.length >= 50 && of.slice(0, 50);
  });
  expect(new Set(received.map(payloadTypeOf))).toEqual(new Set([roomPayloadTypes.opus]));
  const sequences = received.map((packet) => packet.readUInt16BE(2));
  const first = sequences[0] ?? 0;
  expect(sequences).toEqual(sequences.map((_, i) => (first + i) & 0xffff));
  const steps = received
    .slice(1)
    .map((packet, i) => (packet.readUInt32BE(4) - (received[i]?.readUInt32BE(4) ?? 0)) >>> 0);
  expect(new Set(steps)).toEqual(new Set([960]));
});

test('a caller of another node is heard in their own codec; our own callers are not', async () => {
  const { packets, events, saw } = await rig.ear([own]);
  await saw('connected');
  const ours = await rig.caller(`${own}leg-1`);
  ours.speak(440);
  const theirs = await rig.caller('ringbro:node-2:leg-1', { codec: 'PCMA' });
  theirs.speak(600);
  const { trackKey, identity, kind, codec } = await saw('track-added');
  expect({ identity, kind, codec }).toEqual({
    identity: 'ringbro:node-2:leg-1',
    kind: 'sip',
    codec: 'PCMA',
  });
  await eventually('packets', () => (packets.get(trackKey)?.length ?? 0) > 25);
  expect([...packets.keys()]).toEqual([trackKey]);
  expect(payloadTypeOf(packets.get(trackKey)![0]!)).toBe(roomPayloadTypes.PCMA);
  expect(events.filter(({ type }) => type === 'audience')).toEqual([
    { type: 'audience', others: 0 },
    { type: 'audience', others: 1 },
  ]);
});

test('nobody sees the ear', async () => {
  const { saw } = await rig.ear([own]);
  await saw('connected');
  const witness = await rig.witness('guest');
  await sleep(300);
  expect(witness.participants()).toEqual([]);
});

test('mutes and goings of the others are told', async () => {
  const { saw, events } = await rig.ear([own]);
  await saw('connected');
  const other = await rig.caller('ringbro:node-2:leg-1');
  const { trackKey } = await saw('track-added');
  other.link.setMuted(true);
  expect(await saw('track-muted')).toEqual({ type: 'track-muted', trackKey, muted: true });
  await other.link.close();
  expect(await saw('track-removed')).toEqual({ type: 'track-removed', trackKey });
  await eventually('an empty room', () => {
    const last = events.findLast(({ type }) => type === 'audience');
    return last?.type === 'audience' && last.others === 0;
  });
});

test('an ear that is told not to listen has no tracks and gets no packets until it is told to', async () => {
  const witness = await rig.witness('guest');
  await witness.playTone(440, -20);
  const { ear, packets, events, saw } = await rig.ear([own]);
  const { trackKey } = await saw('track-added');
  await eventually('sound', () => (packets.get(trackKey)?.length ?? 0) > 10);

  ear.setListening(false);
  expect(events.at(-1)).toEqual({ type: 'track-removed', trackKey });
  const count = packets.get(trackKey)?.length;
  await sleep(500);
  expect(packets.get(trackKey)?.length).toBe(count);

  ear.setListening(true);
  const again = events.at(-1);
  if (again?.type !== 'track-added') throw new Error('no track came');
  await eventually('sound again', () => (packets.get(again.trackKey)?.length ?? 0) > 10);
});

test('comings and goings do not make the session description grow', async () => {
  const { ear, events, packets, saw } = await rig.ear([own]);
  await saw('connected');
  for (let round = 0; round < 25; round += 1) {
    const callers = await Promise.all(
      [1, 2, 3, 4].map((n) => rig.caller(`ringbro:node-2:leg-${round}-${n}`)),
    );
    const tones = callers.map(({ speak }) => speak(440));
    await eventually('four more tracks heard', () => packets.size >= (round + 1) * 4);
    for (const tone of tones) tone.stop();
    await Promise.all(callers.map(({ link }) => link.close()));
    await eventually(
      'all gone',
      () => events.filter(({ type }) => type === 'track-removed').length === (round + 1) * 4,
    );
  }
  expect(packets.size).toBe(100);
  // Four at a time, and some more where comings crossed goings that were not yet negotiated.
  expect(ear.mediaSections()).toBeLessThanOrEqual(20);
  expect(events.some(({ type }) => type === 'lost' || type === 'left')).toBe(false);
}, 120_000);

test('an end-to-end encrypted room is told, and its tracks are left alone', async () => {
  const witness = await rig.witness('guest', true);
  await witness.playTone(440, -20);
  const { events, saw } = await rig.ear([own]);
  await saw('encrypted');
  expect(events.some(({ type }) => type === 'track-added')).toBe(false);
});

test('a removed ear and a deleted room are told', async () => {
  const { saw } = await rig.ear([own]);
  await saw('connected');
  await rig.admin.deleteRoom(rig.room);
  expect(await saw('left')).toMatchObject({ reason: 'room-deleted' });
});

test('after a crash of the server the ear is back within 5 s and hears again', async () => {
  const first = await rig.caller('ringbro:node-2:leg-1');
  first.speak(440);
  const { events, packets, saw } = await rig.ear([own]);
  const { trackKey } = await saw('track-added');
  await server.stop();
  await saw('lost');
  expect(await saw('track-removed')).toEqual({ type: 'track-removed', trackKey });
  await server.start();
  const backAt = Date.now();
  await saw('recovered');
  expect(Date.now() - backAt).toBeLessThan(5_000);
  const again = await eventually('the track', () =>
    events.find((event) => event.type === 'track-added' && event.trackKey !== trackKey),
  );
  if (again.type !== 'track-added') throw new Error('no track came');
  await eventually('sound', () => (packets.get(again.trackKey)?.length ?? 0) > 10);
});

test('a closed ear leaves no socket and no timer', async () => {
  const before = openHandles();
  for (let round = 0; round < 5; round += 1) {
    const { ear, saw } = await rig.ear([own]);
    await saw('connected');
    await ear.close();
  }
  await eventually('the handles are gone', () => nothingMoreThan(before));
});

test('who is heard in another way is not subscribed to, and is again when asked for', async () => {
  const { ear, events, saw } = await rig.ear([own]);
  await saw('connected');
  const far = await rig.caller('ringbro:node-2:leg-1');
  far.speak(600);
  const { trackKey } = await saw('track-added');
  ear.setUnneeded(['ringbro:node-2:']);
  expect(events.at(-1)).toEqual({ type: 'track-removed', trackKey });
  expect(ear.othersThan(['ringbro:node-2:'])).toBe(0);
  const added = () => events.filter(({ type }) => type === 'track-added').length;
  const another = await rig.caller('ringbro:node-2:leg-2');
  another.speak(700);
  await eventually('the other caller', () =>
    events.some((event) => event.type === 'audience' && event.others === 2),
  );
  await sleep(500);
  expect(added()).toBe(1);
  ear.setUnneeded([]);
  expect(added()).toBe(3);
});

test('tracks that are not needed any more before they came leave the server nothing to wish for', async () => {
  const { ear, saw } = await rig.ear([own]);
  await saw('connected');
  for (let round = 0; round < 6; round += 1) {
    const caller = await rig.caller(`ringbro:node-2:leg-${round}`, { codec: 'PCMA' });
    caller.speak(500);
    await saw('track-added');
    await sleep(round * 8);
    ear.setUnneeded(['ringbro:node-2:']);
    await sleep(300);
    ear.setUnneeded([]);
  }
  await sleep(500);
  expect(ear.mediaSections()).toBeLessThan(15);
});
