/** A gateway that is killed or stopped in the middle of calls. */
import { afterAll, describe, expect, it } from 'vitest';
import { participantsOf } from '../support/livekit-server.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { startGateway } from './support/gateway-process.ts';
import { createMeetingStage, sleep } from './support/meeting-stage.ts';

afterAll(() => disposeWitnesses());

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
