/** What programs around the gateway see of it: events, webhooks, metrics, the call log; and a directory that it asks. */
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../webhooks/webhook-receiver.ts';
import { apiKey, startGateway } from './support/gateway-process.ts';
import { createMeetingStage, type MeetingStage, type ShownCall } from './support/meeting-stage.ts';

const password = 'a password for tests';
const key = { authorization: `Bearer ${apiKey}` };

/** A booking system that owns its IDs. */
interface Booking {
  readonly url: string;
  answer: { readonly status: number; readonly body: object };
  close(): Promise<void>;
}

const startBooking = async (): Promise<Booking> => {
  const server: Server = createServer((_request, response) => {
    const { status, body } = booking.answer;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const booking: Booking = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answer: { status: 404, body: {} },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return booking;
};

/** Everything that `/api/events` sent so far. */
const listen = async (url: string): Promise<{ text(): string; stop(): void }> => {
  const stopping = new AbortController();
  const response = await fetch(`${url}/api/events`, { headers: key, signal: stopping.signal });
  let text = '';
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>)
      text += decoder.decode(chunk, { stream: true });
  })().catch(() => undefined);
  return {
    text: () => text,
    stop: () => {
      stopping.abort();
    },
  };
};

describe('a gateway, seen from outside', () => {
  let stage: MeetingStage;
  let receiver: WebhookReceiver;
  let booking: Booking;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    booking = await startBooking();
    stage = await createMeetingStage({
      RINGBRO_WEBHOOK_ALLOW: '127.0.0.0/8',
      RINGBRO_DIRECTORY_URL: booking.url,
      RINGBRO_DIRECTORY_TIMEOUT_MS: '1000',
      RINGBRO_OPERATOR_PASSWORD: password,
    });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await booking.close();
    await receiver.close();
  });

  const get = async (path: string): Promise<string> =>
    (await fetch(`${stage.gateway.httpUrl}${path}`, { headers: key })).text();
  const ended = (legId: string): Promise<ShownCall> =>
    stage.until('the end of the call', async () =>
      (await stage.calls('ended')).find((call) => call.legId === legId),
    );

  it('tells of a call as it goes, signed and in order, and finds it by what the caller heard', async () => {
    const events = await listen(stage.gateway.httpUrl);
    const made = await stage.gateway.api('POST', '/api/webhooks', { url: receiver.url });
    const { secret } = made.body as { secret: string };
    const meeting = await stage.meeting({ title: 'Hemligt samtal' });
    const caller = await stage.joined(meeting);
    const [joined] = await stage.calls('joined');
    const legId = joined?.legId ?? '';
    await caller.press('*0');
    const supportCode = await stage.until('the support code to be said', async () => {
      const call = JSON.parse(await get(`/api/calls/${legId}`)) as Record<string, unknown>;
      const said = JSON.stringify(call['timeline']).includes('commands-help support-code');
      return said ? String(call['supportCode']) : undefined;
    });
    expect(supportCode).toMatch(/^\d{6}$/);
    await caller.close();
    await ended(legId);

    const types = ['call.ringing', 'call.ivr', 'call.joined', 'call.ended'];
    const told = (): string[] =>
      receiver.received
        .filter(({ body }) => body.includes(legId))
        .map(({ body }) => (JSON.parse(body) as { type: string }).type);
    await stage.until('the last webhook', () => (told().includes('call.ended') ? true : undefined));
    expect(told().filter((type) => types.includes(type))).toEqual(types);
    for (const { headers, body } of receiver.received) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const bytes = Buffer.from(secret.replace('whsec_', ''), 'base64');
      const signature = createHmac('sha256', bytes).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
      expect(body).not.toContain('Hemligt');
    }
    const heard = [...events.text().matchAll(/^event: (\S+)$/gm)].map(([, type]) => type);
    expect(heard.filter((type) => types.includes(type ?? ''))).toEqual(types);
    expect(events.text()).not.toMatch(/Hemligt|46701234567/);
    events.stop();

    const found = JSON.parse(await get(`/api/calls?supportCode=${supportCode}`)) as {
      items: ShownCall[];
    };
    expect(found.items.map((call) => call.legId)).toEqual([legId]);
    expect(await get(`/api/calls.csv?supportCode=${supportCode}`)).toContain(`"${legId}"`);
    const metrics = await get('/metrics');
    expect(metrics).toMatch(/^ringbro_calls_ended_total\{result="completed",.*\} [1-9]/m);
    expect(metrics).toMatch(/^ringbro_part_up\{part="media"\} 1$/m);
    expect(metrics).toMatch(/^ringbro_webhook_attempts_total\{outcome="taken"\} [1-9]/m);
  });

  it('asks the directory for an ID it does not know, and says so when that is down', async () => {
    booking.answer = { status: 200, body: { admission: 'open' } };
    await stage.joined({ callId: '314159265', room: '' });
    await stage.clear();

    booking.answer = { status: 500, body: {} };
    const caller = await stage.phone();
    await caller.answer;
    await caller.press('271828182');
    const call = await stage.until('the call to end', async () => {
      const [newest] = await stage.calls('ended');
      return newest?.termination?.reason === 'store-unreachable' ? newest : undefined;
    });
    const story = await get(`/api/calls/${call.legId}`);
    expect(story).toContain('"phrases":"try-later"');
    expect(stage.gateway.output()).not.toMatch(/314159265|271828182/);
    expect(await get('/metrics')).toContain('ringbro_directory_requests_total{outcome="failed"} 1');
  });

  it('lets the operator in by password, and writes down who did what', async () => {
    const answer = await fetch(`${stage.gateway.httpUrl}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'operator', password }),
    });
    expect(answer.status).toBe(201);
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { csrfToken } = (await answer.json()) as { csrfToken: string };
    const change = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${stage.gateway.httpUrl}/api/meetings`, { method: 'POST', headers, body: '{}' });
    const headers = { cookie, 'content-type': 'application/json' };
    expect((await change(headers)).status).toBe(403);
    expect((await change({ ...headers, 'x-csrf-token': csrfToken })).status).toBe(201);
    const audit = JSON.parse(await get('/api/audit?limit=2')) as { items: { actor: string }[] };
    expect(audit.items).toMatchObject([
      { actor: 'account operator', action: 'POST /api/meetings', status: 201 },
      { actor: 'account operator', action: 'POST /api/meetings', status: 403 },
    ]);
    expect((await fetch(`${stage.gateway.httpUrl}/metrics`, { headers: {} })).status).toBe(401);
  });

  it('sends after its death what it could not send before', async () => {
    const env = { RINGBRO_WEBHOOK_ALLOW: '127.0.0.0/8', RINGBRO_FIRST_MEETING: 'no' };
    const { livekit } = stage;
    const failing = await startWebhookReceiver();
    failing.status = 503;
    const first = await startGateway({ livekit, env });
    await first.api('POST', '/api/webhooks', { url: failing.url, events: ['meeting.created'] });
    for (const callId of ['123123123', '456456456'])
      await first.api('POST', '/api/meetings', { callId });
    await stage.until('the first attempt', async () => {
      const { body } = await first.api('GET', '/api/webhooks');
      const [webhook] = (body as { items: { state: string }[] }).items;
      return webhook?.state === 'failing' ? true : undefined;
    });
    await first.stop('SIGKILL');
    failing.status = 200;
    const second = await startGateway({ livekit, env, dataDir: first.dataDir });
    const got = await stage.until(
      'both messages',
      () => {
        const taken = failing.received.slice(1);
        return taken.length >= 2 ? taken : undefined;
      },
      45_000,
    );
    expect(got.map(({ body }) => /"callId":"(\d+)"/.exec(body)?.[1])).toEqual([
      '123123123',
      '456456456',
    ]);
    expect(got[0]?.headers['webhook-id']).toBe(failing.received[0]?.headers['webhook-id']);
    await second.forget();
    await failing.close();
  }, 90_000);
});
