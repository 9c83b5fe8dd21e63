/** Webhooks and their outbox, over any database of the store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Webhook } from '../../src/call/ports/webhooks.ts';
import type { Database } from '../../src/store/database.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';
import { createWebhookStore, type WebhookStore } from '../../src/store/webhook-store.ts';
import type { TestDatabase } from './test-databases.ts';

const webhook = (webhookId: string, events: readonly string[] = []): Webhook => ({
  webhookId,
  url: 'https://booking.example.org/hook',
  events,
  description: undefined,
  createdAt: 1,
  failingSince: undefined,
  attempts: 0,
  nextAttemptAt: 0,
  lastProblem: undefined,
  disabledAt: undefined,
});

const message = (messageId: string, type = 'call.ended', createdAt = 5) => ({
  messageId,
  type,
  createdAt,
  payload: `{"id":"${messageId}"}`,
});

export function webhookStoreContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let node: WebhookStore;
  let other: WebhookStore;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
    const seal = createPinSeal('secret');
    node = createWebhookStore({ database, leaseId: 'node', seal });
    other = createWebhookStore({ database, leaseId: 'other', seal });
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const idsOf = async (webhookId: string) =>
    (await node.next(webhookId, 10)).map(({ messageId }) => messageId);

  test('each webhook gets what it wants, in order, and what was sent twice once', async () => {
    await node.add(webhook('all'), 'whsec_a');
    await node.add(webhook('ends', ['call.ended']), 'whsec_b');
    await node.put([message('m2', 'call.joined'), message('m1')]);
    await node.put([message('m1')]);
    expect(await idsOf('all')).toEqual(['m1', 'm2']);
    expect(await idsOf('ends')).toEqual(['m1']);
    expect(await node.backlog()).toEqual({ messages: 3, oldestAt: 5 });
    expect(await node.list()).toEqual([webhook('all'), webhook('ends', ['call.ended'])]);
  });

  test('what no webhook wants is not kept, and said to be so', async () => {
    expect(await node.put([message('m1')])).toBe(false);
    await node.add(webhook('ends', ['call.ended']), 'whsec_a');
    expect(await node.put([message('m2', 'call.joined')])).toBe(false);
    expect(await node.backlog()).toMatchObject({ messages: 0 });
    expect(await node.put([message('m3', 'call.joined'), message('m4')])).toBe(true);
    expect(await idsOf('ends')).toEqual(['m4']);
  });

  test('the secret comes back to the sender, and is not in the database', async () => {
    await node.add(webhook('w'), 'whsec_visible');
    await node.put([message('m1')]);
    expect(await node.claim(10, 100)).toMatchObject([{ webhookId: 'w', secret: 'whsec_visible' }]);
    const { secret } = await database.main
      .selectFrom('webhooks')
      .select('secret')
      .executeTakeFirstOrThrow();
    expect(secret).not.toContain('visible');
  });

  test('one node has a webhook at a time; a lease that is over is taken', async () => {
    await node.add(webhook('w'), 'whsec_a');
    expect(await node.claim(10, 100)).toEqual([]);
    await node.put([message('m1'), message('m2')]);
    expect(await node.claim(10, 100)).toHaveLength(1);
    expect(await other.claim(20, 120)).toEqual([]);
    expect(await other.claim(101, 200)).toHaveLength(1);
    // The first one is told that it lost it.
    expect(await node.delivered('w', 'm1', { at: 200, until: 300 })).toBe(false);
    expect(await other.delivered('w', 'm2', { at: 200, until: 300 })).toBe(true);
    await other.release('w');
    await node.put([message('m3')]);
    expect(await node.claim(102, 200)).toHaveLength(1);
  });

  test('a failure is waited for, counted, and forgotten with the next success', async () => {
    await node.add(webhook('w'), 'whsec_a');
    await node.put([message('m1')]);
    await node.claim(10, 100);
    await node.failed('w', { at: 10, problem: 'http 500', nextAttemptAt: 50, disable: false });
    expect(await node.claim(49, 100)).toEqual([]);
    expect(await other.claim(50, 100)).toHaveLength(1);
    await other.failed('w', { at: 50, problem: 'http 503', nextAttemptAt: 90, disable: false });
    expect(await node.get('w')).toMatchObject({
      attempts: 2,
      failingSince: 10,
      lastProblem: 'http 503',
      nextAttemptAt: 90,
    });
    await node.claim(90, 200);
    await node.delivered('w', 'm1', { at: 200, until: 300 });
    expect(await node.get('w')).toEqual({ ...webhook('w'), lastDeliveredAt: 200 });
  });

  test('a disabled webhook gets nothing until it is enabled, and begins anew', async () => {
    await node.add(webhook('w'), 'whsec_a');
    await node.put([message('m1')]);
    await node.claim(10, 100);
    await node.failed('w', { at: 10, problem: 'http 410', nextAttemptAt: 50, disable: true });
    await node.put([message('m2')]);
    expect(await node.get('w')).toMatchObject({ disabledAt: 10 });
    expect(await idsOf('w')).toEqual([]);
    expect(await node.enable('w')).toBe(true);
    expect(await node.enable('none')).toBe(false);
    await node.put([message('m3')]);
    expect(await idsOf('w')).toEqual(['m3']);
    expect(await node.remove('w')).toBe(true);
    expect(await node.remove('w')).toBe(false);
    expect(await node.backlog()).toEqual({ messages: 0, oldestAt: undefined });
  });
}
