import { expect, test } from 'vitest';
import { createMeetingDoors } from '../../src/bridge/node-link/meeting-doors.ts';
import {
  decodeMessage,
  encodeMessage,
  type ClusterMessage,
} from '../../src/cluster/cluster-message.ts';
import { createSoundDoors } from '../../src/cluster/sound-doors.ts';
import { asNodeId, asRoomName } from '../../src/call/identifiers.ts';

const room = asRoomName('room');
const door = (port: number) => ({
  address: '192.0.2.7',
  port,
  publicKey: Buffer.alloc(32, port).toString('base64url'),
});

/** Two nodes; what one tells, the other hears when it is delivered, through the text of the bus. */
const setUp = () => {
  const node = (name: string, port: number) => {
    const told: string[] = [];
    const waiting: ClusterMessage[] = [];
    const meetings = createMeetingDoors({
      doorOf: () => door(port),
      tellWorker: (_worker, ofRoom, from, theirs) =>
        told.push(`${ofRoom} ${from} ${theirs?.port ?? 'no more'}`),
    });
    const doors = createSoundDoors({
      nodeId: asNodeId(name),
      tell: (message) => waiting.push(message),
      links: meetings.links,
    });
    doors.begin();
    return { told, waiting, meetings, doors };
  };
  const [a, b] = [node('a', 1), node('b', 2)];
  const deliver = (from: typeof a, to: typeof a) => {
    for (const message of from.waiting.splice(0)) {
      const heard = decodeMessage(encodeMessage(message));
      if (heard?.type === 'sound-door') to.doors.heard(heard);
      else if (heard?.type === 'sound-doors-told') to.doors.saidAll(heard.from);
      else throw new Error('makes no sense');
    }
  };
  return { a, b, deliver };
};

test('nodes of one meeting know where each takes its sound, and when it does no more', () => {
  const { a, b, deliver } = setUp();
  a.meetings.opened(room, 0);
  deliver(a, b);
  b.meetings.opened(room, 0);
  deliver(b, a);
  expect([a.told, b.told]).toEqual([['room b 2'], ['room a 1']]);
  a.meetings.closed(room);
  deliver(a, b);
  expect(b.told).toEqual(['room a 1', 'room a no more']);
});

test('a node that was away hears again what is true, and forgets what is not', () => {
  const { a, b, deliver } = setUp();
  const gone = asRoomName('gone meanwhile');
  for (const each of [room, gone]) {
    a.meetings.opened(each, 0);
    b.meetings.opened(each, 0);
  }
  deliver(a, b);
  a.meetings.closed(gone);
  // B does not hear of that.
  a.waiting.length = 0;
  b.told.length = 0;
  b.doors.missed();
  a.doors.hello(asNodeId('b'));
  deliver(a, b);
  expect(b.told).toEqual(['room a 1', 'gone meanwhile a no more']);
});

test('what is no door is not taken from the bus', () => {
  const good = { type: 'sound-door', from: 'a', room: 'room', door: door(1) };
  expect(decodeMessage(JSON.stringify(good))).toMatchObject({ room, door: door(1) });
  for (const bad of [
    { ...door(1), port: 0 },
    { ...door(1), address: 'example.org' },
    { ...door(1), publicKey: 'short' },
  ])
    expect(decodeMessage(JSON.stringify({ ...good, door: bad }))).toBeUndefined();
});

test('a node without links says nothing and minds nothing', () => {
  const told: ClusterMessage[] = [];
  const doors = createSoundDoors({
    nodeId: asNodeId('a'),
    tell: (message) => told.push(message),
    links: undefined,
  });
  doors.begin();
  doors.hello(asNodeId('b'));
  doors.heard({ type: 'sound-door', from: asNodeId('b'), room, door: door(2) });
  expect(told).toEqual([]);
});
