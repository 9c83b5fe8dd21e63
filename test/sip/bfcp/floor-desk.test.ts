import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFloorDesk, type FloorHolder } from '../../../src/sip/bfcp/floor-desk.ts';

const conference = 42;
const device = 2;
const [floorRequest, floorRelease, floorRequestStatus, floorQuery, floorStatus] = [1, 2, 4, 7, 8];
const [hello, helloAck, error, floorStatusAck, goodbye] = [11, 12, 13, 15, 16];

/** Written here byte by byte, by RFC 8855 and not by our code. */
const from = (
  primitive: number,
  transaction: number,
  attributes: readonly number[] = [],
  { user = device, version = 2 } = {},
): Buffer => {
  const head = Buffer.alloc(12);
  head[0] = version << 5;
  head[1] = primitive;
  head.writeUInt16BE(attributes.length / 4, 2);
  head.writeUInt32BE(conference, 4);
  head.writeUInt16BE(transaction, 8);
  head.writeUInt16BE(user, 10);
  return Buffer.concat([head, Buffer.from(attributes)]);
};
const floorOne = [5, 4, 0, 1];

const createRig = (isReliable = false) => {
  const sent: Buffer[] = [];
  const holders: FloorHolder[] = [];
  const desk = createFloorDesk({
    ...{ isReliable, conferenceId: conference, userId: device, floorId: 1 },
    send: (bytes) => sent.push(Buffer.from(bytes)),
    onHolder: (holder) => holders.push(holder),
  });
  const take = (): readonly Buffer[] => sent.splice(0);
  const lines = (): readonly string[] =>
    take().map((bytes) => {
      const isResponse = ((bytes[0] ?? 0) & 0x10) !== 0;
      return `${bytes[1] ?? 0}${isResponse ? ` to ${bytes.readUInt16BE(8)}` : ''}`;
    });
  return { desk, take, lines, holders };
};
const statusIn = (bytes: Buffer | undefined): number | undefined =>
  bytes?.[bytes.indexOf(Buffer.from([0x0b, 4])) + 2];

