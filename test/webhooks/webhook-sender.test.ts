/** Queue, outbox and sender together, over a real store; the receiver is a stand-in. */
import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NewEvent } from '../../src/call/gateway-event.ts';
import type { Webhook } from '../../src/call/ports/webhooks.ts';
import { generateCallId } from '../../src/meeting/call-id.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { PostOutcome } from '../../src/webhooks/webhook-post.ts';
import { createWebhookQueue, type WebhookQueue } from '../../src/webhooks/webhook-queue.ts';
import {
  createWebhookSender,
  givenUpAfterMs,
  waitAfter,
  type WebhookSender,
} from '../../src/webhooks/webhook-sender.ts';
import { createManualClock } from '../store/manual-clock.ts';
import { silentLogger } from '../store/records.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const taken: PostOutcome = { taken: true };
const refused: PostOutcome = { taken: false, problem: 'http 503', gone: false };

let store: Store;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clock: ReturnType<typeof createManualClock>;
let sender: WebhookSender;
let queue: WebhookQueue;
let published: NewEvent[];
let sent: { readonly url: string; readonly id: string; readonly n: unknown }[];
let answer: (url: string) => PostOutcome;

const open = async (): Promise<void> => {
  store = await openStore({
    folder: folder.path,
    nodeId: 'node-a',
    pinSecret: 'secret of the test',
    makeCallId: () => generateCallId(randomInt),
    clock,
    logger: silentLogger,
  });
  sender = createWebhookSender({
    outbox: store.webhooks,
    post: (url, headers, payload) => {
      const { data } = JSON.parse(payload) as { data: { n: unknown } };
      sent.push({ url, id: headers['webhook-id'] ?? '', n: data.n });
      return Promise.resolve(answer(url));
    },
    clock,
    logger: silentLogger,
    random: () => 0,
    publish: (event) => published.push(event),
  });
  queue = createWebhookQueue({
    outbox: store.webhooks,
    lifeId: 'life',
    clock,
    logger: silentLogger,
    onPut: sender.look,
  });
};
const close = async (): Promise<void> => {
  await queue.close();
  await sender.close();
  await store.close();
};

beforeEach(async () => {
  folder = await temporaryFolder();
  clock = createManualClock();
  published = [];
  sent = [];
  answer = () => taken;
  await open();
});
afterEach(async () => {
  await close();
  await folder.remove();
});

const webhook = (webhookId: string): Webhook => ({
  webhookId,
  url: `https://${webhookId}.example.org/`,
  events: [],
  description: undefined,
  createdAt: 1,
  failingSince: undefined,
  attempts: 0,
  nextAttemptAt: 0,
  lastProblem: undefined,
  disabledAt: undefined,
});
const add = (webhookId: string) => store.webhooks.add(webhook(webhookId), 'whsec_AAAA');
const tell = (...numbers: readonly number[]): void => {
  for (const n of numbers)
    queue.add({ eventId: `life-${n}`, type: 'call.ended', at: 1, data: { n } });
};
const sentTo = (webhookId: string) =>
  sent.filter(({ url }) => url.includes(`//${webhookId}.`)).map(({ n }) => n);
const failing = async () => (await store.webhooks.get('a'))?.attempts;

test('each webhook gets everything, in order, once', async () => {
  await add('a');
  await add('b');
  const numbers = Array.from({ length: 150 }, (_, n) => n);
  tell(...numbers);
  await vi.waitFor(() => {
    expect([sentTo('a'), sentTo('b')]).toEqual([numbers, numbers]);
  }, 10_000);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(150);
});

test('one that fails is tried again with the same message, and holds up nobody else', async () => {
  await add('a');
  await add('b');
  answer = (url) => (url.includes('//a.') ? refused : taken);
  tell(1, 2);
  await vi.waitFor(async () => {
    expect([sentTo('a'), sentTo('b'), await failing()]).toEqual([[1], [1, 2], 1]);
  });
  answer = () => taken;
  clock.advance(4_000);
  await vi.waitFor(async () => {
    expect((await store.webhooks.backlog()).messages).toBe(2);
  });
  expect(sentTo('a')).toEqual([1]);
  clock.advance(5_000);
  await vi.waitFor(() => {
    expect(sentTo('a')).toEqual([1, 1, 2]);
  });
  expect(sent[0]?.id).toBe(sent.filter(({ url }) => url.includes('//a.'))[1]?.id);
});

test('what waits survives a restart', async () => {
  await add('a');
  answer = () => refused;
  tell(1, 2);
  await vi.waitFor(async () => {
    expect(await failing()).toBe(1);
  });
  await close();
  answer = () => taken;
  clock.advance(10_000);
  await open();
  await vi.waitFor(() => {
    expect(sentTo('a')).toEqual([1, 1, 2]);
  });
});

test('after days of failure it is given up, dropped, and told of', async () => {
  await add('a');
  answer = () => refused;
  tell(1);
  await vi.waitFor(async () => {
    expect(await failing()).toBe(1);
  });
  clock.advance(givenUpAfterMs + 1);
  await vi.waitFor(() => {
    expect(published).toMatchObject([{ type: 'webhook.disabled', data: { webhookId: 'a' } }]);
  });
  expect(await store.webhooks.backlog()).toMatchObject({ messages: 0 });
  expect(sender.counts()).toEqual({ taken: 0, failed: 2, disabled: 1 });
});

test('one that is gone is not asked again', async () => {
  await add('a');
  answer = () => ({ taken: false, problem: 'http 410', gone: true });
  tell(1);
  await vi.waitFor(() => {
    expect(published).toHaveLength(1);
  });
  expect(await store.webhooks.get('a')).toMatchObject({ lastProblem: 'http 410' });
});

test('a store that is down is waited for, and the order is kept', async () => {
  await add('a');
  const { outbox, failed } = failingOutbox();
  const waiting = createWebhookQueue({
    outbox,
    lifeId: 'other',
    clock,
    logger: silentLogger,
    onPut: sender.look,
  });
  for (const n of [1, 2, 3])
    waiting.add({ eventId: `e-${n}`, type: 'call.ended', at: 1, data: { n } });
  await vi.waitFor(() => {
    expect(failed()).toBe(1);
  });
  clock.advance(1_000);
  await vi.waitFor(() => {
    expect(sentTo('a')).toEqual([1, 2, 3]);
  });
  await waiting.close();
});

/** Fails the first time. */
function failingOutbox() {
  let failures = 0;
  return {
    failed: () => failures,
    outbox: {
      put: async (messages: Parameters<typeof store.webhooks.put>[0]) => {
        if (failures === 0) {
          failures += 1;
          throw new Error('down');
        }
        return store.webhooks.put(messages);
      },
    },
  };
}

test('the waits double up to an hour', () => {
  expect([0, 1, 2, 20, 90].map((attempts) => waitAfter(attempts, 0))).toEqual([
    5_000, 10_000, 20_000, 3_600_000, 3_600_000,
  ]);
  expect(waitAfter(0, 1)).toBe(4_000);
});
