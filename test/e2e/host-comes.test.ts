/** How somebody becomes host, in a browser or by key, and what is done while no host is there. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disposeWitnesses, type Witness } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  isHost,
  sleep,
  type MeetingStage,
} from './support/meeting-stage.ts';
import { endReason, enterMeeting } from './support/placed-call.ts';
import { hearPhrase } from './support/spoken.ts';

let stage: MeetingStage;
beforeAll(async () => {
  stage = await createMeetingStage({ RINGBRO_HOST_GRACE_S: '3' });
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

const seen = (witness: Witness, legId: string) =>
  witness.participants().find(({ identity }) => identity.endsWith(legId));

describe('a meeting that waits for its host', () => {
  it('a host in a browser opens the meeting, and closes it by leaving', async () => {
    const meeting = await stage.meeting({ admission: 'host', afterHostLeaves: 'lobby' });
    const { call, legId } = await enterMeeting(stage, meeting, 'waiting');
    // Somebody who could have written the attribute is no host.
    const pretender = await stage.witness(meeting, 'pretender', {
      ...isHost,
      canUpdateOwnMetadata: true,
    });
    await pretender.playTone(1000, -20);
    await sleep(5_000);
    expect(hearsTone(call, 1000)).toBe(false);
    expect(seen(pretender, legId)).toBeUndefined();
    const host = await stage.witness(meeting, 'host', isHost);
    await stage.until('the room', () => (hearsTone(call, 1000) ? true : undefined));
    await host.close();
    await stage.until('the wait', async () =>
      (await stage.calls('waiting')).length === 1 ? true : undefined,
    );
    await hearPhrase(stage, call, legId, 'host-wait');
    await sleep(1_000);
    expect(hearsTone(call, 1000)).toBe(false);
    expect(seen(pretender, legId)).toBeUndefined();
  });

  it('becomes host by star three and the host PIN, of which the room and the log see nothing', async () => {
    const meeting = await stage.meeting({ hostPin: '908172' });
    const witness = await stage.witness(meeting);
    const { call, legId } = await enterMeeting(stage, meeting, 'joined');
    await call.press('*3');
    await hearPhrase(stage, call, legId, 'enter-host-pin');
    await call.press('908172');
    await stage.until('the role', () =>
      seen(witness, legId)?.attributes['ringbro.role'] === 'host' ? true : undefined,
    );
    await hearPhrase(stage, call, legId, 'you-are-host');
    expect(stage.gateway.output()).not.toContain('908172');
  });

  it('waits for a host who never comes as long as is set, is told, and ended', async () => {
    const meeting = await stage.meeting({ admission: 'host', hostLimitSeconds: 10 });
    const { call, legId } = await enterMeeting(stage, meeting, 'waiting');
    await hearPhrase(stage, call, legId, 'host-did-not-come');
    expect(await call.ended).toMatchObject({ by: 'remote', how: 'bye' });
    expect(await endReason(stage, legId)).toBe('host-never-came');
  });
});