describe('the floor of a device', () => {
  it('is greeted, and told of the floor when it asks', () => {
    const { desk, lines } = createRig();
    desk.take(0, from(hello, 1));
    desk.take(0, from(floorQuery, 2, floorOne));
    expect(lines()).toEqual([`${helloAck} to 1`, `${floorStatus} to 2`]);
  });

  it('is the device’s when it asks, and the room’s when a newer screen is shared', () => {
    const { desk, take, holders } = createRig();
    desk.take(0, from(floorRequest, 1, floorOne));
    expect(statusIn(take().at(0))).toBe(3);
    desk.setScreen(10, 5);
    const revoked = take();
    expect(revoked.map((bytes) => bytes[1])).toEqual([floorRequestStatus]);
    expect(statusIn(revoked[0])).toBe(7);
    expect(holders).toEqual(['device', 'room']);
  });

  it('goes to the device over a screen that is there, and back to that when it is released', () => {
    const { desk, take, holders } = createRig();
    desk.setScreen(0, 5);
    expect(holders).toEqual([]);
    desk.take(0, from(hello, 1));
    expect(holders).toEqual(['room']);
    desk.take(0, from(floorRequest, 2, floorOne));
    const requestId = take().at(-1)?.readUInt16BE(14) ?? 0;
    desk.setScreen(10, 4);
    expect(holders).toEqual(['room', 'device']);
    desk.take(20, from(floorRelease, 3, [7, 4, 0, requestId]));
    expect(holders).toEqual(['room', 'device', 'room']);
    desk.setScreen(30, undefined);
    expect(holders.at(-1)).toBe('nobody');
  });

  it('says again what is not acknowledged, and takes the device for lost after the fourth time', () => {
    const { desk, lines, holders } = createRig();
    desk.take(0, from(floorQuery, 1, floorOne));
    lines();
    desk.setScreen(1000, 1);
    expect(lines()).toEqual([`${floorStatus}`]);
    for (const at of [1500, 2500, 4500]) {
      expect(desk.nextTimeoutAt()).toBe(at);
      desk.timeout(at);
      expect(lines()).toEqual([`${floorStatus}`]);
    }
    expect(holders.at(-1)).toBe('room');
    desk.timeout(8500);
    expect([desk.nextTimeoutAt(), holders.at(-1), lines()]).toEqual([undefined, 'nobody', []]);
  });

  it('waits no more once it is acknowledged', () => {
    const { desk, take } = createRig();
    desk.take(0, from(floorQuery, 1, floorOne));
    take();
    desk.setScreen(0, 1);
    const told = take().at(0)?.readUInt16BE(8) ?? 0;
    expect(told).toBeGreaterThan(0);
    desk.take(100, from(floorStatusAck, told));
    expect(desk.nextTimeoutAt()).toBeUndefined();
  });

  it('answers what is asked twice as it did before, and does it once', () => {
    const { desk, take, holders } = createRig();
    desk.take(0, from(floorRequest, 1, floorOne));
    const first = take();
    desk.setScreen(10, 1);
    take();
    desk.take(400, from(floorRequest, 1, floorOne));
    expect(take()).toEqual(first);
    expect(holders).toEqual(['device', 'room']);
  });

  it('over a connection nothing is said twice, and what it is told has no transaction', () => {
    const { desk, take } = createRig(true);
    desk.take(0, from(floorQuery, 1, floorOne, { version: 1 }));
    expect(take().map((bytes) => bytes[0])).toEqual([0x20]);
    desk.setScreen(0, 1);
    expect(take().map((bytes) => [bytes[1], bytes.readUInt16BE(8)])).toEqual([[floorStatus, 0]]);
    expect(desk.nextTimeoutAt()).toBeUndefined();
  });

  it.each([
    ['an unknown primitive', from(99, 1), 3],
    ['another user', from(hello, 1, [], { user: 9 }), 2],
    ['another floor', from(floorRequest, 1, [5, 4, 0, 2]), 6],
    ['a floor for somebody else', from(floorRequest, 1, [...floorOne, 3, 4, 0, 9]), 5],
    ['a request that never was', from(floorRelease, 1, [7, 4, 0, 3]), 7],
    ['an attribute that must be known and is not', from(hello, 1, [0xff, 4, 0, 0]), 4],
    ['another version', from(hello, 1, [], { version: 3 }), 12],
  ])('answers %s with an Error', (_, bytes, code) => {
    const { desk, take } = createRig();
    desk.take(0, bytes);
    const [said] = take();
    expect([said?.[1], said?.[14]]).toEqual([error, code]);
  });

  it('says nothing to Errors, to another conference, and to one who never stops', () => {
    const { desk, lines } = createRig();
    const other = from(hello, 1);
    other.writeUInt32BE(7, 4);
    desk.take(0, other);
    desk.take(0, from(error, 1, [0xff, 1, 0, 0]));
    expect(lines()).toEqual([]);
    for (let id = 1; id < 500; id += 1) desk.take(0, from(hello, id));
    expect(lines().length).toBeLessThan(40);
  });

  it('is nobody’s for a device that says goodbye', () => {
    const { desk, holders } = createRig();
    desk.take(0, from(floorRequest, 1, floorOne));
    desk.take(0, from(goodbye, 2));
    expect(holders).toEqual(['device', 'nobody']);
  });

  it('is never the room’s without a screen, whatever is said', () => {
    const step = fc.oneof(
      fc.record({ screen: fc.option(fc.nat({ max: 9 }), { nil: undefined }) }),
      fc.record({
        primitive: fc.nat({ max: 20 }),
        attributes: fc.constantFrom([], floorOne, [7, 4, 0, 1], [7, 4, 0, 2]),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { desk } = createRig();
        let screen: number | undefined;
        for (const [at, each] of steps.entries()) {
          if ('primitive' in each)
            desk.take(at * 100, from(each.primitive, at + 1, each.attributes));
          else desk.setScreen(at * 100, (screen = each.screen));
          if (screen === undefined) expect(desk.holder()).not.toBe('room');
        }
      }),
    );
  });
});
