import { expect, test } from 'vitest';
import { createBridgeLeg } from '../../src/bridge/bridge-leg.ts';
import type { MeetingDesk } from '../../src/bridge/meeting-desk.ts';
import { createSaidCards } from '../../src/bridge/video/said-cards.ts';
import type { WorkerLink } from '../../src/bridge/worker-link.ts';
import type { ToWorker, WorkerReply } from '../../src/bridge/worker-protocol.ts';
import { asLegId, asRoomName } from '../../src/call/identifiers.ts';
import type { MediaEvent } from '../../src/call/ports/media.ts';
import type { JoinOutcome, RoomTarget } from '../../src/call/ports/sip-engine.ts';
import { phraseSounds } from '../../src/ivr/phrase-files.ts';

const target: RoomTarget = {
  room: asRoomName('room-1'),
  identity: 'ringbro:node:leg-1',
  name: 'Room',
  attributes: {},
  muted: false,
};

const opened: WorkerReply = {
  type: 'video-opened',
  requestId: 1,
  localVideoPort: 20_002,
  localVideoRtcpPort: 20_003,
};

const legWith = (reply: WorkerReply = opened) => {
  const joins: RoomTarget[] = [];
  const answers: ((outcome: JoinOutcome) => void)[] = [];
  const events: MediaEvent[] = [];
  const desk = {
    join: (_leg: unknown, joined: RoomTarget) => {
      joins.push(joined);
      return new Promise<JoinOutcome>((resolve) => answers.push(resolve));
    },
    leave: () => Promise.resolve(),
  } as unknown as MeetingDesk;
  const requests: unknown[] = [];
  const request = (make: (requestId: number) => unknown) => {
    requests.push(make(1));
    return Promise.resolve(reply);
  };
  const cards: (readonly string[] | undefined)[] = [];
  const post = (message: ToWorker): void => {
    if (message.type === 'show-card')
      cards.push(message.card && [message.card.heading, ...message.card.lines]);
  };
  const link = { request, post };
  const leg = createBridgeLeg({
    legId: asLegId('leg-1'),
    link: link as unknown as WorkerLink,
    localPort: 20_000,
    localRtcpPort: 20_001,
    localVideoPort: undefined,
    localVideoRtcpPort: undefined,
    dtlsFingerprint: undefined,
    desk,
    saidCards: createSaidCards(),
    onListenerFault: (error) => {
      throw error;
    },
    onClosed: () => undefined,
  });
  leg.onEvent((event) => void events.push(event));
  return { leg, joins, answers, events, requests, cards };
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('pictures that come before the meeting are in it from the join on', async () => {
  const { leg, joins, requests } = legWith();
  await Promise.all([leg.openVideo?.(), leg.openVideo?.()]);
  await leg.openVideo?.();
  expect(requests).toEqual([{ type: 'open-video', requestId: 1, legId: 'leg-1' }]);
  expect([leg.localVideoPort, leg.localVideoRtcpPort]).toEqual([20_002, 20_003]);
  expect(joins).toEqual([]);
  void leg.join(target);
  expect(joins).toEqual([{ ...target, hasCamera: true }]);
});

test('pictures that come in the meeting: it is joined anew, as muted as the caller is by then', async () => {
  const { leg, joins, answers, events } = legWith();
  const first = leg.join(target);
  answers[0]?.({ joined: true });
  expect(await first).toEqual({ joined: true });
  leg.setMuted(true);
  await leg.openVideo?.();
  await settled();
  expect(joins).toEqual([
    { ...target, hasCamera: false },
    { ...target, muted: true, hasCamera: true },
  ]);
  answers[1]?.({ joined: true });
  await settled();
  expect(events).toEqual([]);
});

test('a join that is under way is not disturbed', async () => {
  const { leg, joins, answers } = legWith();
  const first = leg.join(target);
  await leg.openVideo?.();
  await settled();
  expect(joins).toHaveLength(1);
  answers[0]?.({ joined: true });
  expect(await first).toEqual({ joined: true });
  await settled();
  expect(joins.map(({ hasCamera }) => hasCamera)).toEqual([false, true]);
});

test('a room that cannot be joined anew is left, unless the leg has gone elsewhere', async () => {
  for (const goesAway of [false, true]) {
    const { leg, answers, events } = legWith();
    const first = leg.join(target);
    answers[0]?.({ joined: true });
    await first;
    await leg.openVideo?.();
    await settled();
    if (goesAway) void leg.leaveRoom();
    answers[1]?.({ joined: false, reason: 'unreachable' });
    await settled();
    expect(events).toEqual(goesAway ? [] : [{ type: 'room-left', reason: 'unreachable' }]);
  }
});

test('where no ports are free for pictures, the leg says so and stays as it is', async () => {
  const { leg } = legWith({ type: 'open-failed', requestId: 1 });
  await expect(leg.openVideo?.()).rejects.toMatchObject({ code: 'media/no-port' });
  expect(leg.localVideoPort).toBeUndefined();
});

test('what is said is read: outside the room until more is said, inside for as long as it lasts', async () => {
  const { leg, answers, cards } = legWith();
  const say = (): void => {
    const sounds = phraseSounds('still-waiting', 'en');
    leg.play({ utteranceId: 1, phrases: ['still-waiting'], sounds });
  };
  const said = ['You are still waiting', 'Nobody can hear you.', 'Please hold.'];
  const heard = { type: 'played', utteranceId: 1 } as const;
  say();
  expect(cards).toEqual([]);
  await leg.openVideo?.();
  say();
  leg.emit(heard);
  expect(cards).toEqual([said]);
  const joining = leg.join(target);
  answers[0]?.({ joined: true });
  await joining;
  expect(cards).toEqual([said, undefined]);
  say();
  leg.emit(heard);
  expect(cards).toEqual([said, undefined, said, undefined]);
});
