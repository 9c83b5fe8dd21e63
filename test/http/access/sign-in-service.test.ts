/** Signing in by a real OpenID Connect provider, over TLS. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import Provider, { type Configuration } from 'oidc-provider';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SignInServiceSettings } from '../../../src/http/access/sign-in-service.ts';
import { createTestAuthority, type TestAuthority } from '../../support/certificates.ts';
import { type HttpFixture, openHttpFixture } from '../http-fixture.ts';

const publicUrl = 'https://ringbro.example.org';
const back = `${publicUrl}/api/session/service/return`;

let authority: TestAuthority;
let server: Server;
let issuer: string;
let http: HttpFixture;

const people: Record<string, Record<string, unknown>> = {
  anna: { email: 'Anna@example.org', email_verified: true },
  liar: { email: 'anna@example.org', email_verified: false },
  member: { preferred_username: 'bo', groups: ['service-desk'] },
};

beforeAll(async () => {
  authority = createTestAuthority();
  const { certificateFile, keyFile } = authority.issue(['DNS:localhost', 'IP:127.0.0.1']);
  setDefaultCACertificates([
    ...getCACertificates('default'),
    readFileSync(authority.authorityFile, 'utf8'),
  ]);
  // It says on the console that its sign-in pages are for tests: they are.
  for (const level of ['info', 'warn'] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
  server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
  const configuration: Configuration = {
    clients: [{ client_id: 'ringbro', client_secret: 'secret', redirect_uris: [back] }],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['preferred_username', 'groups'],
    },
    pkce: { required: () => true },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...people[accountId] }),
    }),
  };
  const provide = new Provider(issuer, configuration).callback();
  server.on('request', (request, response) => void provide(request, response));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  authority.remove();
  vi.restoreAllMocks();
});

const open = async (group?: string): Promise<void> => {
  const signInService: SignInServiceSettings = {
    issuer,
    clientId: 'ringbro',
    clientSecret: 'secret',
    group,
  };
  http = await openHttpFixture({ signInService });
};
beforeEach(() => open());
afterEach(() => http.close());

/** A browser as far as it is needed: it keeps cookies, and fills in the provider's forms. */
async function passProvider(location: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = location;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next?.startsWith(publicUrl) === true) return next.slice(publicUrl.length);
    const page = await answer.text();
    const [, action] = /action="([^"]+)"/.exec(page) ?? [];
    const [, prompt = ''] = /name="prompt" value="([^"]+)"/.exec(page) ?? [];
    form = next === null ? new URLSearchParams({ prompt, login, password: 'x' }) : undefined;
    url = new URL(next ?? action ?? '', url).href;
  }
  throw new Error('the provider led nowhere');
}

interface Begun {
  readonly location: string;
  readonly cookie: string;
}
async function begin(): Promise<Begun> {
  const answer = await http.app.inject('/api/session/service');
  expect(answer.statusCode).toBe(303);
  const cookie = String(answer.headers['set-cookie']);
  expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
  return { location: answer.headers.location ?? '', cookie: cookie.split(';')[0] ?? '' };
}

async function signIn(login: string): Promise<{ location: unknown; cookies: string }> {
  const { location, cookie } = await begin();
  const url = await passProvider(location, login);
  const answer = await http.app.inject({ url, headers: { cookie } });
  expect(answer.statusCode).toBe(303);
  return { location: answer.headers.location, cookies: String(answer.headers['set-cookie']) };
}

const newAccount = (name: string, password?: string) =>
  http.request('POST', '/api/accounts', { name, scopes: ['operator'], password: password ?? null });

test('one whose account was made under the verified address comes in, and is known ever after', async () => {
  await newAccount('anna@example.org');
  const { location, cookies } = await signIn('anna');
  expect(location).toBe('/operator');
  const [, cookie = ''] = /(__Host-ringbro-session=[\w-]+)/.exec(cookies) ?? [];
  const session = await http.app.inject({ url: '/api/session', headers: { cookie } });
  expect(session.json()).toMatchObject({ name: 'anna@example.org', hasPassword: false });
  const [account] = await http.store.access.accounts.list();
  expect(account?.subject).toBe(`${issuer} anna`);
  expect((await signIn('anna')).location).toBe('/operator');
});

test.each([
  ['has no account', 'anna', undefined],
  ['has an address that nobody verified', 'liar', 'anna@example.org'],
])('one who %s stays out', async (_name, login, account) => {
  if (account !== undefined) await newAccount(account);
  const { location, cookies } = await signIn(login);
  expect(location).toBe('/operator?problem=session%2Fnot-known');
  expect(cookies).not.toContain('session=');
});

test('an account with a password is not taken over by an address', async () => {
  await newAccount('anna@example.org', 'a long password');
  expect((await signIn('anna')).location).toBe('/operator?problem=session%2Fnot-known');
});

test('a member of the group gets an account, and others do not', async () => {
  await http.close();
  await open('service-desk');
  expect((await signIn('member')).location).toBe('/operator');
  expect(await http.store.access.accounts.list()).toMatchObject([
    { name: 'bo', scopes: ['operator', 'read-only'] },
  ]);
  expect((await signIn('anna')).location).toBe('/operator?problem=session%2Fnot-known');
});

test('what comes back counts only in the browser that began, once, and unchanged', async () => {
  await newAccount('anna@example.org');
  const failed = '/operator?problem=session%2Fsign-in-failed';
  const first = await begin();
  const other = await begin();
  const url = await passProvider(first.location, 'anna');
  const come = async (to: string, cookie?: string) =>
    (await http.app.inject({ url: to, headers: cookie === undefined ? {} : { cookie } })).headers
      .location;
  expect(await come(url)).toBe(failed);
  expect(await come(url, other.cookie)).toBe(failed);
  expect(await come(url, `${first.cookie}x`)).toBe(failed);
  expect(await come(url.replace(/code=[^&]+/, 'code=x'), first.cookie)).toBe(failed);
  const code = /code=([^&]+)/.exec(url)?.[1] ?? '';
  expect(http.logged.join()).toContain('sign-in did not go through');
  expect(http.logged.join()).not.toContain(code);
});

test('a service that is down is said to be, and asked again the next time', async () => {
  const dead = {
    issuer: 'https://localhost:1',
    clientId: 'x',
    clientSecret: 'y',
    group: undefined,
  };
  const other = await openHttpFixture({ signInService: dead });
  const answer = await other.app.inject('/api/session/service');
  expect(answer.headers.location).toBe('/operator?problem=session%2Fsign-in-failed');
  expect((await other.app.inject('/api/session/ways')).json()).toEqual({
    password: true,
    service: true,
  });
  await other.close();
});
