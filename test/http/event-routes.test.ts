/** `/api/events` over a real socket. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiKey, type HttpFixture, openHttpFixture } from './http-fixture.ts';

let http: HttpFixture;
let url: string;
let open: IncomingMessage[];
beforeEach(async () => {
  open = [];
  http = await openHttpFixture();
  await http.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.app.server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/api/events`;
});
afterEach(async () => {
  for (const stream of open) stream.destroy();
  await http.close();
});

interface Reader {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly stream: IncomingMessage;
  text(): string;
}

function read(query = '', headers: Record<string, string> = {}, key = apiKey): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const options = { headers: { authorization: `Bearer ${key}`, ...headers } };
    const request = httpRequest(`${url}${query}`, options, (stream) => {
      let text = '';
      open.push(stream);
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => (text += chunk));
      stream.on('error', () => undefined);
      const { statusCode: status } = stream;
      resolve({ status, type: stream.headers['content-type'], stream, text: () => text });
    });
    request.on('error', reject);
    request.end();
  });
}

const joined = (legId: string) => {
  http.events.publish({
    type: 'call.joined',
    at: 1_000,
    data: { legId, callId: '123123789', from: '+46•••••67' },
  });
};

test('events come as they happen, those that are wanted', async () => {
  const all = await read();
  const some = await read('?types=meeting.created,meeting.locked');
  expect([all.status, all.type]).toEqual([200, 'text/event-stream']);
  joined('leg-1');
  await http.request('POST', '/api/meetings', { callId: '123123789', title: 'Hemligt' });
  await http.request('POST', '/api/meetings/123123789/lock');
  await expect.poll(() => some.text()).toContain('event: meeting.locked');
  expect(some.text()).not.toContain('call.joined');
  await expect.poll(() => all.text()).toContain('event: meeting.locked');
  expect(all.text()).toMatch(
    /^retry: 2000\n\nid: node-a\.life-0+1\nevent: call\.joined\ndata: \{"type":"call\.joined","at":"1970-01-01T00:00:01\.000Z","data":\{"legId":"leg-1",.*\}\}\n\n/,
  );
  expect(all.text()).not.toContain('Hemligt');
});

test('who comes back gets what was missed; who was away for too long is told so', async () => {
  const first = await read();
  joined('leg-1');
  await expect.poll(() => first.text()).toContain('leg-1');
  const [, id = ''] = /id: (\S+)/.exec(first.text()) ?? [];
  first.stream.destroy();
  joined('leg-2');
  const second = await read('', { 'last-event-id': id });
  await expect.poll(() => second.text()).toContain('leg-2');
  expect(second.text()).not.toContain('leg-1');
  expect(second.text()).not.toContain('reset');
  const third = await read('', { 'last-event-id': 'node-a.life-gone' });
  await expect.poll(() => third.text()).toContain('event: reset');
});

test('a key that may not book sees no call ID', async () => {
  const made = await http.request('POST', '/api/keys', { name: 'wall', scopes: ['read-only'] });
  const reader = await read('', {}, made.json<{ key: string }>().key);
  joined('leg-1');
  await expect.poll(() => reader.text()).toContain('••••••789');
  expect(reader.text()).not.toContain('123123789');
});

test('a reader who does not keep up is let go, and nobody else', async () => {
  const slow = await read();
  const quick = await read();
  slow.stream.pause();
  slow.stream.socket.pause();
  const closed = new Promise((resolve) => slow.stream.on('close', resolve));
  const large = { type: 'call.joined', at: 1, data: { legId: 'x'.repeat(50_000) } } as const;
  for (let n = 0; n < 400 && http.events.listeners === 2; n += 1) {
    http.events.publish(large);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => http.events.listeners).toBe(1);
  slow.stream.resume();
  slow.stream.socket.resume();
  await closed;
  joined('last');
  await expect.poll(() => quick.text(), { timeout: 5_000 }).toContain('"last"');
});

test('an unknown type is refused, and so is a key that is not one', async () => {
  expect((await read('?types=call.nothing')).status).toBe(400);
  expect((await read('', {}, 'wrong')).status).toBe(401);
});

test('readers do not keep the server from closing', async () => {
  const reader = await read();
  const closed = new Promise((resolve) => reader.stream.on('close', resolve));
  await http.app.close();
  await closed;
});
