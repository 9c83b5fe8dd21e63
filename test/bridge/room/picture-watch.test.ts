import type { SignalRequest } from '@livekit/protocol';
import { VideoQuality } from '@livekit/protocol';
import { expect, test } from 'vitest';
import type { FollowableTrack } from '../../../src/bridge/room/picture-roster.ts';
import { createPictureWatch } from '../../../src/bridge/room/picture-watch.ts';

const track = (trackKey: number): FollowableTrack => ({
  trackKey,
  trackSid: `TR_${trackKey}`,
  participantSid: `PA_${trackKey}`,
  layers: [],
});
const want = { width: 1280, height: 720, maxBitrateKbps: 1_500 };

/** The requests in short. */
const short = ({ message }: SignalRequest): string => {
  if (message.case === 'subscription') {
    return `${message.value.subscribe ? '+' : '-'} ${message.value.trackSids.join(' ')}`;
  }
  if (message.case !== 'trackSetting') return String(message.case);
  const { trackSids, disabled, width, height, quality } = message.value;
  const how = disabled ? 'paused' : width > 0 ? `${width}x${height}` : VideoQuality[quality];
  return `${trackSids.join(' ')} ${how}`;
};

const createWatch = () => {
  const asked: string[] = [];
  const watch = createPictureWatch((request) => asked.push(short(request)));
  return { watch, told: () => asked.splice(0) };
};

test('all are subscribed to, and those that nobody watches are paused', () => {
  const { watch, told } = createWatch();
  watch.begin();
  watch.update([track(1), track(2)], new Set([2]), want);
  expect(told()).toEqual(['+ TR_2 TR_1', 'TR_2 1280x720', 'TR_1 paused']);
  watch.update([track(1), track(2)], new Set([1]), want);
  expect(told()).toEqual(['TR_1 1280x720', 'TR_2 paused']);
  watch.update([track(1), track(2)], new Set([1]), want);
  expect(told()).toEqual([]);
});

test('a track may have a size of its own', () => {
  const { watch, told } = createWatch();
  const sizes = new Map([[2, { width: 640, height: 360 }]]);
  watch.begin();
  watch.update([track(1), track(2)], new Set([1, 2]), { ...want, sizes });
  expect(told()).toEqual(['+ TR_1 TR_2', 'TR_1 1280x720', 'TR_2 640x360']);
  watch.update([track(1), track(2)], new Set([1, 2]), want);
  expect(told()).toEqual(['TR_2 1280x720']);
});

test('a layer is asked for where the publisher named layers', () => {
  const { watch, told } = createWatch();
  const layers = [
    { quality: 'low' as const, width: 320, height: 180, bitrateKbps: 160 },
    { quality: 'high' as const, width: 1280, height: 720, bitrateKbps: 1_700 },
  ];
  watch.begin();
  watch.update([{ ...track(1), layers }], new Set([1]), want);
  expect(told()).toEqual(['+ TR_1', 'TR_1 LOW']);
  watch.update([{ ...track(1), layers }], new Set([1]), { ...want, maxBitrateKbps: 2_000 });
  expect(told()).toEqual(['TR_1 HIGH']);
});

test('what is gone is given up', () => {
  const { watch, told } = createWatch();
  watch.begin();
  watch.update([track(1), track(2)], new Set(), want);
  told();
  watch.update([track(2)], new Set(), want);
  expect(told()).toEqual(['- TR_1']);
});

test('nothing is asked before the server has taken us in, and all of it after', () => {
  const { watch, told } = createWatch();
  watch.update([track(1)], new Set([1]), want);
  expect(told()).toEqual([]);
  for (let connection = 0; connection < 2; connection += 1) {
    watch.begin();
    watch.update([track(1)], new Set([1]), want);
    expect(told()).toEqual(['+ TR_1', 'TR_1 1280x720']);
  }
});

test('of more than can be followed, those that are watched come first', () => {
  const { watch, told } = createWatch();
  const tracks = Array.from({ length: 40 }, (_, at) => track(at + 1));
  watch.begin();
  watch.update(tracks, new Set([40]), want);
  const [subscription = ''] = told();
  expect(subscription.split(' ')).toHaveLength(33);
  expect(subscription.startsWith('+ TR_40 TR_1 ')).toBe(true);
});
