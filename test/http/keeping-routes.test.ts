/** Holds, numbers shown for a reason, export and erasure; and what is in the audit log and in no other. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import type { Scope } from '../../src/call/ports/access.ts';
import { callRecord, endedRecord } from '../store/records.ts';
import { type HttpFixture, type Method, openHttpFixture } from './http-fixture.ts';

const number = '+46701234567';
const reason = 'request 2026-17 of the person';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture();
});
afterAll(() => http.close());
beforeEach(() => http.reset());

let calls = 0;
async function called(given = number, more: Parameters<typeof endedRecord>[1] = {}) {
  calls += 1;
  const legId = asLegId(`leg-${calls}`);
  const about = { number: http.store.numbers.keep(given, legId) };
  await http.store.journal.begin(callRecord(legId, about));
  await http.store.journal.end(endedRecord(legId, { ...about, ...more }));
  await vi.waitUntil(() => http.store.journal.backlog() === 0);
  return legId;
}

const asKey = async (scopes: readonly Scope[], unit?: string) => {
  const made = await http.request('POST', '/api/keys', { name: 'test', scopes, unit });
  const { key } = made.json<{ key: string }>();
  return (method: Method, url: string, body: unknown) =>
    http.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });
};
const audited = async () =>
  (await http.request('GET', '/api/audit?limit=1')).json<{
    items: { action: string; target: string | null; reason: string | null }[];
  }>().items[0];

/** The whole number is in no log, and not in the audit log. */
async function nothingTold(): Promise<void> {
  const audit = await http.request('GET', '/api/audit?limit=500');
  expect(http.logged.join() + audit.body).not.toMatch(/701234567/);
}

describe('a whole number', () => {
  test('finds its calls, which are shown masked', async () => {
    await called('+46 70 999 88 77');
    const found = await http.request('GET', '/api/calls?number=%2B46709998877');
    expect(found.json()).toMatchObject({ items: [{ from: '+46•••••67' }] });
    expect(found.json<{ items: object[] }>().items).toHaveLength(1);
    expect(found.body).not.toMatch(/709998877|sealed|hash/);
  });

  test('is shown to an operator for a reason that is kept, and to who books not at all', async () => {
    const legId = await called();
    const url = `/api/calls/${legId}/reveal`;
    const operator = await asKey(['operator']);
    const booking = await asKey(['booking']);
    expect((await operator('POST', url, {})).statusCode).toBe(400);
    expect((await operator('POST', url, { reason })).json()).toMatchObject({ number });
    expect(await audited()).toMatchObject({ target: legId, reason });
    expect((await booking('POST', url, { reason })).json()).toMatchObject({ number: null });
    await nothingTold();
  });

  test('is in no other answer', async () => {
    const legId = await called();
    for (const url of [`/api/calls/${legId}`, '/api/calls', '/api/calls.csv'])
      expect((await http.request('GET', url)).body).not.toMatch(/701234567|sealed/);
  });
});

