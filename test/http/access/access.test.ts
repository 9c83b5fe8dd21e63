/** Who may do what: keys and their scopes, accounts and their sessions, the audit log. */
import type { LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asCallId } from '../../../src/call/identifiers.ts';
import { makeFirstAccount } from '../../../src/http/access/first-account.ts';
import { callRecord } from '../../store/records.ts';
import { cheapPasswords, type HttpFixture, type Method, openHttpFixture } from '../http-fixture.ts';

const password = 'a long password';
let http: HttpFixture;
beforeEach(async () => {
  http = await openHttpFixture();
  await makeFirstAccount(http.store.access.accounts, cheapPasswords, http.clock, () =>
    Promise.resolve(password),
  );
});
afterEach(() => http.close());

interface Caller {
  readonly authorization?: string;
  readonly cookie?: string;
  readonly 'x-csrf-token'?: string;
  readonly origin?: string;
}

const ask = (
  caller: Caller,
  method: Method,
  url: string,
  body?: unknown,
): Promise<LightMyRequestResponse> =>
  http.app.inject({
    method,
    url,
    headers: { ...caller, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });

const cookieOf = (answer: LightMyRequestResponse): string =>
  String(answer.headers['set-cookie']).split(';')[0] ?? '';

async function signIn(
  name = 'operator',
  given = password,
): Promise<Required<Pick<Caller, 'cookie' | 'x-csrf-token'>>> {
  const answer = await ask({}, 'POST', '/api/session', { name, password: given });
  expect(answer.statusCode).toBe(201);
  return {
    cookie: cookieOf(answer),
    'x-csrf-token': answer.json<{ csrfToken: string }>().csrfToken,
  };
}

async function newKey(
  scopes: readonly string[],
  more: object = {},
): Promise<{ caller: Caller; keyId: string }> {
  const answer = await http.request('POST', '/api/keys', { name: 'test', scopes, ...more });
  expect(answer.statusCode).toBe(201);
  const { key, keyId } = answer.json<{ key: string; keyId: string }>();
  return { caller: { authorization: `Bearer ${key}` }, keyId };
}

describe('keys', () => {
  const meetings = ['GET', '/api/meetings'] as const;
  const calls = ['GET', '/api/calls'] as const;
  const hangUp = ['POST', '/api/calls/leg/hangup'] as const;
  const admit = ['POST', '/api/calls/leg/admit'] as const;
  const keys = ['GET', '/api/keys'] as const;

  test.each([
    ['booking', [meetings, calls, admit, hangUp], [keys]],
    ['operator', [calls, hangUp], [meetings, admit, keys]],
    ['read-only', [calls], [meetings, admit, hangUp, keys]],
  ] as const)('%s opens what it says and no more', async (scope, open, closed) => {
    const { caller } = await newKey([scope]);
    for (const [method, url] of open)
      expect([url, (await ask(caller, method, url)).statusCode]).not.toEqual([url, 403]);
    for (const [method, url] of closed) {
      const answer = await ask(caller, method, url);
      expect([url, answer.json()]).toMatchObject([url, { code: 'request/forbidden' }]);
    }
  });

  test('admin is not for keys', async () => {
    const answer = await http.request('POST', '/api/keys', { name: 'test', scopes: ['admin'] });
    expect(answer.statusCode).toBe(400);
  });

  test('a key is shown once, and is not in the store', async () => {
    const { caller } = await newKey(['booking']);
    const secret = caller.authorization?.slice('Bearer '.length) ?? '';
    expect((await http.request('GET', '/api/keys')).body).not.toContain(secret);
    expect(await http.store.access.keys.byHash(secret)).toBeUndefined();
  });

  test('a key that is revoked or over opens nothing, at once', async () => {
    const revoked = await newKey(['booking']);
    const short = await newKey(['booking'], { expiresAt: '2026-03-01T08:01:00Z' });
    expect((await ask(short.caller, ...meetings)).statusCode).toBe(200);
    expect((await http.request('DELETE', `/api/keys/${revoked.keyId}`)).statusCode).toBe(204);
    expect((await http.request('DELETE', `/api/keys/${revoked.keyId}`)).statusCode).toBe(404);
    http.clock.advance(60_000);
    expect((await ask(revoked.caller, ...meetings)).statusCode).toBe(401);
    expect((await ask(short.caller, ...meetings)).statusCode).toBe(401);
  });

  test('when a key was used last is known to the minute', async () => {
    const { caller } = await newKey(['booking']);
    await ask(caller, ...meetings);
    http.clock.advance(30_000);
    await ask(caller, ...meetings);
    const listed = (await http.request('GET', '/api/keys')).json<{ items: object[] }>();
    expect(listed.items).toMatchObject([{ lastUsedAt: '2026-03-01T08:00:00.000Z' }]);
  });
});

describe('sessions', () => {
  test('a cookie that no script reads and no other site sends', async () => {
    const answer = await ask({}, 'POST', '/api/session', { name: 'Operator', password });
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-ringbro-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(answer.json()).toMatchObject({ name: 'operator', hasPassword: true });
  });

  test('opens what the scopes of the account say, until it is over', async () => {
    const caller = await signIn();
    expect((await ask(caller, 'GET', '/api/keys')).statusCode).toBe(200);
    expect((await ask(caller, 'DELETE', '/api/session')).statusCode).toBe(204);
    expect((await ask(caller, 'GET', '/api/keys')).statusCode).toBe(401);
  });

  test('an account of a unit books for that unit alone, and the audit log says so', async () => {
    const made = await http.request('POST', '/api/accounts', {
      name: 'karin',
      scopes: ['booking', 'admin'],
      password,
      unit: 'court-1',
    });
    expect(made.json()).toMatchObject({ unit: 'court-1' });
    const karin = await signIn('karin');
    const booked = await ask(karin, 'POST', '/api/meetings', {});
    expect(booked.json()).toMatchObject({ unit: 'court-1' });
    expect((await ask(karin, 'POST', '/api/meetings', { unit: 'court-2' })).statusCode).toBe(403);
    const [entry] = await http.store.access.audit.list({ limit: 1 });
    expect(entry).toMatchObject({ actor: 'account karin', unit: 'court-1' });
  });

  test('ends after half an hour unused, and after half a day in any case', async () => {
    const idle = await signIn();
    http.clock.advance(31 * 60_000);
    expect((await ask(idle, 'GET', '/api/session')).statusCode).toBe(401);
    let busy = await signIn();
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      const answer = await ask(busy, 'GET', '/api/session');
      expect(answer.statusCode).toBe(200);
      if (answer.headers['set-cookie'] !== undefined) busy = { ...busy, cookie: cookieOf(answer) };
      expect((await ask(busy, 'POST', '/api/session/use')).statusCode).toBe(200);
      http.clock.advance(20 * 60_000);
    }
    http.clock.advance(1);
    expect((await ask(busy, 'GET', '/api/session')).statusCode).toBe(401);
  });

  test('an open page that only reads is no use of it: what changes something is', async () => {
    let caller = await signIn();
    const read = async (): Promise<LightMyRequestResponse> => {
      const answer = await ask(caller, 'GET', '/api/session');
      if (answer.headers['set-cookie'] !== undefined)
        caller = { ...caller, cookie: cookieOf(answer) };
      return answer;
    };
    http.clock.advance(20 * 60_000);
    expect((await read()).json()).toMatchObject({ idleInS: 10 * 60, idleLimitS: 30 * 60 });
    const used = await ask(caller, 'POST', '/api/session/use');
    expect(used.json()).toMatchObject({ idleInS: 30 * 60 });
    http.clock.advance(20 * 60_000);
    expect((await read()).statusCode).toBe(200);
    http.clock.advance(11 * 60_000);
    expect((await read()).statusCode).toBe(401);
    const forged = await ask({ cookie: (await signIn()).cookie }, 'POST', '/api/session/use');
    expect(forged.statusCode).toBe(403);
  });

  test('the cookie is changed each quarter of an hour, and the old one is soon worth nothing', async () => {
    const before = await signIn();
    http.clock.advance(16 * 60_000);
    const answer = await ask(before, 'GET', '/api/session');
    const after = { cookie: cookieOf(answer) };
    expect(after.cookie).not.toBe(before.cookie);
    expect((await ask(before, 'GET', '/api/session')).statusCode).toBe(200);
    http.clock.advance(31_000);
    expect((await ask(before, 'GET', '/api/session')).statusCode).toBe(401);
    expect((await ask(after, 'GET', '/api/session')).statusCode).toBe(200);
  });

  test.each([
    ['without the token', { 'x-csrf-token': '' }],
    ['with another token', { 'x-csrf-token': 'x'.repeat(43) }],
    ['from another site', { origin: 'https://evil.example.org' }],
    ['from a page without an origin', { origin: 'null' }],
  ])('a change %s is refused', async (_name, changed) => {
    const caller = { ...(await signIn()), ...changed };
    const answer = await ask(caller, 'POST', '/api/calls/leg/mute');
    expect(answer.json()).toMatchObject({ status: 403, code: 'request/forged' });
    expect(http.done).toEqual([]);
  });

  test('a change from our own page is done', async () => {
    const caller = { ...(await signIn()), origin: 'https://ringbro.example.org' };
    expect((await ask(caller, 'POST', '/api/calls/leg/mute')).statusCode).toBe(204);
  });

  test('a wrong key is not helped by a cookie', async () => {
    const caller = { ...(await signIn()), authorization: 'Bearer wrong' };
    expect((await ask(caller, 'GET', '/api/keys')).statusCode).toBe(401);
  });

  test('wrong passwords are refused alike, whoever it is, and then not looked at', async () => {
    const tries = async (name: string, given: string) =>
      ask({}, 'POST', '/api/session', { name, password: given });
    expect((await tries('nobody', 'x')).json()).toEqual((await tries('operator', 'x')).json());
    for (let n = 0; n < 4; n += 1) await tries('operator', 'x');
    const answer = await tries('operator', password);
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBe(900);
    http.clock.advance(15 * 60_000 + 1);
    expect((await tries('operator', password)).statusCode).toBe(201);
  });

  test('a new password ends all other sessions', async () => {
    const [one, other] = [await signIn(), await signIn()];
    const wrong = { current: 'x', password: 'another long one' };
    expect((await ask(one, 'PUT', '/api/session/password', wrong)).statusCode).toBe(401);
    const changed = { current: password, password: 'another long one' };
    const answer = await ask(one, 'PUT', '/api/session/password', changed);
    expect(answer.statusCode).toBe(200);
    expect((await ask(other, 'GET', '/api/session')).statusCode).toBe(401);
    expect((await ask({ cookie: cookieOf(answer) }, 'GET', '/api/session')).statusCode).toBe(200);
    await signIn('operator', 'another long one');
  });
});

