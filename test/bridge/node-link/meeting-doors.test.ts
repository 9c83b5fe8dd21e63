import { describe, expect, it } from 'vitest';
import { createMeetingDoors } from '../../../src/bridge/node-link/meeting-doors.ts';
import { asNodeId, asRoomName } from '../../../src/call/identifiers.ts';

const [room, otherRoom] = [asRoomName('room'), asRoomName('other')];
const [far, further] = [asNodeId('far'), asNodeId('further')];
const doorAt = (port: number) => ({ address: '127.0.0.1', port, publicKey: `key ${port}` });

const setUp = () => {
  const doors = [doorAt(1), doorAt(2)];
  const told: string[] = [];
  const said: string[] = [];
  const meetingDoors = createMeetingDoors({
    doorOf: (worker) => doors[worker],
    tellWorker: (worker, ofRoom, node, door) =>
      told.push(`${worker} ${ofRoom} ${node} ${door?.port ?? 'no more'}`),
  });
  meetingDoors.links.onHere((ofRoom, door) => said.push(`${ofRoom} ${door?.port ?? 'no more'}`));
  return { ...meetingDoors, told, said };
};

describe('doors of meetings', () => {
  it('are told to the other nodes when they open, move to another worker and close', () => {
    const { opened, closed, said } = setUp();
    opened(room, 0);
    opened(room, 0);
    opened(room, 1);
    closed(room);
    closed(room);
    expect(said).toEqual(['room 1', 'room 2', 'room no more']);
  });

  it('of other nodes are told to the home worker, those that were there before too', () => {
    const { opened, closed, links, told } = setUp();
    links.elsewhere(room, far, doorAt(7));
    expect(told).toEqual([]);
    opened(room, 0);
    links.elsewhere(room, further, doorAt(8));
    opened(room, 1);
    links.elsewhere(room, far, undefined);
    closed(room);
    links.elsewhere(room, far, doorAt(9));
    expect(told).toEqual([
      '0 room far 7',
      '0 room further 8',
      '1 room far 7',
      '1 room further 8',
      '1 room far no more',
    ]);
  });

  it('of a node that is gone lead nowhere', () => {
    const { opened, links, told } = setUp();
    opened(room, 0);
    links.elsewhere(room, far, doorAt(7));
    links.elsewhere(otherRoom, far, doorAt(7));
    links.nodeGone(far);
    opened(otherRoom, 0);
    expect(told).toEqual(['0 room far 7', '0 room far no more']);
  });

  it('that a node does not tell of again were closed meanwhile; the others never were', () => {
    const { opened, links, told } = setUp();
    opened(room, 0);
    opened(otherRoom, 0);
    links.elsewhere(room, far, doorAt(7));
    links.elsewhere(otherRoom, far, doorAt(7));
    links.elsewhere(room, further, doorAt(8));
    told.length = 0;
    links.doubt(undefined);
    links.elsewhere(room, far, doorAt(7));
    expect(told).toEqual(['0 room far 7']);
    links.saidAll(far);
    links.saidAll(far);
    expect(told.slice(1)).toEqual(['0 other far no more']);
  });

  it('are said again to who asks', () => {
    const { opened, links, said } = setUp();
    opened(room, 0);
    links.sayAgain();
    expect(said).toEqual(['room 1', 'room 1']);
  });
});
