import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWebhookPost } from '../../src/webhooks/webhook-post.ts';
import { newWebhookSecret, signatureHeaders } from '../../src/webhooks/webhook-signature.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.close());

const loopback = ['127.0.0.0/8', '::1'];
const post = (allow: readonly string[] = loopback, timeoutMs = 2_000) =>
  createWebhookPost({ allow, timeoutMs });

test('a receiver on an allowed network gets headers and body as they are', async () => {
  expect(await post()(receiver.url, { 'webhook-id': 'm1' }, '{"å":1}')).toEqual({ taken: true });
  const [first] = receiver.received;
  expect(first).toMatchObject({ body: '{"å":1}', path: '/hook' });
  expect(first?.headers).toMatchObject({ 'webhook-id': 'm1', 'content-length': '8' });
});

test.each([
  [500, { taken: false, problem: 'http 500', gone: false }],
  [410, { taken: false, problem: 'http 410', gone: true }],
])('%i is not taken', async (status, outcome) => {
  receiver.status = status;
  expect(await post()(receiver.url, {}, '{}')).toEqual(outcome);
});

test('a redirect is not followed', async () => {
  receiver.status = 307;
  receiver.location = `${receiver.url}/inner`;
  expect(await post()(receiver.url, {}, '{}')).toMatchObject({ problem: 'http 307' });
  expect(receiver.received).toHaveLength(1);
});

test('no answer is waited for only so long', async () => {
  receiver.status = 0;
  expect(await post(loopback, 100)(receiver.url, {}, '{}')).toMatchObject({
    problem: 'webhook/timeout',
  });
});

// The check is on the address that is connected to, however it was written or looked up.
test.each(['127.0.0.1', 'localhost'])('%s is refused without a connection', async (host) => {
  const url = `http://${host}:${receiver.port}/hook`;
  for (const allow of [[], ['10.0.0.0/8']])
    expect(await post(allow)(url, {}, '{}')).toEqual({
      taken: false,
      problem: 'webhook/address-refused',
      gone: false,
    });
  expect(receiver.received).toEqual([]);
});

test('a name is reached at the address it was checked with', async () => {
  const url = `http://localhost:${receiver.port}/hook`;
  expect(await post()(url, {}, '{}')).toEqual({ taken: true });
});

test('a closed port is a problem with a code', async () => {
  const { url } = receiver;
  await receiver.close();
  expect(await post()(url, {}, '{}')).toMatchObject({ problem: 'ECONNREFUSED' });
});

test('the signature is what Standard Webhooks says', () => {
  const secret = newWebhookSecret();
  const signed = { messageId: 'msg_1', timestampS: 1_700_000_000, payload: '{"a":1}' };
  const expected = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update('msg_1.1700000000.{"a":1}')
    .digest('base64');
  expect(signatureHeaders(secret, signed)).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${expected}`,
  });
  // The example of the specification's own libraries.
  expect(
    signatureHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1_614_265_330,
      payload: '{"test": 2432232314}',
    })['webhook-signature'],
  ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
