import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantKind } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import {
  createRoomRig,
  eventually,
  nothingMoreThan,
  openHandles,
  type RoomRig,
} from './support/room-rig.ts';

let server: TestLiveKitServer;
let rig: RoomRig;
let rooms = 0;

beforeAll(async () => {
  server = await startLiveKitServer();
});
afterAll(() => server.close());
beforeEach(() => {
  rig = createRoomRig(server, `caller-${++rooms}`);
});
afterEach(() => rig.close());

const caller = 'ringbro:node-1:leg-1';

test.each(['PCMU', 'PCMA'] as const)('a %s tone is heard in the room as it is', async (codec) => {
  const witness = await rig.witness('guest');
  const { link, saw, speak } = await rig.caller(caller, { codec });
  await saw('connected');
  speak(440);

  const heard = await witness.hear(caller, 1_500);
  expect(heard.dominantHz).toBe(440);
  expect(heard.levelAtDbfs(440)).toBeGreaterThan(-23);
  expect(heard.levelAtDbfs(440)).toBeLessThan(-17);
  expect(heard.levelAtDbfs(1_000)).toBeLessThan(-45);
  expect(heard.gapsMs).toEqual([]);

  const shown = await witness.participant(caller);
  expect(shown.info.kind).toBe(ParticipantKind.SIP);
  expect(shown.name).toBe('Phone 1');
  expect(shown.attributes).toMatchObject({ 'sip.callStatus': 'active' });
  expect((await rig.microphoneOf(caller))?.mimeType).toBe(`audio/${codec}`);
  expect(link.ssrc).toBeGreaterThan(0);
});

test('the caller who speaks is shown as the speaker', async () => {
  const witness = await rig.witness('guest');
  const { saw, speak } = await rig.caller(caller);
  await saw('connected');
  speak(440);
  const participant = await witness.participant(caller);
  await eventually('active speaker', () => witness.speakers().includes(participant.identity));
});

test('a muted caller is shown as muted and nothing of theirs goes out', async () => {
  const witness = await rig.witness('guest');
  const { link, saw, speak } = await rig.caller(caller);
  await saw('connected');
  speak(440);
  await witness.hear(caller, 100);

  link.setMuted(true);
  await eventually('the mute', () => witness.isMuted(caller));
  const muted = await witness.hear(caller, 500);
  expect(muted.rmsDbfs).toBeLessThan(-60);

  link.setMuted(false);
  await eventually('the unmute', () => !witness.isMuted(caller));
  const unmuted = await witness.hear(caller, 500);
  expect(unmuted.dominantHz).toBe(440);
});

test('a caller who joins muted is muted from the first moment', async () => {
  const { saw } = await rig.caller(caller, { muted: true });
  await saw('connected');
  // The server's own API may learn of the track a moment after us.
  await expect.poll(async () => (await rig.microphoneOf(caller))?.muted).toBe(true);
});

test('a mute by the host is told and stops the sound; the caller can take it back', async () => {
  const { link, saw } = await rig.caller(caller);
  await saw('connected');
  const sid = (await rig.microphoneOf(caller))?.sid ?? '';
  await rig.admin.mutePublishedTrack(rig.room, caller, sid, true);
  await saw('muted-by-server');
  link.setMuted(false);
  await expect
    .poll(async () => (await rig.microphoneOf(caller))?.muted, { timeout: 5_000 })
    .toBe(false);
});

test('keys reach the room as SIP DTMF messages, where the target asks for them', async () => {
  const witness = await rig.witness('witness');
  const keyed = await rig.caller('keyed', { sendsKeys: true });
  const plain = await rig.caller('plain');
  await Promise.all([keyed.saw('connected'), plain.saw('connected')]);
  await witness.participant('keyed');
  // The channel opens after the sound.
  await eventually('a key', () => {
    keyed.link.sendKey('#');
    return witness.keys().length > 0;
  });
  plain.link.sendKey('5');
  keyed.link.sendKey('7');
  await eventually('the second key', () => witness.keys().some(({ digit }) => digit === '7'));
  expect(witness.keys().at(-1)).toEqual({ identity: 'keyed', digit: '7', code: 7 });
  expect(witness.keys()[0]).toEqual({ identity: 'keyed', digit: '#', code: 11 });
  expect(witness.keys().some(({ identity }) => identity === 'plain')).toBe(false);
});

