/** What stays when calls go: records, few lines without secrets, and nothing else. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { participantsOf } from '../support/livekit-server.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { createMeetingStage, sleep, type MeetingStage } from './support/meeting-stage.ts';
import { isTold, placeCall } from './support/placed-call.ts';
import { runSipp } from './support/sipp.ts';

afterAll(() => disposeWitnesses());

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
    const { call: caller, legId } = await placeCall(stage);
    await caller.press('918273645'); // A wrong one first.
    await isTold(stage, legId, 'wrong-id');
    await caller.press(meeting.callId);
    await isTold(stage, legId, 'enter-pin');
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
