import { expect, test } from 'vitest';
import { createBridgeLeg } from '../../src/bridge/bridge-leg.ts';
import type { MeetingDesk } from '../../src/bridge/meeting-desk.ts';
import { createSaidCards } from '../../src/bridge/video/said-cards.ts';
import type { WorkerLink } from '../../src/bridge/worker-link.ts';
import type { ToWorker, WorkerReply } from '../../src/bridge/worker-protocol.ts';
import { asLegId, asRoomName } from '../../src/call/identifiers.ts';
import type { MediaEvent, MediaSession, VideoSession } from '../../src/call/ports/media.ts';
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

const stream = {
  ...{ remoteAddress: '10.0.0.2', remotePort: 5000, remoteRtcpPort: 5001, rtcpMux: false },
  direction: 'sendrecv',
} as const;
const sound: MediaSession = {
  ...{ ...stream, codec: 'PCMA', payloadType: 8 },
  ...{ telephoneEventPayloadType: undefined, comfortNoisePayloadType: undefined },
};
const pictures: VideoSession = {
  ...{ ...stream, codec: 'H264', payloadType: 97, packetizationMode: 1 },
  ...{ remoteProfileLevelId: '42e01f', localProfileLevelId: '42e01f', remoteParameterSets: [] },
  maxBitrateKbps: undefined,
  feedback: { nack: true, pli: true, fir: false, tmmbr: false, remb: false },
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
    const { type } = make(1) as ToWorker;
    const slides = { type: 'slides-opened', requestId: 1, rtpPort: 20_004, rtcpPort: 20_005 };
    return Promise.resolve(type === 'open-slides' ? slides : reply);
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
  leg.configure(sound);
  await settled();
  expect(joins).toHaveLength(1);
  leg.configure({ ...sound, video: pictures });
  leg.configure({ ...sound, video: pictures });
  await settled();
  expect(joins).toEqual([
    { ...target, hasCamera: false },
    { ...target, muted: true, hasCamera: true },
  ]);
  answers[1]?.({ joined: true });
  await settled();
  expect(events).toEqual([]);
});

test('both streams that come in the meeting are in it with one join, a second stream alone with one too', async () => {
  const { leg, joins, answers } = legWith();
  const joinsOf = () => joins.map(({ hasCamera, hasScreen }) => [hasCamera, hasScreen]);
  const first = leg.join(target);
  answers[0]?.({ joined: true });
  await first;
  await leg.openVideo?.();
  await leg.openSlides?.();
  leg.configure({ ...sound, video: pictures, slides: pictures });
  await settled();
  answers[1]?.({ joined: true });
  await settled();
  expect(joinsOf()).toEqual([
    [false, undefined],
    [true, true],
  ]);

  const later = legWith();
  await later.leg.openVideo?.();
  const early = later.leg.join(target);
  later.answers[0]?.({ joined: true });
  await early;
  await later.leg.openSlides?.();
  later.leg.configure({ ...sound, video: pictures, slides: pictures });
  await settled();
  expect(later.joins.map(({ hasScreen }) => hasScreen)).toEqual([undefined, true]);
});

test('a join that is under way is not disturbed', async () => {
  const { leg, joins, answers } = legWith();
  const first = leg.join(target);
  await leg.openVideo?.();
  leg.configure({ ...sound, video: pictures });
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
    leg.configure({ ...sound, video: pictures });
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