describe('accounts', () => {
  test('each person has a name of their own', async () => {
    const anna = { name: 'Anna@example.org', scopes: ['operator'], password };
    const made = await http.request('POST', '/api/accounts', anna);
    expect(made.json()).toMatchObject({ name: 'anna@example.org', hasPassword: true });
    expect(made.body).not.toContain(password);
    const again = await http.request('POST', '/api/accounts', anna);
    expect(again.json()).toMatchObject({ status: 409, code: 'account/taken' });
    const caller = await signIn('ANNA@example.org');
    expect((await ask(caller, 'GET', '/api/accounts')).statusCode).toBe(403);
  });

  test('one who is disabled is out at once', async () => {
    const made = await http.request('POST', '/api/accounts', {
      name: 'bo',
      scopes: ['operator'],
      password,
    });
    const { accountId } = made.json<{ accountId: string }>();
    const caller = await signIn('bo');
    await http.request('PATCH', `/api/accounts/${accountId}`, { disabled: true });
    expect((await ask(caller, 'GET', '/api/session')).statusCode).toBe(401);
    const again = await ask({}, 'POST', '/api/session', { name: 'bo', password });
    expect(again.statusCode).toBe(401);
  });

  test('the last who may make accounts stays', async () => {
    const [first] = await http.store.access.accounts.list();
    const url = `/api/accounts/${first?.accountId ?? ''}`;
    for (const change of [{ disabled: true }, { scopes: ['operator'] }]) {
      const answer = await http.request('PATCH', url, change);
      expect(answer.json()).toMatchObject({ status: 409, code: 'account/last-admin' });
    }
  });

  test('the first account is made once, and only then is a password made', async () => {
    const { accounts } = http.store.access;
    const made = await makeFirstAccount(accounts, cheapPasswords, http.clock, () =>
      Promise.reject(new Error('not asked for')),
    );
    expect(made).toBe(false);
  });
});

