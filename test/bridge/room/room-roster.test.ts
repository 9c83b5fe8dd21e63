import { expect, test } from 'vitest';
import { createRoomRoster } from '../../../src/bridge/room/room-roster.ts';
import type { Participant, Track } from '../../../src/bridge/room/signal-message.ts';

const track = (sid: string, changes: Partial<Track> = {}): Track => ({
  sid,
  muted: false,
  encrypted: false,
  codec: 'opus',
  ...changes,
});
const guest = (changes: Partial<Participant> = {}): Participant => ({
  sid: 'PA_1',
  identity: 'guest',
  kind: 'standard',
  hidden: false,
  gone: false,
  tracks: [],
  ...changes,
});
const sids = (tracks: readonly { readonly trackSid: string }[]): string[] =>
  tracks.map(({ trackSid }) => trackSid);

test('tracks are told as they come, change and go', () => {
  const roster = createRoomRoster(['ringbro:node-1:']);
  expect(sids(roster.update([guest({ tracks: [track('A')] })]).added)).toEqual(['A']);
  const second = roster.update([guest({ tracks: [track('A', { muted: true }), track('B')] })]);
  expect(sids(second.added)).toEqual(['B']);
  expect(second.muteChanged).toMatchObject([{ trackSid: 'A', muted: true }]);
  expect(roster.update([guest({ tracks: [track('B')] })]).removed).toEqual(['A']);
  expect(roster.update([guest({ gone: true })]).removed).toEqual(['B']);
  expect(roster.others()).toBe(0);
});

test('those whom an update does not name are as they were', () => {
  const roster = createRoomRoster([]);
  roster.update([guest({ tracks: [track('A')] })]);
  const change = roster.update([guest({ sid: 'PA_2', identity: 'other', tracks: [track('B')] })]);
  expect(change.removed).toEqual([]);
  expect(sids(roster.tracks())).toEqual(['A', 'B']);
  expect(roster.others()).toBe(2);
});

test('our own callers and hidden participants are neither heard nor counted', () => {
  const roster = createRoomRoster(['ringbro:node-1:']);
  const change = roster.update([
    guest({ identity: 'ringbro:node-1:leg', tracks: [track('A')] }),
    guest({ sid: 'PA_2', identity: 'recorder', hidden: true, tracks: [track('B')] }),
    guest({ sid: 'PA_3', identity: 'ringbro:node-10:leg', tracks: [track('C')] }),
  ]);
  expect(sids(change.added)).toEqual(['C']);
  expect(roster.others()).toBe(1);
});

test('video is not heard', () => {
  const roster = createRoomRoster([]);
  expect(roster.update([guest({ tracks: [track('V', { codec: undefined })] })]).added).toEqual([]);
});

test('encrypted media of any kind makes the room encrypted, until it is gone', () => {
  const roster = createRoomRoster([]);
  expect(roster.encrypted()).toBe(false);
  const video = track('V', { codec: undefined, encrypted: true });
  const change = roster.update([guest({ tracks: [track('A', { encrypted: true }), video] })]);
  expect(change.added).toEqual([]);
  expect(roster.encrypted()).toBe(true);
  roster.update([guest({ gone: true })]);
  expect(roster.encrypted()).toBe(false);
});

test('one who comes back under the same identity is a new participant', () => {
  const roster = createRoomRoster([]);
  roster.update([guest({ tracks: [track('A')] })]);
  roster.update([guest({ sid: 'PA_2', tracks: [track('B')] })]);
  roster.update([guest({ gone: true })]);
  expect(sids(roster.tracks())).toEqual(['B']);
  expect(roster.others()).toBe(1);
});

test('those who are told apart by their identity are not counted', () => {
  const roster = createRoomRoster([]);
  roster.update([
    guest(),
    guest({ sid: 'PA_2', identity: 'ringbro:far:1' }),
    guest({ sid: 'PA_3', identity: 'ringbro:farther:1' }),
  ]);
  expect(roster.others()).toBe(3);
  expect(roster.others(['ringbro:far:'])).toBe(2);
  expect(roster.others(['ringbro:far:', 'ringbro:farther:'])).toBe(1);
});
