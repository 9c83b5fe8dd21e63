import { setTimeout as sleep } from 'node:timers/promises';
import { TrackSource } from '@livekit/protocol';
import { VideoCodec } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import {
  beginsKeyFrame,
  openCamera,
  widthOf,
  sequenceOf,
  type CameraCaller,
} from './support/camera-rig.ts';
import {
  createRoomRig,
  eventually,
  nothingMoreThan,
  openHandles,
  startTone,
  type RoomRig,
} from './support/room-rig.ts';

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

test('packets of a camera that did not arrive are asked for and fill the gap', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  const camera = one.film();
  const { trackKey } = await other.pictureOf('one');
  other.pictures.watch([trackKey], want);
  const packets = await eventually('pictures', () => other.received.get(trackKey));
  await eventually('more pictures', () => packets.length > 20);
  camera.leaveOut(2);
  const missed = await one.saw('packets-missed');
  expect(missed.sequences.every((sequence) => camera.leftOut.includes(sequence))).toBe(true);
  const lost = camera.leftOut.map((sequence) => camera.sent.get(sequence)?.toString('hex'));
  await eventually('the packets sent again', () => {
    const came = new Set(packets.map((packet) => packet.toString('hex', 12)));
    return lost.length === 2 && lost.every((payload) => came.has(payload ?? ''));
  });
});

test('packets of a watched track that are asked for come again, as they were', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  one.film();
  const { trackKey } = await other.pictureOf('one');
  other.pictures.watch([trackKey], want);
  const packets = await eventually('pictures', () => other.received.get(trackKey));
  await eventually('more pictures', () => packets.length > 40);
  // Not while the server waits for a key frame, and not what may still be on its way.
  const asked = packets.slice(-36, -33);
  const again = (of: Buffer): Buffer | undefined =>
    packets.find((each) => each !== of && sequenceOf(each) === sequenceOf(of));
  await expect
    .poll(
      () => {
        other.pictures.requestPackets(trackKey, asked.map(sequenceOf));
        return asked.map(again);
      },
      { interval: 200, timeout: 10_000 },
    )
    .toEqual(asked);
});

test('who is there, who speaks and whose camera is off is told, and what is left ceases', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  await rig.caller('guest');
  one.film();
  await other.saw('people', ({ names }) => names.includes('Phone 1') && names.includes('Room one'));
  const tone = startTone(one.link, 'PCMA', 440);
  await other.saw('speakers', ({ identities }) => identities[0] === 'one');
  expect((await rig.microphoneOf('one'))?.mimeType).toBe('audio/PCMA');
  tone.stop();
  await other.saw('speakers', ({ identities }) => identities.length === 0);
  const { trackKey } = await other.pictureOf('one');
  other.pictures.watch([trackKey], want);
  const packets = await eventually('pictures', () => other.received.get(trackKey));

  one.pictures.setCameraOn(false);
  expect((await other.pictureOf('one', ({ muted }) => muted)).trackKey).toBe(trackKey);
  one.pictures.setCameraOn(true);
  await other.pictureOf('one', ({ muted }) => !muted);
  const whenBack = packets.length;
  await eventually('pictures again', () => packets.length > whenBack + 20);

  other.pictures.watch([], want);
  await sleep(300);
  const whenLeft = packets.length;
  await sleep(300);
  expect(packets.length).toBe(whenLeft);
  await one.link.close();
  await expect
    .poll(() => other.told.findLast(({ type }) => type === 'people'))
    .toEqual({ type: 'people', names: ['Phone 1'] });
  await expect
    .poll(() => other.told.findLast(({ type }) => type === 'pictures'))
    .toEqual({ type: 'pictures', pictures: [] });
});

test('a camera that nobody watches may rest, and is wanted again with the first who does', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  one.film();
  const { trackKey } = await other.pictureOf('one');
  await one.saw('camera-bitrate', ({ kbps }) => kbps === 0);
  other.pictures.watch([trackKey], want);
  await one.saw('camera-bitrate', ({ kbps }) => kbps === 1_500);
});

