import { describe, expect, it } from 'vitest';
import { createMeetingHomes } from '../../src/bridge/meeting-homes.ts';
import { asLegId, asRoomName } from '../../src/call/identifiers.ts';

const room = asRoomName('room');
const [anna, bo, cia] = ['anna', 'bo', 'cia'].map(asLegId) as [
  ReturnType<typeof asLegId>,
  ReturnType<typeof asLegId>,
  ReturnType<typeof asLegId>,
];

describe('meeting homes', () => {
  it('the worker of the first leg becomes home, and later legs share its lanes', () => {
    const homes = createMeetingHomes(3);
    const first = homes.enter(room, anna, 2);
    const second = homes.enter(room, bo, 0);
    expect(first.begins).toBe(true);
    expect(second.begins).toBe(false);
    expect(second.meeting.home).toBe(2);
    expect(second.meeting.lanes).toBe(first.meeting.lanes);
  });

  it('the home stays when its own legs have left but others remain', () => {
    const homes = createMeetingHomes(3);
    homes.enter(room, anna, 2);
    homes.enter(room, bo, 0);
    expect(homes.leave(anna)).toBeUndefined();
    expect(homes.byRoom(room)?.home).toBe(2);
  });

  it('the meeting is over on this node with its last leg, once', () => {
    const homes = createMeetingHomes(3);
    homes.enter(room, anna, 2);
    homes.enter(room, bo, 0);
    homes.leave(anna);
    expect(homes.leave(bo)?.room).toBe(room);
    expect(homes.leave(bo)).toBeUndefined();
    expect(homes.count()).toBe(0);
  });

  it('a dead home hands over to the worker of the oldest leg that remains', () => {
    const homes = createMeetingHomes(3);
    homes.enter(room, anna, 2);
    homes.enter(room, bo, 0);
    homes.enter(room, cia, 1);
    expect(homes.workerDied(2).orphans.map(({ home }) => home)).toEqual([0]);
    expect(homes.meetingOf(anna)).toBeUndefined();
  });

  it('the death of a worker that is not home changes no home', () => {
    const homes = createMeetingHomes(3);
    homes.enter(room, anna, 2);
    homes.enter(room, bo, 0);
    expect(homes.workerDied(0).orphans).toEqual([]);
    expect(homes.byRoom(room)?.workerOf.size).toBe(1);
  });

  it('a meeting whose legs all died with their worker is forgotten', () => {
    const homes = createMeetingHomes(3);
    homes.enter(room, anna, 2);
    expect(homes.workerDied(2)).toMatchObject({ orphans: [], over: [{ room, home: 2 }] });
    expect(homes.count()).toBe(0);
  });
});
