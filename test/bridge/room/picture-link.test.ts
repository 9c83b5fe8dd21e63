import {
  JoinResponse,
  ParticipantInfo,
  SignalResponse,
  SimulcastCodecInfo,
  TrackInfo,
  TrackSource,
  TrackType,
  VideoLayer,
  VideoQuality,
  type SignalRequest,
} from '@livekit/protocol';
import { expect, test } from 'vitest';
import type { PictureEvent } from '../../../src/bridge/room/link-types.ts';
import { createRoomPictures } from '../../../src/bridge/room/picture-link.ts';
import type { RoomSession } from '../../../src/bridge/room/room-session.ts';
import { parseRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { rtpPacket } from './support/picture-packets.ts';
import { silentLog } from './support/silent-log.ts';

const layer = (quality: VideoQuality, width: number, height: number, bitrate: number) =>
  new VideoLayer({ quality, width, height, bitrate });
const layers = [
  layer(VideoQuality.LOW, 320, 180, 160_000),
  layer(VideoQuality.MEDIUM, 640, 360, 450_000),
  layer(VideoQuality.HIGH, 1280, 720, 1_700_000),
];
const camera = new TrackInfo({
  ...{ sid: 'TR_1', type: TrackType.VIDEO, source: TrackSource.CAMERA, mimeType: 'video/H264' },
  codecs: [new SimulcastCodecInfo({ mimeType: 'video/H264', layers })],
});
const joined = new SignalResponse({
  message: {
    case: 'join',
    value: new JoinResponse({
      participant: new ParticipantInfo({ sid: 'PA_us', identity: 'us' }),
      otherParticipants: [new ParticipantInfo({ sid: 'PA_1', identity: 'ann', tracks: [camera] })],
    }),
  },
}).toBinary();
const answer = 'm=video 9 X 102\r\na=mid:2\r\na=sendonly\r\na=ssrc:11 cname:a\r\n';

/** A connection whose server has given us one camera, in the test's hand. */
const createConnection = () => {
  const clock = createManualClock();
  const events: PictureEvent[] = [];
  const packets: Buffer[] = [];
  const asked: SignalRequest[] = [];
  const compounds: Uint8Array[] = [];
  const stream = {
    buffer: () => Buffer.alloc(1_500),
    send: () => undefined,
    sendRtcp: (compound: Uint8Array) => compounds.push(compound),
  };
  const session = {
    send: (request: SignalRequest) => asked.push(request),
    openStream: () => stream,
  } as unknown as RoomSession;
  const pictures = createRoomPictures({
    camera: { width: 1280, height: 720, maxBitrateKbps: 1_500 },
    clock,
    log: silentLog,
    onEvent: (event) => events.push(event),
    onPacket: (_, packet) => packets.push(packet),
  });
  const connect = () => {
    const connection = pictures.connect(() => session);
    connection.takeMessage(joined);
    connection.mediaUp();
    connection.takeSignal({
      ...{ type: 'answer', offerId: 1, sdp: answer },
      trackSidByMid: new Map([['2', 'TR_1']]),
    });
    return connection;
  };
  /** The layers that were asked for since. */
  const quality = (): readonly string[] =>
    asked.splice(0).flatMap(({ message }) => {
      if (message.case !== 'trackSetting') return [];
      return message.value.disabled ? ['none'] : [VideoQuality[message.value.quality]];
    });
  return { clock, link: pictures.link, connect, events, packets, compounds, quality };
};

const want = { width: 1280, height: 720, maxBitrateKbps: 2_000 };
const rtp = (sequence: number): Buffer =>
  rtpPacket({ ssrc: 11, sequence, payload: Buffer.from('41aabb', 'hex') });

test('where much is lost on the way a smaller layer is asked for, and the larger one when that passes', async () => {
  const { clock, link, connect, quality } = createConnection();
  const connection = connect();
  link.watch([1], want);
  expect(quality()).toEqual(['none', 'HIGH']);
  let sequence = 0;
  /** A second of pictures, of which every so manieth is lost. */
  const pass = async (lostOf: number): Promise<void> => {
    for (let at = 0; at < 40; at += 1, sequence += 1) {
      if (lostOf === 0 || sequence % lostOf !== 0) connection.takeRtp(11, rtp(sequence));
    }
    await clock.advance(1_000);
  };
  for (let second = 0; second < 3; second += 1) await pass(0);
  expect(quality()).toEqual([]);
  for (let second = 0; second < 3; second += 1) await pass(4);
  expect(quality()).toEqual(['MEDIUM']);
  for (let second = 0; second < 30; second += 1) await pass(0);
  expect(quality()).toEqual(['HIGH']);
});

test('only what is watched comes, and what came is reported each second', async () => {
  const { clock, link, connect, packets, compounds } = createConnection();
  const connection = connect();
  connection.takeRtp(11, rtp(1));
  link.watch([1], want);
  connection.takeRtp(11, rtp(2));
  link.watch([], want);
  connection.takeRtp(11, rtp(3));
  expect(packets).toEqual([rtp(2)]);
  await clock.advance(1_000);
  expect(compounds.flatMap(parseRtcp)).toMatchObject([
    { type: 'receiver-report', reports: [{ ssrc: 11, extendedHighestSequence: 3 }] },
    { type: 'source-description' },
  ]);
});

test('a closed connection holds no timer, and the next one watches the same', async () => {
  const { clock, link, connect, events, quality } = createConnection();
  const first = connect();
  link.watch([1], want);
  first.close();
  expect(clock.pending).toBe(0);
  quality();
  const told = events.length;
  connect();
  expect(quality()).toEqual(['HIGH']);
  expect(events).toHaveLength(told);
});