describe('what is masked', () => {
  test('call IDs are whole for those who book, and shown to others for a reason that is kept', async () => {
    const callId = asCallId('123123789');
    http.live = [callRecord('leg', { state: 'joined', callId })];
    const { caller } = await newKey(['operator']);
    const shown = await ask(caller, 'GET', '/api/calls/leg');
    expect(shown.json()).toMatchObject({ callId: '••••••789' });
    expect(shown.body).not.toContain('123123789');
    expect((await http.request('GET', '/api/calls/leg')).json()).toMatchObject({ callId });
    expect((await ask(caller, 'POST', '/api/calls/leg/reveal', {})).statusCode).toBe(400);
    const reason = 'caller cannot get in';
    const revealed = await ask(caller, 'POST', '/api/calls/leg/reveal', { reason });
    expect(revealed.json()).toEqual({ callId, number: null });
    const audit = (await http.request('GET', '/api/audit?target=leg')).json<{ items: object[] }>();
    expect(audit.items[0]).toMatchObject({ actor: 'key test', status: 200, reason });
  });
});

describe('the audit log', () => {
  test('tells who did what, with what answer, and no call ID, title or password', async () => {
    await http.request('POST', '/api/meetings', { callId: '123123789', title: 'Hemligt' });
    await http.request('POST', '/api/meetings/123123789/lock');
    const caller = await signIn();
    await ask(caller, 'POST', '/api/calls/leg/mute');
    await ask({}, 'POST', '/api/session', { name: password, password: 'x' });
    await ask({}, 'POST', '/api/calls/leg/mute');
    const log = await http.request('GET', '/api/audit');
    const items = log.json<{ items: Record<string, unknown>[] }>().items.toReversed();
    expect(
      items.map(({ actor, action, target, status }) => [actor, action, target, status]),
    ).toEqual([
      ['root key', 'POST /api/meetings', null, 201],
      ['root key', 'POST /api/meetings/:callId/lock', 'meeting ••••••789', 200],
      ['account operator', 'session.begin', null, 201],
      ['account operator', 'POST /api/calls/:legId/mute', 'leg', 204],
      ['nobody', 'session.begin', null, 401],
    ]);
    for (const secret of ['123123789', 'Hemligt', password]) expect(log.body).not.toContain(secret);
  });

  test('a store that is down does not keep anybody from helping a caller', async () => {
    await http.store.close();
    const answer = await http.request('POST', '/api/calls/leg/mute');
    expect(answer.statusCode).toBe(204);
    expect(http.logged.join()).toContain('audit entry was not written');
  });
});
