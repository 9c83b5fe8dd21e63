import { describe, expect, test } from 'vitest';
import {
  createDroppedCalls,
  type DroppedCalls,
  type EndedCall,
} from '../../src/call/dropped-calls.ts';
import { terminationOf } from '../../src/call/end-reasons.ts';
import type { PeerLines } from '../../src/call/ports/peers.ts';
import { createCallWorld, createMeeting, meetingId } from '../support/call-world.ts';
import { createInvitee } from '../support/invitee.ts';

const number = '+46701234567';
const broken: EndedCall = {
  vouchedNumber: number,
  invitee: { phoneNumber: number },
  callId: meetingId(),
  wasJoined: true,
  termination: terminationOf('media-timeout'),
};
const karin = createInvitee({ pin: '471111', name: 'Karin Ek', phoneNumber: number });
const minute = 60_000;
const quiet = () => false;

describe('a line that broke', () => {
  test('is remembered once, for as long as is set', () => {
    const dropped = createDroppedCalls(10 * minute);
    dropped.ended(0, broken);
    expect(dropped.take(minute, '+46709999999', quiet)).toBeUndefined();
    expect(dropped.take(minute, number, quiet)).toBe(meetingId());
    expect(dropped.take(minute, number, quiet)).toBeUndefined();
    dropped.ended(0, broken);
    expect(dropped.take(10 * minute, number, quiet)).toBeUndefined();
  });

  test.each(['media-timeout', 'transport-lost', 'session-expired', 'line-dropped'] as const)(
    'is one that ended by %s',
    (reason) => {
      const dropped = createDroppedCalls(10 * minute);
      dropped.ended(0, { ...broken, termination: terminationOf(reason) });
      expect(dropped.take(1, number, quiet)).toBe(meetingId());
    },
  );

  test('is nothing to a number that is in another live call', () => {
    const dropped = createDroppedCalls(10 * minute);
    dropped.ended(0, broken);
    expect(dropped.take(minute, number, () => true)).toBeUndefined();
  });

  test.each([
    ['nobody vouched for the number', { vouchedNumber: undefined }],
    ['the booking has another number', { invitee: { phoneNumber: '+46709999999' } }],
    ['the booking has none', { invitee: undefined }],
    ['the caller had not come in', { wasJoined: false }],
    ['the caller hung up', { termination: terminationOf('hung-up') }],
    ['the host removed the caller', { termination: terminationOf('removed') }],
  ] as const)('is not remembered where %s', (_, changes) => {
    const dropped = createDroppedCalls(10 * minute);
    dropped.ended(0, { ...broken, ...changes });
    expect(dropped.take(1, number, quiet)).toBeUndefined();
  });
});

describe('a line that broke on another node', () => {
  /** Two nodes; what one says, the other hears at once. */
  const twoNodes = (isLive: () => boolean = () => false) => {
    const told: string[] = [];
    const nodes: DroppedCalls[] = [];
    const linesOf = (other: number): PeerLines => ({
      key: (called) => `key of ${called.slice(-2)}`,
      isLive,
      line: () => undefined,
      dropped(line) {
        told.push(JSON.stringify(line));
        nodes[other]?.heard.dropped(line);
      },
      taken: (key) => nodes[other]?.heard.taken(key),
    });
    nodes.push(
      createDroppedCalls(10 * minute, linesOf(1)),
      createDroppedCalls(10 * minute, linesOf(0)),
    );
    return { nodes, told };
  };

  test('is offered there, once in all, and no number is told', () => {
    const { nodes, told } = twoNodes();
    nodes[0]?.ended(0, broken);
    expect(nodes[1]?.take(1, number, quiet)).toBe(meetingId());
    expect(nodes.map((node) => node.take(2, number, quiet))).toEqual([undefined, undefined]);
    expect(told.join()).not.toContain(number);
  });

  test('is nothing to a number that is in a live call on any node', () => {
    const { nodes } = twoNodes(() => true);
    nodes[0]?.ended(0, broken);
    expect(nodes.map((node) => node.take(1, number, quiet))).toEqual([undefined, undefined]);
  });
});

describe('who calls again', () => {
  const setUp = async (goBackMs: number, admission: 'open' | 'lobby' = 'open') => {
    const world = await createCallWorld({
      meetings: [createMeeting({ admission, invitees: [karin], hostPin: '900000' })],
      goBackMs,
    });
    const place = () => world.place({ from: number, vouched: true });
    const first = place();
    await world.clock.advance(3_000);
    first.press('123456789');
    await world.clock.advance(2_000);
    first.press('471111');
    await world.clock.advance(8_000);
    if (admission === 'lobby') {
      world.core.admit(first.leg.invitation.legId);
      await world.clock.advance(8_000);
    }
    expect(first.heardInRoom).toBe(true);
    first.goSilent();
    await world.clock.advance(1_000);
    return { world, place };
  };

  test('is offered the way back, and the PIN is asked all the same', async () => {
    const { world, place } = await setUp(10 * minute);
    const again = place();
    await world.clock.advance(3_000);
    expect(world.trace()).toContain('go-back');
    again.press('1');
    await world.clock.advance(3_000);
    again.press('471111');
    await world.clock.advance(8_000);
    expect(again.heardInRoom).toBe(true);
  });

  test('comes to the lobby of a lobby meeting', async () => {
    const { world, place } = await setUp(10 * minute, 'lobby');
    const again = place();
    await world.clock.advance(3_000);
    again.press('1');
    await world.clock.advance(3_000);
    again.press('471111');
    await world.clock.advance(3_000);
    expect(again.joinedAs).toBeUndefined();
    expect(world.core.counts()).toMatchObject({ waiting: 1 });
  });

  test('hears the ordinary greeting after any other key or silence', async () => {
    const { world, place } = await setUp(10 * minute);
    const again = place();
    await world.clock.advance(3_000);
    again.press('5');
    await world.clock.advance(1_000);
    expect(world.trace()).toMatch(/go-back[\s\S]*enter-id/);
  });

  test('is offered nothing where that is off', async () => {
    const { world, place } = await setUp(0);
    place();
    await world.clock.advance(3_000);
    expect(world.trace()).not.toContain('go-back');
  });
});