test('a camera that the host mutes rests until it is switched off and on', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  one.film();
  const { trackKey } = await other.pictureOf('one');
  other.pictures.watch([trackKey], want);
  const packets = await eventually('pictures', () => other.received.get(trackKey));
  const { tracks } = await rig.admin.getParticipant(rig.room, 'one');
  const camera = tracks.find(({ source }) => source === TrackSource.CAMERA);
  await rig.admin.mutePublishedTrack(rig.room, 'one', camera?.sid ?? '', true);
  await one.saw('camera-bitrate', ({ kbps }) => kbps === 0);
  await other.pictureOf('one', ({ muted }) => muted);
  const whenMuted = packets.length;
  one.pictures.setCameraOn(false);
  one.pictures.setCameraOn(true);
  await other.pictureOf('one', ({ muted }) => !muted);
  await eventually('pictures again', () => packets.length > whenMuted + 20);
});

test('a camera that is switched on later is seen from then on', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  one.pictures.setCameraOn(false);
  const camera = one.film();
  const { trackKey } = await other.pictureOf('one', ({ muted }) => muted);
  other.pictures.watch([trackKey], want);
  await sleep(300);
  expect(other.received.size).toBe(0);
  one.pictures.setCameraOn(true);
  camera.wantKeyFrame();
  await other.pictureOf('one', ({ muted }) => !muted);
  await eventually('pictures', () => other.received.has(trackKey));
});

test('after a crash of the server the camera is there again, and can be watched', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  one.film();
  const before = await other.pictureOf('one');
  // It rests when that happens.
  await one.saw('camera-bitrate', ({ kbps }) => kbps === 0);
  await server.stop();
  await server.start();
  const after = await other.pictureOf('one', ({ trackKey }) => trackKey !== before.trackKey);
  other.pictures.watch([after.trackKey], want);
  const packets = await eventually('pictures again', () => other.received.get(after.trackKey));
  expect(beginsKeyFrame(packets[0]!)).toBe(true);
});

test('the layer of another publisher follows what is wanted', async () => {
  const guest = await rig.witness('guest');
  const other = await open('other');
  await guest.showMoving({ width: 1280, height: 720 });
  const picture = await other.pictureOf('guest');
  expect(picture).toMatchObject({ kind: 'standard', source: 'camera', isH264: true });
  const width = (): number | undefined => {
    const keyFrame = other.received.get(picture.trackKey)?.findLast(beginsKeyFrame);
    return keyFrame && widthOf(keyFrame);
  };
  other.pictures.watch([picture.trackKey], { width: 320, height: 180, maxBitrateKbps: 200 });
  await eventually('the smallest picture', () => width() === 320);
  // How large depends on what the publisher's machine has time for.
  other.pictures.watch([picture.trackKey], want);
  await eventually('a larger picture', () => (width() ?? 0) > 320);
});

test('who has no H.264 is told as such, and when they speak', async () => {
  const guest = await rig.witness('guest');
  const other = await open('other');
  await guest.showMoving({ width: 320, height: 180, codec: VideoCodec.VP8 });
  expect((await other.pictureOf('guest')).isH264).toBe(false);
  await guest.playTone(440, -10);
  await other.saw('speakers', ({ identities }) => identities[0] === 'guest');
  expect(other.received.size).toBe(0);
  expect(other.events.map(({ type }) => type)).toEqual(['connected']);
});

test('after joins with cameras that watch each other no socket and no timer is left', async () => {
  const watchEachOther = async (): Promise<void> => {
    const pair = await Promise.all([open('one'), open('other')]);
    for (const each of pair) each.film();
    for (const [at, each] of pair.entries()) {
      const { trackKey } = await each.pictureOf(at === 0 ? 'other' : 'one');
      each.pictures.watch([trackKey], want);
      await eventually('pictures', () => each.received.has(trackKey));
    }
    await Promise.allSettled(closers.map(async (close) => close()));
  };
  await watchEachOther();
  const before = openHandles();
  for (let visit = 0; visit < 3; visit += 1) await watchEachOther();
  await eventually('the end of all handles', () => nothingMoreThan(before));
});
