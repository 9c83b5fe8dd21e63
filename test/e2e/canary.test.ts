/** The gateway calls itself: through its own SIP socket, into a meeting, and hears both ways. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';

interface Canary {
  readonly everyMinutes: number;
  readonly items: readonly { readonly number: string; readonly problem: string | null }[];
}

let stage: MeetingStage;
beforeAll(async () => {
  stage = await createMeetingStage({
    RINGBRO_CANARY_MINUTES: '1',
    RINGBRO_NUMBERS: '0480445511=sv',
  });
});
afterAll(() => stage.close());

it('calls each published number, hears sound both ways, and leaves nothing behind', async () => {
  const canary = await stage.until(
    'the canary',
    async () => {
      const { body } = await stage.gateway.api('GET', '/api/canary');
      const shown = body as Canary;
      return shown.items.length > 0 ? shown : undefined;
    },
    60_000,
  );
  expect(canary.everyMinutes).toBe(1);
  expect(canary.items.map(({ problem }) => problem)).toEqual(canary.items.map(() => null));
  const { status, body } = await stage.gateway.api('GET', '/health/ready');
  expect(status).toBe(200);
  expect(Object.values((body as { canary: object }).canary)).toContain('up');
  await stage.until('its calls to end', async () =>
    (await stage.calls('live')).length === 0 ? true : undefined,
  );
  const meetings = await stage.gateway.api('GET', '/api/meetings');
  const titles = (meetings.body as { items: { title: string }[] }).items.map(({ title }) => title);
  expect(titles).not.toContain('Canary');
}, 90_000);
