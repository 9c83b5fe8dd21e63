import { describe, expect, it } from 'vitest';
import type { BridgeLeg } from '../../src/bridge/bridge-leg.ts';
import { createMeetingDesk } from '../../src/bridge/meeting-desk.ts';
import type { WorkerLink } from '../../src/bridge/worker-link.ts';
import type {
  WorkerCommand,
  WorkerReply,
  WorkerRequest,
} from '../../src/bridge/worker-protocol.ts';
import { asLegId, asNodeId, asRoomName } from '../../src/call/identifiers.ts';
import type { MediaEvent } from '../../src/call/ports/media.ts';
import type { Logger } from '../../src/call/ports/process.ts';
import type { JoinOutcome, RoomTarget } from '../../src/call/ports/sip-engine.ts';

const room = asRoomName('room');
const target: RoomTarget = {
  room,
  identity: 'phone',
  name: 'Phone 1',
  attributes: {},
  muted: false,
};
const silentLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Workers that answer each join as told (`hold`: not yet), and legs that keep what they heard. */
const setUp = (workers = 1) => {
  const posted: { worker: number; command: WorkerCommand }[] = [];
  const requests: WorkerRequest[] = [];
  const heldJoins: ((outcome: JoinOutcome) => void)[] = [];
  let answer: JoinOutcome | 'hold' = { joined: true };
  let retry: (() => void) | undefined;

  const reply = (request: WorkerRequest): Promise<WorkerReply> => {
    const { requestId } = request;
    if (request.type !== 'join') return Promise.resolve({ type: 'done', requestId });
    if (answer !== 'hold')
      return Promise.resolve({ type: 'join-done', requestId, outcome: answer });
    return new Promise((resolve) => {
      heldJoins.push((outcome) => {
        resolve({ type: 'join-done', requestId, outcome });
      });
    });
  };
  const links = Array.from({ length: workers }, (_, index): WorkerLink => ({
    index,
    isAlive: () => true,
    post: (command) => posted.push({ worker: index, command }),
    request: (build) => {
      const request = build(requests.length);
      requests.push(request);
      return reply(request);
    },
    close: async () => undefined,
  }));
  const desk = createMeetingDesk({
    workers,
    nodeId: asNodeId('node'),
    mint: {
      callerToken: async () => 'token',
      earToken: async () => 'ear-token',
      sideRoomToken: async () => 'side',
    },
    newKey: () => 'key',
    linkOf: (worker) => links[worker],
    after: (_delayMs, callback) => {
      retry = callback;
      return () => (retry = undefined);
    },
    log: silentLog,
  });
  const newLeg = (name: string, worker = 0) => {
    const heard: MediaEvent[] = [];
    const legId = asLegId(name);
    const leg = {
      legId,
      link: links[worker]!,
      emit: (event: MediaEvent) => heard.push(event),
    } as unknown as BridgeLeg;
    return { leg, legId, heard };
  };
  const listens = () => posted.filter(({ command }) => command.type === 'listen');
  return {
    desk,
    posted,
    requests,
    heldJoins,
    newLeg,
    listens,
    answerWith: (next: typeof answer) => (answer = next),
    fireRetry: () => retry?.(),
    hasRetry: () => retry !== undefined,
  };
};

