import { describe, expect, it } from 'vitest';
import { allocateMeetingLanes } from '../../src/bridge/meeting-lanes.ts';
import { createTickOrder } from '../../src/bridge/tick-order.ts';
import { createWorkerMeeting, type WorkerMeeting } from '../../src/bridge/worker-meeting.ts';
import { asLegId, asRoomName } from '../../src/call/identifiers.ts';

const meetingIn = (room: string) =>
  createWorkerMeeting(asRoomName(room), allocateMeetingLanes(1), 0);

/** A leg that is where it is put. */
const someLeg = (name: string) => {
  let at: WorkerMeeting | undefined;
  let isAwaited = false;
  return {
    legId: asLegId(name),
    go: (meeting: WorkerMeeting | undefined) => {
      at = meeting;
    },
    wait: (next: boolean) => {
      isAwaited = next;
    },
    leg: {
      isAwaited: () => isAwaited,
      meeting: () => at,
      takeVoice: () => undefined,
      sendFrame: () => undefined,
    },
  };
};

const setUp = () => {
  const order = createTickOrder();
  const [first, second] = [meetingIn('first'), meetingIn('second')];
  const [a, b] = [someLeg('a'), someLeg('b')];
  for (const { legId, leg } of [a, b]) order.add(legId, leg);
  const move = (who: typeof a, meeting: WorkerMeeting | undefined) => {
    who.go(meeting);
    order.moved(who.legId);
  };
  const at = (meeting?: WorkerMeeting) => order.legsOf(meeting).map(({ legId }) => legId);
  return { order, first, second, a, b, move, at };
};

describe('the order of a tick', () => {
  it('has each leg once: in its meeting, or among those in none', () => {
    const { first, second, a, b, move, at } = setUp();
    expect(at()).toEqual(['a', 'b']);
    move(a, first);
    expect([at(), at(first), at(second)]).toEqual([['b'], ['a'], []]);
    move(b, first);
    expect([at(), at(first)]).toEqual([[], ['a', 'b']]);
    move(a, second);
    expect([at(first), at(second)]).toEqual([['b'], ['a']]);
    move(a, undefined);
    expect([at(), at(second)]).toEqual([['a'], []]);
  });

  it('knows whether somebody waits for one of them', () => {
    const { order, first, a, b, move } = setUp();
    expect(order.isAwaited()).toBe(false);
    a.wait(true);
    b.wait(true);
    move(b, first);
    order.remove(a.legId);
    expect(order.isAwaited()).toBe(true);
    b.wait(false);
    expect(order.isAwaited()).toBe(false);
  });

  it('is left for good by a leg that failed, wherever it goes then', () => {
    const { order, first, a, move, at } = setUp();
    move(a, first);
    expect(order.remove(a.legId)).toBe(true);
    expect(order.remove(a.legId)).toBe(false);
    move(a, undefined);
    expect([at(), at(first)]).toEqual([['b'], []]);
  });

  it('bears that a leg is taken out of it while it is gone through', () => {
    const { order, first, a, b, move } = setUp();
    move(a, first);
    move(b, first);
    const driven: string[] = [];
    for (const { legId } of order.legsOf(first)) {
      driven.push(legId);
      order.remove(legId);
    }
    expect(driven).toEqual(['a', 'b']);
  });
});
