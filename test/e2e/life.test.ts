/** What stays when calls, the gateway or the meeting server go: records, and nothing else. */
import { RoomServiceClient } from 'livekit-server-sdk';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestLiveKitServer } from '../support/livekit-server.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { startGateway } from './support/gateway-process.ts';
import { createMeetingStage, sleep, type MeetingStage } from './support/meeting-stage.ts';
import { runSipp } from './support/sipp.ts';

afterAll(() => disposeWitnesses());

/** Everybody in a room, hidden participants too. */
const participantsOf = async (livekit: TestLiveKitServer, room: string): Promise<string[]> => {
  const { url, apiKey, apiSecret } = livekit;
  const rooms = new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret);
  return (await rooms.listParticipants(room).catch(() => [])).map((p) => p.identity);
};

describe('a gateway', () => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage();
  });
  afterAll(() => stage.close());

  const openSockets = () => readdirSync(`/proc/${stage.gateway.child.pid ?? 0}/fd`).length;

  it('is after 200 calls as it was before them', { timeout: 240_000 }, async () => {
    const meeting = await stage.meeting({ callId: '142536475' });
    // One call first: what is opened once (LiveKit connection pools) does not count as a leak.
    await runSipp('uac-hangup-in-room-expect-200', { sipPort: stage.gateway.sipPort });
    await sleep(1000);
    const before = openSockets();
    const results = await Promise.all([
      runSipp('uac-hangup-in-room-expect-200', {
        sipPort: stage.gateway.sipPort,
        calls: 100,
        callsPerSecond: 4,
        timeoutS: 180,
        mediaSlot: 1,
      }),
      runSipp('uac-hangup-in-ivr-expect-200', {
        sipPort: stage.gateway.sipPort,
        calls: 60,
        callsPerSecond: 3,
        timeoutS: 180,
        mediaSlot: 50,
      }),
      runSipp('uac-direct-call-id-expect-joined', {
        sipPort: stage.gateway.sipPort,
        calls: 40,
        callsPerSecond: 2,
        timeoutS: 180,
        mediaSlot: 80,
      }),
    ]);
    for (const result of results) expect(result.ok, result.errors).toBe(true);
    await stage.until('the calls to end', async () =>
      (await stage.calls('live')).length === 0 ? true : undefined,
    );
    // Hidden participants show in this list too: the ear has left with the last caller.
    await stage.until('the room to empty', async () =>
      (await participantsOf(stage.livekit, meeting.room)).length === 0 ? true : undefined,
    );
    await stage.until(
      'the sockets to close',
      () => (openSockets() <= before + 2 ? true : undefined),
      30_000,
    );
  });

  it('writes no digits, IDs, titles or full numbers into its log, and about six lines a call', async () => {
    const meeting = await stage.meeting({ title: 'Samtal om Linnea', guestPin: '7351' });
    const linesBefore = stage.gateway.output().split('\n').length;
    const caller = await stage.phone();
    await caller.answer;
    await caller.press('918273645'); // A wrong one first.
    await sleep(5000);
    await caller.press(meeting.callId);
    await sleep(2500);
    await caller.press('7351');
    await stage.until('the call to join', async () =>
      (await stage.calls('joined')).length === 1 ? true : undefined,
    );
    await caller.close();
    await stage.until('the end', async () =>
      (await stage.calls('live')).length === 0 ? true : undefined,
    );
    await sleep(300);
    const log = stage.gateway
      .output()
      .split('\n')
      .slice(linesBefore - 1)
      .filter((line) => line.startsWith('{'));
    expect(log.length).toBeGreaterThan(2);
    expect(log.length).toBeLessThanOrEqual(8);
    const text = log.join('\n');
    for (const secret of [
      meeting.callId,
      meeting.room,
      '918273645',
      '7351',
      'Linnea',
      '46701234567',
      '701234567',
      '142536475',
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('a gateway that is killed', () => {
  it(
    'closes its calls at the next start and takes its participants out of the room',
    { timeout: 120_000 },
    async () => {
      const stage = await createMeetingStage();
      const meeting = await stage.meeting();
      const caller = await stage.joined(meeting);
      const [live] = await stage.calls('joined');
      await stage.gateway.stop('SIGKILL');
      const { livekit } = stage;
      const next = await startGateway({ dataDir: stage.gateway.dataDir, livekit });
      const { body } = await next.api('GET', `/api/calls/${live?.legId ?? ''}`);
      expect(body).toMatchObject({
        state: 'ended',
        termination: { reason: 'gateway-died', result: 'server-error' },
      });
      expect(await participantsOf(livekit, meeting.room)).toEqual([]);
      await next.stop();
      await caller.close();
      await stage.gateway.forget();
      await livekit.close();
    },
  );
});

describe('a gateway that is stopped', () => {
  it('exits also when nobody reads its output any more', { timeout: 60_000 }, async () => {
    const stage = await createMeetingStage({ RINGBRO_DRAIN_S: '1' });
    const { child } = stage.gateway;
    child.stdout?.destroy();
    child.stderr?.destroy();
    const caller = await stage.phone();
    await caller.answer;
    await caller.close();
    await stage.gateway.stop('SIGTERM');
    expect(child.exitCode).toBe(0);
    await stage.gateway.forget();
    await stage.livekit.close();
  });

  it('lets the live calls end, tells those that stay, and exits', { timeout: 90_000 }, async () => {
    const stage = await createMeetingStage({ RINGBRO_DRAIN_S: '3' });
    const meeting = await stage.meeting();
    const caller = await stage.joined(meeting);
    const stopped = stage.gateway.stop('SIGTERM');
    await sleep(500);
    const refused = await stage.phone();
    expect(await refused.answer).toMatchObject({ answered: false, cause: { sipStatus: 503 } });
    expect(await caller.ended).toMatchObject({ by: 'remote', how: 'bye' });
    await stopped;
    expect(stage.gateway.child.exitCode).toBe(0);
    await caller.close();
    await refused.close();
    await stage.gateway.forget();
    await stage.livekit.close();
  });
});
