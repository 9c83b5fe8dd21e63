import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import { beginsKeyFrame, openCamera, sequenceOf, type CameraCaller } from './support/camera-rig.ts';
import { createRoomRig, eventually, type RoomRig } from './support/room-rig.ts';

let server: TestLiveKitServer;
let rig: RoomRig;
let rooms = 0;
let closers: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await startLiveKitServer();
});
afterAll(() => server.close());
beforeEach(() => {
  rig = createRoomRig(server, `pictures-${++rooms}`);
});
afterEach(async () => {
  await Promise.allSettled(closers.map(async (close) => close()));
  closers = [];
  await rig.close();
});

const want = { width: 1280, height: 720, maxBitrateKbps: 2_000 };
const open = (identity: string): Promise<CameraCaller> =>
  openCamera(server, rig, identity, closers);

test('the camera of one is seen by the other, untouched, from a key frame on', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  const camera = one.film();
  const picture = await other.pictureOf('one');
  expect(picture).toMatchObject({
    name: 'Room one',
    kind: 'sip',
    source: 'camera',
    isH264: true,
    muted: false,
  });
  other.pictures.watch([picture.trackKey], want);
  const packets = await eventually('pictures', () => {
    const of = other.received.get(picture.trackKey);
    return of !== undefined && of.length > 40 && of;
  });
  expect(beginsKeyFrame(packets[0]!)).toBe(true);
  const sent = new Set([...camera.sent.values()].map((payload) => payload.toString('hex')));
  for (const packet of packets) {
    expect(packet[0]).toBe(0x80);
    expect(sent.has(packet.toString('hex', 12))).toBe(true);
  }
  // One after the other, as the server numbers them.
  const first = sequenceOf(packets[0]!);
  expect(packets.map(sequenceOf)).toEqual(packets.map((_, at) => (first + at) & 0xffff));
});

test('a key frame that is asked for comes', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  one.film();
  const { trackKey } = await other.pictureOf('one');
  other.pictures.watch([trackKey], want);
  const packets = await eventually('pictures', () => other.received.get(trackKey));
  await eventually('more pictures', () => packets.length > 20);
  const keyFrames = (): number => packets.filter(beginsKeyFrame).length;
  const before = keyFrames();
  // The server passes on one request in half a second.
  await sleep(600);
  expect(keyFrames()).toBe(before);
  other.pictures.requestKeyFrame(trackKey);
  await eventually('a key frame', () => keyFrames() > before);
});
