/** Meetings of the customary sizes, filled by real calls. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { disposeWitnesses } from '../support/witness.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';

let stage: MeetingStage;
beforeAll(async () => {
  stage = await createMeetingStage();
});
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

it('5, 25, 50 and 100 places are as many for phones and browsers together, and no more', async () => {
  const meeting = await stage.meeting({ maxParticipants: 5 });
  await stage.witness(meeting);
  const inside = async (): Promise<number> => (await stage.calls('joined')).length;
  const call = () => stage.phone({ user: meeting.callId });
  for (const size of [5, 25, 50, 100]) {
    await stage.gateway.api('PATCH', `/api/meetings/${meeting.callId}`, { maxParticipants: size });
    // The browser has a place.
    const missing = size - 1 - (await inside());
    for (let nth = 0; nth < missing; nth++) await call();
    await stage.until(
      `${size} in the meeting`,
      async () => ((await inside()) === size - 1 ? true : undefined),
      40_000,
    );
    const before = (await stage.calls('ended')).length;
    const oneMore = await call();
    await oneMore.ended;
    await stage.until('the record of one too many', async () => {
      const [last, ...others] = await stage.calls('ended');
      return others.length === before && last?.termination?.reason === 'full' ? true : undefined;
    });
    expect(await inside()).toBe(size - 1);
  }
}, 180_000);