test('a removed caller is left as removed and does not come back', async () => {
  const { events, saw } = await rig.caller(caller);
  await saw('connected');
  await rig.admin.removeParticipant(rig.room, caller);
  expect(await saw('left')).toMatchObject({ reason: 'removed' });
  await sleep(1_000);
  expect(events.map(({ type }) => type)).toEqual(['connected', 'left']);
  expect(await rig.admin.listParticipants(rig.room)).toEqual([]);
});

test('a deleted room is left as such', async () => {
  const { saw } = await rig.caller(caller);
  await saw('connected');
  await rig.admin.deleteRoom(rig.room);
  expect(await saw('left')).toMatchObject({ reason: 'room-deleted' });
});

test('two of one identity do not throw each other out in turns', async () => {
  const first = await rig.caller(caller);
  await first.saw('connected');
  const second = await rig.caller(caller);
  await second.saw('connected');
  expect(await first.saw('left')).toMatchObject({ reason: 'duplicate-identity' });
  await sleep(1_000);
  expect(second.events.map(({ type }) => type)).toEqual(['connected']);
});

test('a bad token is rejected at once', async () => {
  const bad = new AccessToken(server.apiKey, 'another secret, not the server’s', {
    identity: caller,
  });
  bad.addGrant({ roomJoin: true, room: rig.room });
  const { events, saw } = await rig.caller(caller, { token: await bad.toJwt() });
  expect(await saw('left')).toMatchObject({ reason: 'rejected', code: 'room/token-refused' });
  expect(events).toHaveLength(1);
});

test('a server that dies is lost, and found within 5 s of its return, with the same SSRC', async () => {
  const { link, saw, speak } = await rig.caller(caller);
  await saw('connected');
  const { ssrc } = link;
  speak(600);
  await server.stop();
  await saw('lost');
  await sleep(2_500);
  await server.start();
  const backAt = Date.now();
  await saw('recovered');
  expect(Date.now() - backAt).toBeLessThan(5_000);
  expect(link.ssrc).toBe(ssrc);

  const witness = await rig.witness('guest');
  expect((await witness.hear(caller, 500)).dominantHz).toBe(600);
});

const signalServer = (signal: NodeJS.Signals): void => {
  const pid = server.pid();
  if (pid !== undefined) process.kill(pid, signal);
};

test('the server consents to be sent to, again and again; a stopped one no more', async () => {
  // Only what our asking goes by: the rest of the world has its own time.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  try {
    const { saw, events } = await rig.caller(caller);
    await saw('connected');
    const pass = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        vi.advanceTimersByTime(6500);
        await sleep(100);
      }
    };
    await pass(12);
    expect(events.map(({ type }) => type)).toEqual(['connected']);
    signalServer('SIGSTOP');
    await pass(6);
    await saw('lost');
  } finally {
    vi.useRealTimers();
    signalServer('SIGCONT');
  }
});

test('after 20 joins and closes no socket, timer or participant is left', async () => {
  const before = openHandles();
  for (let round = 0; round < 5; round += 1) {
    const callers = await Promise.all(
      [1, 2, 3, 4].map((n) => rig.caller(`${caller}-${round}-${n}`)),
    );
    await Promise.all(callers.map(({ saw }) => saw('connected')));
    await Promise.all(callers.map(({ link }) => link.close()));
  }
  await eventually('the handles are gone', () => nothingMoreThan(before));
  await expect.poll(async () => (await rig.admin.listParticipants(rig.room)).length).toBe(0);
});

test('closing while the join is under way leaves nothing behind', async () => {
  const before = openHandles();
  for (const ms of [0, 5, 20, 60, 120]) {
    const { link } = await rig.caller(`${caller}-${ms}`);
    await sleep(ms);
    await link.close();
  }
  await eventually('the handles are gone', () => nothingMoreThan(before));
  // Who had not come to a goodbye is gone when the server misses them.
  await expect
    .poll(async () => (await rig.admin.listParticipants(rig.room)).length, { timeout: 20_000 })
    .toBe(0);
});
