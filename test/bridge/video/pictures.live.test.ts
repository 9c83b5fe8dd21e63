import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { asRoomName, type RoomName } from '../../../src/call/identifiers.ts';
import type { MediaBridge, VideoSession } from '../../../src/call/ports/media.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import { createMediaCalls, until, type MediaCall } from '../../support/media-calls.ts';
import { viewOf } from './support/h264-packets.ts';
import { changesOf, markOf, openVideoDevice, type VideoDevice } from './support/video-device.ts';

let server: TestLiveKitServer;
beforeAll(async () => {
  server = await startLiveKitServer();
});
afterAll(async () => {
  await server.close();
});

const calls = createMediaCalls();
const devices: VideoDevice[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  await calls.close();
});

const newRoom = () => asRoomName(`room-${randomUUID()}`);
const openBridge = () => calls.openBridge({ workers: 2, livekit: server });

interface VideoCall extends MediaCall {
  readonly device: VideoDevice;
}

const enter = async (
  bridge: MediaBridge,
  room: RoomName,
  mark: number,
  changes: Partial<VideoSession> = {},
): Promise<VideoCall> => {
  const device = await openVideoDevice(mark);
  devices.push(device);
  const call = await calls.startCall(bridge, { video: device.session(changes) }, { video: true });
  const port = call.leg.localVideoPort;
  if (port === undefined) throw new Error('no port for pictures');
  device.film(port);
  const joined = await call.leg.join(call.target(room, { name: `Room ${mark}` }));
  expect(joined).toEqual({ joined: true });
  return { ...call, device };
};

const sees = ({ device }: VideoCall, mark: number): boolean =>
  device.seen.some((one) => markOf(one) === mark);
const numbersOf = ({ device }: VideoCall): number[] =>
  device.seen.map(({ packet }) => viewOf(packet).sequenceNumber);

it('two devices see each other, from a key frame on and without a gap', async () => {
  const bridge = await openBridge();
  const room = newRoom();
  const one = await enter(bridge, room, 1);
  const other = await enter(bridge, room, 2);
  await until(() => sees(one, 2) && sees(other, 1), 6000);
  await sleep(500);
  for (const [call, mark] of [
    [one, 2],
    [other, 1],
  ] as const) {
    expect(changesOf(call.device.seen)).toEqual([
      expect.objectContaining({ mark, isKeyFrame: true }),
    ]);
    const numbers = numbersOf(call);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0]! + at) & 0xffff));
    expect(call.events).toContainEqual({ type: 'picture', state: 'coming' });
  }
});

it('who speaks is shown, and each change is a key frame', async () => {
  const bridge = await openBridge();
  const room = newRoom();
  const watcher = await enter(bridge, room, 1);
  const [second, third] = await Promise.all([enter(bridge, room, 2), enter(bridge, room, 3)]);
  await until(() => sees(watcher, 2) || sees(watcher, 3), 6000);
  const shown = sees(watcher, 2) ? second : third;
  const speaker = shown === second ? third : second;
  const mark = speaker === second ? 2 : 3;
  await sleep(1600);
  speaker.phone.speak(400, 16_000);
  await until(() => sees(watcher, mark), 8000);
  const changes = changesOf(watcher.device.seen);
  expect(changes.map(({ isKeyFrame }) => isKeyFrame)).toEqual([true, true]);
  expect(changes.at(-1)?.mark).toBe(mark);
});

it('what gets lost on the way from a device is sent again', async () => {
  const bridge = await openBridge();
  const room = newRoom();
  const one = await enter(bridge, room, 1);
  const other = await enter(bridge, room, 2);
  await until(() => sees(other, 1), 6000);
  other.device.seen.length = 0;
  one.device.loseEvery(30);
  await sleep(1500);
  one.device.loseEvery(0);
  await sleep(500);
  expect(one.device.heard.some(({ type }) => type === 'nack')).toBe(true);
  const numbers = new Set(numbersOf(other));
  const first = numbersOf(other)[0]!;
  expect(numbers).toEqual(new Set(Array.from(numbers, (_, at) => (first + at) & 0xffff)));
});

it('nothing is left of devices that hang up', async () => {
  const bridge = await openBridge();
  const one = await enter(bridge, newRoom(), 1);
  await one.leg.close();
  expect(await bridge.gauges()).toMatchObject({ legs: 0, sockets: 0, links: 0 });
});
