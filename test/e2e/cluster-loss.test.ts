/** What is left when one of two gateways dies, and who may take its place. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sleep } from './support/meeting-stage.ts';
import { openNodePair, type NodePair } from './support/node-pair.ts';

let pair: NodePair;
beforeAll(async () => {
  pair = await openNodePair();
});
afterEach(() => pair.hangUp());
afterAll(() => pair.close());

describe('two nodes', () => {
  it(
    'lose no call when one is killed: the other closes what it left, and goes on',
    { timeout: 150_000 },
    async () => {
      const meeting = await pair.meeting(pair.a, { maxParticipants: 2 });
      const onA = await pair.callInto(pair.a, meeting);
      const onB = await pair.callInto(pair.b, meeting);
      expect(await pair.participants(meeting.room)).toContain(`ringbro:node-a:${onA.legId}`);
      const killedAt = Date.now();
      await pair.a.stop('SIGKILL');
      // Within the lease it is not known whether the node is dead or slow.
      await sleep(15_000);
      expect((await pair.record(pair.b, onA.legId)).state).toBe('joined');

      const closed = await pair.ended(pair.b, onA.legId, 60_000);
      expect(closed.termination?.reason).toBe('node-died');
      expect(Date.parse(closed.endedAt ?? '')).toBeLessThanOrEqual(killedAt);
      expect(Date.parse(closed.endedAt ?? '')).toBeGreaterThan(killedAt - 12_000);
      await pair.until('its participant to be gone', async () =>
        (await pair.participants(meeting.room)).some((identity) =>
          identity.startsWith('ringbro:node-a:'),
        )
          ? undefined
          : true,
      );
      expect((await pair.record(pair.b, onB.legId)).state).toBe('joined');
      // Its seat is free.
      await pair.callInto(pair.b, meeting);

      await pair.restartA();
      expect((await pair.record(pair.a, onA.legId)).termination?.reason).toBe('node-died');
      const later = await pair.meeting(pair.b);
      const again = await pair.callInto(pair.a, later);
      expect(await pair.act(pair.b, again.legId, 'hangup')).toBe(204);
      await again.phone.ended;
    },
  );

  it('leave it to a node that is back at once to close its own calls', async () => {
    const meeting = await pair.meeting(pair.b);
    const onA = await pair.callInto(pair.a, meeting);
    await pair.a.stop('SIGKILL');
    await pair.restartA();
    expect((await pair.record(pair.b, onA.legId)).termination?.reason).toBe('gateway-died');
    await pair.callInto(pair.a, meeting);
  });

  it('stand at the door when they do not share the PIN secret', async () => {
    await expect(pair.startStranger()).rejects.toThrow('use another RINGBRO_PIN_SECRET');
  });
});
