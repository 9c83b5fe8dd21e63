import { beforeEach, describe, expect, test } from 'vitest';
import type {
  PictureEvent,
  PictureLink,
  RoomPicture,
} from '../../../src/bridge/room/link-types.ts';
import type { TranscodeMessage } from '../../../src/bridge/video/transcode-channel.ts';
import {
  createTranscodedPictures,
  type TranscodedPictures,
} from '../../../src/bridge/video/transcoded-pictures.ts';
import { createRtpView, parseRtp } from '../../../src/bridge/rtp/rtp-packet.ts';

const picture = (trackKey: number, foreign?: RoomPicture['foreign']): RoomPicture => ({
  ...{ trackKey, identity: `person ${trackKey}`, name: 'Person', kind: 'standard' },
  ...{ source: 'camera', isH264: foreign === undefined, muted: false },
  ...(foreign && { foreign }),
});
const vp8 = picture(2, { trackSid: 'TR_2', codec: 'vp8' });
const av1 = picture(3, { trackSid: 'TR_3', codec: 'av1' });
const want = { width: 1280, height: 720, maxBitrateKbps: 2000 };

let said: TranscodeMessage[];
let told: PictureEvent[];
let packets: { readonly trackKey: number; readonly packet: Buffer }[];
let asked: string[];
let hear: (message: TranscodeMessage) => void;
let pictures: TranscodedPictures;
let link: PictureLink;
beforeEach(() => {
  [said, told, packets, asked] = [[], [], [], []];
  pictures = createTranscodedPictures({
    openChannel: (onMessage) => {
      hear = onMessage;
      return { say: (message) => said.push(message), close: () => asked.push('close') };
    },
    onPictures: (event) => told.push(event),
    onPacket: (trackKey, packet) => packets.push({ trackKey, packet }),
  });
  link = pictures.over({
    writeRtp: () => asked.push('write'),
    setCameraOn: () => asked.push('camera'),
    watch: (trackKeys) => asked.push(`watch ${trackKeys.join()}`),
    requestKeyFrame: (trackKey) => asked.push(`key frame ${trackKey}`),
    requestPackets: (trackKey) => asked.push(`packets ${trackKey}`),
  });
  pictures.hear({ type: 'pictures', pictures: [picture(1), vp8, av1] });
});

const showable = (): unknown => {
  const last = told.at(-1);
  return last?.type === 'pictures'
    ? last.pictures.map(({ isH264, refused }) => refused ?? isH264)
    : undefined;
};
const wants = (): unknown[] =>
  said.map((message) =>
    message.type === 'want'
      ? `want ${message.trackSid} ${message.codec}${message.isLeaving ? ' leaving' : ''}`
      : `${message.type} ${message.trackSid}`,
  );

describe('pictures that are transcoded', () => {
  test('are told as those that can be watched', () => {
    expect(showable()).toEqual([true, true, true]);
    pictures.hear({ type: 'speakers', identities: ['ann'] });
    expect(told.at(-1)).toEqual({ type: 'speakers', identities: ['ann'] });
  });

  test('are wanted as long as they are watched, and the link knows nothing of them', () => {
    link.watch([1, 2], want);
    link.watch([2], want);
    pictures.tick(0);
    pictures.tick(20);
    pictures.tick(1_000);
    link.watch([1], want);
    expect(wants()).toEqual(['want TR_2 vp8', 'want TR_2 vp8', 'want TR_2 vp8', 'unwant TR_2']);
    expect(asked).toEqual(['watch 1', 'watch ', 'watch 1']);
  });

  test('that give way to another one are said to be left', () => {
    link.watch([2], want);
    link.watch([2, 3], want);
    expect(wants()).toEqual(['want TR_2 vp8', 'want TR_2 vp8 leaving', 'want TR_3 av1']);
  });

  test('that are watched together from the start are both wanted', () => {
    link.watch([2, 3], want);
    expect(wants()).toEqual(['want TR_2 vp8', 'want TR_3 av1']);
  });

  test('come as packets of their track, each run as a stream of its own', () => {
    link.watch([2], want);
    const units = [Uint8Array.of(0x67, 1), Uint8Array.of(0x65, 2)];
    hear({ type: 'picture', trackSid: 'TR_2', run: 1, atMs: 40, units });
    hear({ type: 'picture', trackSid: 'TR_3', run: 1, atMs: 40, units });
    hear({ type: 'picture', trackSid: 'TR_2', run: 2, atMs: 0, units: [Uint8Array.of(0x65)] });
    const views = packets.map(({ packet }) => {
      const view = createRtpView();
      expect(parseRtp(packet, packet.length, view)).toBe(true);
      return view;
    });
    expect(packets.map(({ trackKey }) => trackKey)).toEqual([2, 2, 2]);
    expect(views.map(({ marker, timestamp }) => [marker, timestamp])).toEqual([
      [false, 3600],
      [true, 3600],
      [true, 0],
    ]);
    expect(views[1]?.ssrc).toBe(views[0]?.ssrc);
    expect(views[2]?.ssrc).not.toBe(views[0]?.ssrc);
  });

  test('have key frames of their own, and nothing is lost of them', () => {
    link.requestKeyFrame(1);
    link.requestKeyFrame(2);
    link.requestPackets(1, [5]);
    link.requestPackets(2, [5]);
    expect(asked).toEqual(['key frame 1', 'packets 1']);
    expect(wants()).toEqual(['key-frame TR_2']);
  });

  test('that are refused are told with why, and can be watched again after 10 s', () => {
    pictures.tick(0);
    link.watch([2], want);
    hear({ type: 'refused', trackSid: 'TR_2', why: 'limit' });
    hear({ type: 'refused', trackSid: 'TR_3', why: 'failed' });
    expect(showable()).toEqual([true, 'limit', true]);
    link.watch([], want);
    pictures.tick(9_000);
    expect(showable()).toEqual([true, 'limit', true]);
    pictures.tick(10_000);
    expect(showable()).toEqual([true, true, true]);
  });

  test('are not wanted any more when the leg leaves', () => {
    link.watch([2], want);
    pictures.close();
    expect(wants()).toEqual(['want TR_2 vp8', 'unwant TR_2']);
    expect(asked.at(-1)).toBe('close');
  });
});