describe('a person', () => {
  const person = '+46731112233';

  test('gets all their calls, by whatever the trunk wrote', async () => {
    await called(person);
    await called('0731112233');
    const answer = await http.request('POST', '/api/persons/export', { number: person, reason });
    const body = answer.json<{ person: string; calls: object[]; complete: boolean }>();
    expect(body.calls).toHaveLength(2);
    expect(body.complete).toBe(true);
    expect(await audited()).toMatchObject({
      action: 'POST /api/persons/export',
      target: body.person,
      reason,
    });
    await nothingTold();
  });

  test('is erased, but not what is held; or not, for a reason that is kept', async () => {
    const held = await called('+46732223344');
    const gone = await called('+46732223344');
    await http.request('POST', '/api/holds', { legId: held, reason: 'case 12' });
    const ask = (more: object) =>
      http.request('POST', '/api/persons/erase', { number: '+46732223344', reason, ...more });

    const refused = await ask({ refuse: 'the record is a public document' });
    expect(refused.json()).toMatchObject({ erased: 0, refused: true });
    expect(await audited()).toMatchObject({
      action: 'POST /api/persons/erase',
      reason: `${reason}; refused: the record is a public document`,
    });
    expect((await http.request('GET', `/api/calls/${gone}`)).statusCode).toBe(200);

    const erased = await ask({});
    expect(erased.json()).toMatchObject({ erased: 1, held: 1, live: 0, refused: false });
    expect((await audited())?.target).toMatch(/^person \S{10}: erased 1, held 1, live 0$/);
    expect((await http.request('GET', `/api/calls/${gone}`)).statusCode).toBe(404);
    expect((await http.request('GET', `/api/calls/${held}`)).statusCode).toBe(200);
    await nothingTold();
  });

  test.each(['', 'anna', '+46•••••67'])('%j is no number', async (given) => {
    const body = { number: given, reason };
    for (const what of ['export', 'erase'])
      expect((await http.request('POST', `/api/persons/${what}`, body)).statusCode).toBe(400);
  });
});

describe('a hold', () => {
  test('is on one of a call, a meeting and a unit, and needs a reason', async () => {
    const hold = (body: object) => http.request('POST', '/api/holds', body);
    expect((await hold({ unit: 'court-1' })).statusCode).toBe(400);
    expect((await hold({ reason })).statusCode).toBe(400);
    expect((await hold({ reason, unit: 'court-1', callId: '123123123' })).statusCode).toBe(400);
    expect((await hold({ reason, legId: 'nobody' })).statusCode).toBe(404);
    const made = await hold({ reason, callId: '123123789' });
    expect(made.statusCode).toBe(201);
    const { holdId } = made.json<{ holdId: string }>();
    expect(await audited()).toMatchObject({ target: `${holdId} meeting ••••••789`, reason });
    const listed = (await http.request('GET', '/api/holds')).json<{ items: object[] }>();
    expect(listed.items).toContainEqual(
      expect.objectContaining({ holdId, kind: 'meeting', target: '123123789' }),
    );

    const lift = () => http.request('DELETE', `/api/holds/${holdId}`, { reason: 'case closed' });
    expect((await lift()).statusCode).toBe(204);
    expect(await audited()).toMatchObject({ target: holdId, reason: 'case closed' });
    expect((await lift()).json()).toMatchObject({ code: 'hold/not-found' });
  });
});

describe('a unit', () => {
  test('is that of the meeting, or of the key that books, which books for no other', async () => {
    const free = await http.request('POST', '/api/meetings', { unit: 'court-2' });
    expect(free.json()).toMatchObject({ unit: 'court-2' });
    const book = await asKey(['booking'], 'court-1');
    const booked = await book('POST', '/api/meetings', {});
    expect(booked.json()).toMatchObject({ unit: 'court-1' });
    const { callId } = booked.json<{ callId: string }>();
    expect((await book('POST', '/api/meetings', { unit: 'court-2' })).statusCode).toBe(403);
    const url = `/api/meetings/${callId}`;
    expect((await book('PATCH', url, { unit: 'court-2' })).statusCode).toBe(403);
    expect((await book('PATCH', url, { title: 'x' })).json()).toMatchObject({ unit: 'court-1' });
    expect((await http.store.meetings.byCallId(asCallId(callId)!))?.options.unit).toBe('court-1');
    expect((await http.request('POST', '/api/meetings', { unit: 'a b' })).statusCode).toBe(400);
  });
});

test('only people with admin may hold, export and erase', async () => {
  const ask = await asKey(['operator', 'booking', 'read-only']);
  for (const [method, url] of [
    ['POST', '/api/holds'],
    ['GET', '/api/holds'],
    ['DELETE', '/api/holds/x'],
    ['POST', '/api/persons/export'],
    ['POST', '/api/persons/erase'],
  ] as const)
    expect((await ask(method, url, { number, reason })).statusCode).toBe(403);
});
