import { expect, test } from 'vitest';
import { createPictureRoster } from '../../../src/bridge/room/picture-roster.ts';
import type { Person, PictureTrack } from '../../../src/bridge/room/picture-signal.ts';

const camera = (sid: string, more: Partial<PictureTrack> = {}): PictureTrack => ({
  ...{ sid, source: 'camera', isH264: true, muted: false, layers: [] },
  ...more,
});
const person = (identity: string, more: Partial<Person> = {}): Person => ({
  sid: `PA_${identity}`,
  ...{ identity, name: identity.toUpperCase(), kind: 'standard' },
  ...{ hidden: false, gone: false, tracks: [], soundSids: [`TR_sound_of_${identity}`] },
  ...more,
});

test('who is there is told without the hidden, the gone and ourselves', () => {
  const roster = createPictureRoster();
  roster.begin([person('ann'), person('ear', { hidden: true })], 'PA_us');
  roster.update([person('bo'), person('us')]);
  expect(roster.people()).toEqual(['ANN', 'BO']);
  roster.update([person('ann', { gone: true })]);
  expect(roster.people()).toEqual(['BO']);
});

test('a track keeps its key over a connection that was lost, and another one has another', () => {
  const roster = createPictureRoster();
  roster.begin([person('ann', { tracks: [camera('TR_1')] })], '');
  const before = roster.pictures()[0]?.trackKey;
  roster.begin([person('bo', { tracks: [camera('TR_2')] })], '');
  const other = roster.pictures()[0]?.trackKey;
  roster.begin([person('ann', { tracks: [camera('TR_1', { muted: true })] })], '');
  expect(roster.pictures()).toEqual([
    {
      ...{ trackKey: before, identity: 'ann', name: 'ANN', kind: 'standard' },
      ...{ source: 'camera', isH264: true, muted: true },
    },
  ]);
  expect(other).not.toBe(before);
  expect(roster.sidOf(before ?? 0)).toBe('TR_1');
  expect(roster.keyOf('TR_2')).toBe(other);
});

test('only H.264 can be watched, and all pictures are told', () => {
  const roster = createPictureRoster();
  const tracks = [camera('TR_1', { isH264: false }), camera('TR_2', { source: 'screen' })];
  roster.begin([person('ann', { tracks })], '');
  expect(roster.pictures().map(({ isH264 }) => isH264)).toEqual([false, true]);
  expect(roster.followable()).toMatchObject([{ trackSid: 'TR_2', participantSid: 'PA_ann' }]);
});

test('what is not to be had in H.264 is told with the codec that it can be had in', () => {
  const roster = createPictureRoster();
  const foreign = { codec: 'vp8', layers: [] } as const;
  const tracks = [camera('TR_1', { foreign }), camera('TR_2', { isH264: false, foreign })];
  roster.begin([person('ann', { tracks })], '');
  const known = { trackSid: 'TR_2', codec: 'vp8' };
  expect(roster.pictures().map((picture) => picture.foreign)).toEqual([undefined, known]);
  roster.setUnsupported('TR_1');
  expect(roster.pictures()[0]?.foreign).toEqual({ trackSid: 'TR_1', codec: 'vp8' });
  expect(roster.find('TR_2')).toEqual({ participantSid: 'PA_ann', track: tracks[1] });
  expect(roster.find('TR_3')).toBeUndefined();
});

test('a track that the server can not give us is none of H.264 until the next connection', () => {
  const roster = createPictureRoster();
  const people = [person('ann', { tracks: [camera('TR_1')] })];
  roster.begin(people, '');
  roster.setUnsupported('TR_1');
  expect(roster.pictures()[0]?.isH264).toBe(false);
  expect(roster.followable().map(({ trackSid }) => trackSid)).toEqual(['TR_sound_of_ann']);
  roster.begin(people, '');
  expect(roster.pictures()[0]?.isH264).toBe(true);
});

test('of who has no H.264 the sound is followed, of who has no picture nothing', () => {
  const roster = createPictureRoster();
  const tracks = [camera('TR_1', { isH264: false })];
  roster.begin([person('ann', { tracks }), person('bo')], '');
  expect(roster.followable().map(({ trackSid }) => trackSid)).toEqual(['TR_sound_of_ann']);
});

test('speakers are told the loudest first, until they cease or leave', () => {
  const roster = createPictureRoster();
  roster.begin([person('ann'), person('bo'), person('cy')], 'PA_us');
  const speaks = (sid: string, level: number) => ({ sid, level, speaks: level > 0 });
  roster.updateSpeakers([speaks('PA_ann', 0.2), speaks('PA_bo', 0.9), speaks('PA_us', 1)]);
  expect(roster.speakers()).toEqual(['bo', 'ann']);
  roster.updateSpeakers([speaks('PA_cy', 0.5), speaks('PA_bo', 0)]);
  expect(roster.speakers()).toEqual(['cy', 'ann']);
  roster.update([person('cy', { gone: true })]);
  expect(roster.speakers()).toEqual(['ann']);
});