describe('meeting desk', () => {
  it('the first leg of a room makes its worker listen, the last one ends that', async () => {
    const { desk, posted, newLeg, listens } = setUp(2);
    const [anna, bo] = [newLeg('anna', 1), newLeg('bo', 0)];
    await desk.join(anna.leg, target);
    await desk.join(bo.leg, target);
    expect(listens().map(({ worker }) => worker)).toEqual([1]);
    await desk.leave(anna.legId);
    expect(posted.at(-1)?.command.type).toBe('listen');
    await desk.leave(bo.legId);
    expect(posted.at(-1)).toEqual({ worker: 1, command: { type: 'stop-listening', room } });
    expect(desk.count()).toBe(0);
  });

  it('a leg that is turned away is in no meeting', async () => {
    const { desk, newLeg, answerWith } = setUp();
    answerWith({ joined: false, reason: 'rejected' });
    expect(await desk.join(newLeg('anna').leg, target)).toEqual({
      joined: false,
      reason: 'rejected',
    });
    expect(desk.count()).toBe(0);
  });

  it('contact is lost with the first of link and ear, and back with both', async () => {
    const { desk, newLeg } = setUp();
    const { leg, legId, heard } = newLeg('anna');
    await desk.join(leg, target);
    desk.hear({ type: 'ear-lost', room });
    desk.hear({ type: 'leg-event', legId, event: { type: 'room-lost' } });
    expect(heard).toEqual([{ type: 'room-lost' }]);
    desk.hear({ type: 'ear-recovered', room });
    expect(heard).toHaveLength(1);
    desk.hear({ type: 'leg-event', legId, event: { type: 'room-recovered' } });
    expect(heard.at(-1)).toEqual({ type: 'room-recovered' });
  });

  it('an encrypted room turns out those who are in and those who are joining', async () => {
    const { desk, newLeg, answerWith, heldJoins, requests } = setUp();
    const [anna, bo] = [newLeg('anna'), newLeg('bo')];
    await desk.join(anna.leg, target);
    answerWith('hold');
    const joining = desk.join(bo.leg, target);
    await settled();
    desk.hear({ type: 'ear-gone', room, reason: 'encrypted' });
    expect(anna.heard).toEqual([{ type: 'room-left', reason: 'encrypted' }]);
    expect(requests.filter(({ type }) => type === 'leave')).toHaveLength(2);
    heldJoins[0]?.({ joined: false, reason: 'unreachable' });
    expect(await joining).toEqual({ joined: false, reason: 'encrypted' });
    expect(bo.heard).toEqual([]);
    expect(desk.count()).toBe(0);
  });

  it('an ear that is turned away is opened anew, unless the meeting is over by then', async () => {
    const { desk, newLeg, listens, fireRetry, hasRetry } = setUp();
    const { leg, legId, heard } = newLeg('anna');
    await desk.join(leg, target);
    desk.hear({ type: 'ear-gone', room, reason: 'unreachable' });
    expect(heard).toEqual([{ type: 'room-lost' }]);
    fireRetry();
    await settled();
    expect(listens()).toHaveLength(2);
    desk.hear({ type: 'ear-gone', room, reason: 'unreachable' });
    await desk.leave(legId);
    expect(hasRetry()).toBe(false);
  });

  it('tells each leg the audience, also one that joins later', async () => {
    const { desk, newLeg } = setUp();
    const [anna, bo] = [newLeg('anna'), newLeg('bo')];
    await desk.join(anna.leg, target);
    desk.hear({ type: 'ear-others', room, others: 3 });
    await desk.join(bo.leg, target);
    expect(anna.heard).toEqual([{ type: 'room-audience', others: 3 }]);
    expect(bo.heard).toEqual([{ type: 'room-audience', others: 3 }]);
  });

  it('a leg that leaves while it joins is told so and leaves nothing behind', async () => {
    const { desk, newLeg, answerWith, heldJoins } = setUp();
    const { leg, legId } = newLeg('anna');
    answerWith('hold');
    const joining = desk.join(leg, target);
    await settled();
    await desk.leave(legId);
    heldJoins[0]?.({ joined: true });
    expect(await joining).toEqual({ joined: false, reason: 'unreachable' });
    expect(desk.count()).toBe(0);
  });

  it('gives links fresh tokens when theirs have run out', async () => {
    const { desk, newLeg, posted } = setUp();
    const { leg, legId } = newLeg('anna');
    await desk.join(leg, target);
    desk.hear({ type: 'leg-token-needed', legId });
    desk.hear({ type: 'ear-token-needed', room });
    await settled();
    expect(posted.slice(-2).map(({ command }) => command)).toEqual([
      { type: 'leg-token', legId, token: 'token' },
      { type: 'ear-token', room, token: 'ear-token' },
    ]);
  });

  it('a dead home worker hands its ear over and the others are told of the gap', async () => {
    const { desk, newLeg, listens } = setUp(2);
    const [anna, bo] = [newLeg('anna', 1), newLeg('bo', 0)];
    await desk.join(anna.leg, target);
    await desk.join(bo.leg, target);
    desk.workerDied(1);
    await settled();
    expect(listens().map(({ worker }) => worker)).toEqual([1, 0]);
    expect(bo.heard).toEqual([{ type: 'room-lost' }]);
    desk.hear({ type: 'ear-recovered', room });
    expect(bo.heard.at(-1)).toEqual({ type: 'room-recovered' });
  });

  it('a home that lives on stops listening when the last legs died with another worker', async () => {
    const { desk, newLeg, posted } = setUp(2);
    const [anna, bo] = [newLeg('anna', 0), newLeg('bo', 1)];
    await desk.join(anna.leg, target);
    await desk.join(bo.leg, target);
    await desk.leave(anna.legId);
    desk.workerDied(1);
    expect(posted.at(-1)).toEqual({ worker: 0, command: { type: 'stop-listening', room } });
    expect(desk.count()).toBe(0);
  });
});
