import { expect, test } from 'vitest';
import { recordingEveryMs } from '../../src/call/recording-watch.ts';
import { createCallWorld, fault } from '../support/call-world.ts';

const room = 'room-7Q';
const inMeeting = async () => {
  const world = await createCallWorld();
  const callers = [world.place({ user: '123456789' }), world.place({ user: '123456789' })];
  await world.clock.advance(10_000);
  return { world, callers };
};
const said = (trace: string, words: string): number => trace.split(words).length - 1;

test('every phone in a meeting that is being recorded is told once, and an alarm is raised', async () => {
  const { world } = await inMeeting();
  world.recorded.add(room);
  await world.clock.advance(3 * recordingEveryMs);
  expect(said(world.trace(), 'recording-on')).toBe(2);
  const alarms = world.log.filter(({ level }) => level === 'warn');
  expect(alarms.map(({ message }) => message)).toEqual(['a meeting is being recorded']);
  for (const record of world.core.list())
    expect(record.timeline.filter(({ event }) => event === 'recording')).toHaveLength(1);

  world.recorded.clear();
  await world.clock.advance(3 * recordingEveryMs);
  expect(said(world.trace(), 'recording-off')).toBe(2);
});

test('who comes later is told too, after the words of admission', async () => {
  const { world } = await inMeeting();
  world.recorded.add(room);
  await world.clock.advance(2 * recordingEveryMs);
  world.place({ user: '123456789' });
  await world.clock.advance(4 * recordingEveryMs);
  expect(said(world.trace(), 'recording-on')).toBe(3);
});

test('a meeting server that does not answer takes nothing back', async () => {
  const { world } = await inMeeting();
  world.recorded.add(room);
  await world.clock.advance(2 * recordingEveryMs);
  world.faults.rooms = fault('room/unreachable');
  await world.clock.advance(3 * recordingEveryMs);
  expect(said(world.trace(), 'recording-off')).toBe(0);
  delete world.faults.rooms;
  await world.clock.advance(3 * recordingEveryMs);
  expect(said(world.trace(), 'recording-on')).toBe(2);
});

test('nobody is asked for where no phone is in a room', async () => {
  const { world, callers } = await inMeeting();
  for (const caller of callers) caller.hangUp();
  await world.clock.advance(10 * recordingEveryMs);
  world.recorded.add(room);
  await world.clock.advance(10 * recordingEveryMs);
  expect(world.log.filter(({ level }) => level === 'warn')).toEqual([]);
});
