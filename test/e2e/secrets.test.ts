/** A title, a PIN and a whole number go into a gateway; everything that comes out of it is looked through. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../webhooks/webhook-receiver.ts';
import { apiKey } from './support/gateway-process.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';

const key = { authorization: `Bearer ${apiKey}` };
const number = '+46701239876';
/** As they are sent; of the number, what is left of it however it is written. */
const secrets = /Förvaltningsrättens|86420975|701239876/;

/** Every byte of the data folder: database, journal. */
async function kept(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

describe('a gateway that is told secrets', () => {
  let stage: MeetingStage;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    stage = await createMeetingStage({
      RINGBRO_WEBHOOK_ALLOW: '127.0.0.0/8',
      RINGBRO_LOG_LEVEL: 'debug',
    });
  });
  afterAll(async () => {
    await stage.close();
    await receiver.close();
  });

  const api = async (method: string, path: string, body?: object) => {
    const { status, body: answer } = await stage.gateway.api(method, path, body);
    expect(status, `${method} ${path}`).toBeLessThan(300);
    return answer as Record<string, unknown>;
  };
  const get = async (path: string): Promise<string> =>
    (await fetch(`${stage.gateway.httpUrl}${path}`, { headers: key })).text();

  it('tells them in no log, metric, event, webhook, audit entry or list; the number for a reason', async () => {
    const stopping = new AbortController();
    const stream = await fetch(`${stage.gateway.httpUrl}/api/events`, {
      headers: key,
      signal: stopping.signal,
    });
    let events = '';
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of stream.body as AsyncIterable<Uint8Array>)
        events += decoder.decode(chunk, { stream: true });
    })().catch(() => undefined);
    await api('POST', '/api/webhooks', { url: receiver.url });

    const title = 'Förvaltningsrättens mål 17';
    const meeting = await stage.meeting({ title, guestPin: '86420975' });
    const phone = await stage.phone({ number });
    await phone.answer;
    await phone.press(meeting.callId);
    await phone.press('86420975');
    const joined = await stage.until(
      'the call to join',
      async () => (await stage.calls('joined'))[0],
    );
    const url = `/api/meetings/${meeting.callId}`;
    await api('PATCH', url, { title: `${title} b` });
    await api('POST', `${url}/lock`);
    const live = [await get('/api/calls?state=live'), await get(`/api/calls/${joined.legId}`)];
    await phone.close();
    await stage.until('its end', async () => (await stage.calls('ended'))[0]);

    const found = await get(`/api/calls?number=${encodeURIComponent(number)}`);
    expect(found).toContain(joined.legId);
    expect(await get('/api/calls?number=%2B46701239877')).not.toContain(joined.legId);
    expect(await kept(stage.gateway.dataDir)).not.toMatch(/86420975|701239876/);
    const reason = 'the caller asked';
    const reveal = `/api/calls/${joined.legId}/reveal`;
    expect(await api('POST', reveal, { reason })).toMatchObject({ number });
    expect(await api('POST', '/api/persons/export', { number, reason })).toMatchObject({
      calls: [{ legId: joined.legId }],
    });
    expect(await api('POST', '/api/persons/erase', { number, reason })).toMatchObject({
      erased: 1,
    });
    await api('DELETE', url);
    await stage.until('the last webhook', () =>
      receiver.received.some(({ body }) => body.includes('meeting.deleted')) ? true : undefined,
    );
    stopping.abort();

    const told = {
      events,
      webhooks: receiver.received.map(({ body }) => body).join('\n'),
      log: stage.gateway.output(),
      metrics: await get('/metrics'),
      audit: await get('/api/audit?limit=500'),
      calls: [...live, found, await get('/api/calls'), await get('/api/calls.csv')].join('\n'),
      health: await get('/health/ready'),
    };
    expect(told.log).toContain('"level":20');
    expect(told.events).toContain('meeting.created');
    for (const [where, text] of Object.entries(told)) expect(text, where).not.toMatch(secrets);
  });
});
