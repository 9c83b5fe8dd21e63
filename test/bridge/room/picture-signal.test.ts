import {
  Encryption_Type,
  ParticipantInfo,
  ParticipantInfo_Kind,
  ParticipantUpdate,
  SignalResponse,
  SimulcastCodecInfo,
  SpeakerInfo,
  SpeakersChanged,
  SubscribedCodec,
  SubscribedQuality,
  SubscribedQualityUpdate,
  SubscriptionError,
  SubscriptionResponse,
  TrackInfo,
  TrackSource,
  TrackType,
  VideoLayer,
  VideoLayer_Mode,
  VideoQuality,
} from '@livekit/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePictureSignal } from '../../../src/bridge/room/picture-signal.ts';

const bytesOf = (message: SignalResponse['message']): Uint8Array =>
  new SignalResponse({ message }).toBinary();

const peopleWith = (...tracks: TrackInfo[]) => {
  const participants = [
    new ParticipantInfo({
      ...{ sid: 'PA_1', identity: 'ann', kind: ParticipantInfo_Kind.STANDARD, tracks },
    }),
  ];
  return bytesOf({ case: 'update', value: new ParticipantUpdate({ participants }) });
};
const picture = (more: ConstructorParameters<typeof TrackInfo>[0]): TrackInfo =>
  new TrackInfo({ sid: 'TR_1', type: TrackType.VIDEO, source: TrackSource.CAMERA, ...more });

const tracksOf = (bytes: Uint8Array) => {
  const signal = parsePictureSignal(bytes);
  return signal?.type === 'people' ? signal.people.flatMap(({ tracks }) => tracks) : undefined;
};

test('a camera in layers is read with them', () => {
  const layers = [
    new VideoLayer({ quality: VideoQuality.LOW, width: 320, height: 180, bitrate: 160_000 }),
    new VideoLayer({ quality: VideoQuality.HIGH, width: 1280, height: 720, bitrate: 1_700_000 }),
  ];
  const codecs = [new SimulcastCodecInfo({ mimeType: 'video/H264', layers })];
  expect(tracksOf(peopleWith(picture({ mimeType: 'video/H264', codecs })))).toEqual([
    {
      ...{ sid: 'TR_1', source: 'camera', isH264: true, muted: false },
      layers: [
        { quality: 'low', width: 320, height: 180, bitrateKbps: 160 },
        { quality: 'high', width: 1280, height: 720, bitrateKbps: 1_700 },
      ],
    },
  ]);
});

test('H.264 as the backup of another codec can be had; VP8 alone can not', () => {
  const codecs = ['video/VP9', 'video/H264'].map(
    (mimeType) => new SimulcastCodecInfo({ mimeType }),
  );
  const screen = { source: TrackSource.SCREEN_SHARE };
  expect(
    tracksOf(
      peopleWith(
        picture({ mimeType: 'video/VP9', codecs, ...screen }),
        picture({ mimeType: 'video/VP8' }),
      ),
    ),
  ).toMatchObject([
    { source: 'screen', isH264: true },
    { source: 'camera', isH264: false },
  ]);
});

test('of other codecs VP8 goes first, and of layers in one stream the lowest is known alone', () => {
  const layers = [VideoQuality.LOW, VideoQuality.HIGH].map(
    (quality) => new VideoLayer({ quality, width: 640, height: 360 }),
  );
  const coded = (mimeType: string, videoLayerMode = VideoLayer_Mode.MODE_UNUSED) =>
    new SimulcastCodecInfo({ mimeType, layers, videoLayerMode });
  const foreignOf = (...codecs: SimulcastCodecInfo[]) => {
    const [track] = tracksOf(peopleWith(picture({ mimeType: 'video/VP9', codecs }))) ?? [];
    return [track?.foreign?.codec, track?.foreign?.layers.map(({ quality }) => quality)];
  };
  const apart = VideoLayer_Mode.ONE_SPATIAL_LAYER_PER_STREAM;
  expect(foreignOf(coded('video/VP9'), coded('video/VP8'))).toEqual(['vp8', ['low', 'high']]);
  expect(foreignOf(coded('video/VP9'))).toEqual(['vp9', ['low']]);
  expect(foreignOf(coded('video/AV1', apart))).toEqual(['vp9', []]);
  expect(foreignOf(coded('video/VP9', apart))).toEqual(['vp9', ['low', 'high']]);
});

test('sound and what is end-to-end encrypted is no picture', () => {
  const sound = new TrackInfo({ sid: 'TR_2', type: TrackType.AUDIO, mimeType: 'audio/opus' });
  const encrypted = picture({ mimeType: 'video/H264', encryption: Encryption_Type.GCM });
  expect(tracksOf(peopleWith(sound, encrypted))).toEqual([]);
});

test('who has no name is called by the identity', () => {
  expect(parsePictureSignal(peopleWith())).toMatchObject({ people: [{ name: 'ann' }] });
});

test('who speaks and who ceases is told', () => {
  const speakers = [
    new SpeakerInfo({ sid: 'PA_1', level: 0.5, active: true }),
    new SpeakerInfo({ sid: 'PA_2' }),
  ];
  const value = new SpeakersChanged({ speakers });
  expect(parsePictureSignal(bytesOf({ case: 'speakersChanged', value }))).toEqual({
    type: 'speakers',
    speakers: [
      { sid: 'PA_1', level: 0.5, speaks: true },
      { sid: 'PA_2', level: 0, speaks: false },
    ],
  });
});

test.each([true, false])('whether anybody subscribes to a track: %s', (enabled) => {
  const qualities = [
    new SubscribedQuality({ quality: VideoQuality.LOW, enabled: false }),
    new SubscribedQuality({ quality: VideoQuality.HIGH, enabled }),
  ];
  const subscribedCodecs = [new SubscribedCodec({ codec: 'h264', qualities })];
  const value = new SubscribedQualityUpdate({ trackSid: 'TR_1', subscribedCodecs });
  expect(parsePictureSignal(bytesOf({ case: 'subscribedQualityUpdate', value }))).toEqual({
    type: 'wanted',
    trackSid: 'TR_1',
    wanted: enabled,
  });
});

test('a subscription that finds no codec is told, other failures are not', () => {
  const refused = (err: SubscriptionError) => {
    const value = new SubscriptionResponse({ trackSid: 'TR_1', err });
    return parsePictureSignal(bytesOf({ case: 'subscriptionResponse', value }));
  };
  expect(refused(SubscriptionError.SE_CODEC_UNSUPPORTED)).toEqual({
    type: 'unsupported',
    trackSid: 'TR_1',
  });
  expect(refused(SubscriptionError.SE_TRACK_NOTFOUND)).toBeUndefined();
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => parsePictureSignal(bytes)).not.toThrow();
    }),
  );
});
