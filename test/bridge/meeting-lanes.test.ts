import { expect, it } from 'vitest';
import { allocateMeetingLanes, openMeetingLanes } from '../../src/bridge/meeting-lanes.ts';

it('what the home worker knows of the room, every worker reads', () => {
  const buffer = allocateMeetingLanes(3);
  const [home, other] = [openMeetingLanes(buffer, 0), openMeetingLanes(buffer, 2)];
  expect(other.isDeserted()).toBe(false);
  home.tellDeserted(true);
  home.tellRoomCounts({ expected: 9, lost: 1, late: 2, concealedMs: 40, jitterMs: 3, delayMs: 60 });
  expect(other.isDeserted()).toBe(true);
  expect(other.roomCounts()).toMatchObject({ expected: 9, lost: 1, delayMs: 60 });
  home.tellDeserted(false);
  expect(other.isDeserted()).toBe(false);
  expect(other.roomCounts()).toMatchObject({ expected: 9 });
});
