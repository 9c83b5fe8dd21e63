import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { problems } from '../../src/http/problems.ts';
import { apiKey, type HttpFixture, openHttpFixture } from './http-fixture.ts';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture();
});
afterEach(() => http.reset());
afterAll(() => http.close());

const bearer = { authorization: `Bearer ${apiKey}` };
const json = { ...bearer, 'content-type': 'application/json' };

/** For those who are nobody yet. */
const openPaths = [
  '/health/live',
  '/health/ready',
  '/api/session',
  '/api/session/ways',
  '/api/session/service',
  '/api/session/service/return',
];

describe('the key', () => {
  test.each([
    ['no key', undefined],
    ['another key', 'Bearer key-of-the-tesu'],
    ['the beginning of the key', 'Bearer key-of-the'],
    ['another scheme', `Basic ${apiKey}`],
    ['an empty token', 'Bearer '],
  ])('%s is 401', async (_name, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    for (const url of ['/api/meetings', '/api/calls', '/api/meetings/123123123', '/%61pi/calls']) {
      const answer = await http.app.inject({ url, headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="ringbro"');
      expect(answer.json()).toMatchObject({ code: 'request/unauthorized' });
    }
  });

  test('the scheme is written in any case', async () => {
    const headers = { authorization: `bearer ${apiKey}` };
    expect((await http.app.inject({ url: '/api/calls', headers })).statusCode).toBe(200);
  });

  test('every route of the API asks for it, but for those that describe it', async () => {
    const document = await openapi();
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) {
        const isOpen = operations[method]?.security?.length === 0;
        const url = path.replace('{callId}', '123123123').replaceAll(/\{\w+\}/g, 'some');
        const answer = await http.app.inject({ method: method as 'GET', url });
        if (!isOpen) expect([method, path, answer.statusCode]).toEqual([method, path, 401]);
        else expect([path, openPaths.includes(path)]).toEqual([path, true]);
      }
    }
  });
});

describe('what the API does not take', () => {
  test.each([
    ['POST', '/api/meetings', { payload: '{"title":', headers: json }, 400, 'request/not-json'],
    ['POST', '/api/meetings', { payload: '', headers: json }, 400, 'request/not-json'],
    [
      'POST',
      '/api/meetings',
      { payload: '{"__proto__":{"x":1}}', headers: json },
      400,
      'request/not-json',
    ],
    [
      'POST',
      '/api/meetings',
      { payload: 'title=x', headers: { ...bearer, 'content-type': 'text/plain' } },
      415,
      'request/media-type',
    ],
    [
      'POST',
      '/api/meetings',
      { payload: `{"title":"${'x'.repeat(70_000)}"}`, headers: json },
      413,
      'request/too-large',
    ],
    ['POST', '/api/meetings', { headers: bearer }, 400, 'request/invalid'],
    ['GET', '/api/nothing', { headers: bearer }, 404, 'request/not-found'],
    ['GET', '/%ff', { headers: bearer }, 404, 'request/not-found'],
    ['PUT', '/api/meetings', { headers: bearer }, 405, 'request/method-not-allowed'],
    ['DELETE', '/api/calls/leg', { headers: bearer }, 405, 'request/method-not-allowed'],
    ['POST', '/join/123', {}, 405, 'request/method-not-allowed'],
  ] as const)('%s %s %j is %i %s', async (method, url, more, status, code) => {
    const answer = await http.app.inject({ method, url, ...more });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ status, code, type: `/api/problems#${code}` });
    expect(answer.statusCode).toBe(status);
  });

  test('405 says what is allowed', async () => {
    const answer = await http.request('PUT', '/api/meetings/123123123');
    expect(answer.headers['allow']).toBe('DELETE, GET, HEAD, PATCH');
  });
});

describe('faults', () => {
  test('a bug is 500 without its words, and they go to the log', async () => {
    const bug = () => Promise.reject(new Error('the words of the bug'));
    const other = await openHttpFixture({ calls: { list: bug, get: bug } });
    const answer = await other.request('GET', '/api/calls');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'service/fault' });
    expect(answer.body).not.toContain('the words of the bug');
    expect(other.logged.join()).toContain('request failed');
    await other.close();
  });

  test('a store that is closed is 503, and not ready', async () => {
    const other = await openHttpFixture();
    await other.store.close();
    const answer = await other.request('GET', '/api/meetings');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'service/store-unavailable' });
    const ready = await other.app.inject('/health/ready');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ checks: { store: 'down', sip: 'up' } });
    await other.close();
  });
});

describe('the log', () => {
  test('names routes and never a call ID, title, PIN or key', async () => {
    const booking = { callId: '123123123', title: 'Hemligt', guestPin: '86420' };
    await http.request('POST', '/api/meetings', booking);
    await http.request('GET', '/api/meetings/123123123');
    await http.request('GET', '/api/calls?callId=123123123');
    await http.request('POST', '/api/meetings/123123123/end');
    await http.request('GET', '/nothing/123123123');
    await http.request('POST', '/api/meetings', { ...booking, callId: 'x' });
    const log = http.logged.join('\n');
    expect(log).toContain('"route":"/api/meetings/:callId"');
    for (const secret of ['123123123', 'Hemligt', '86420', apiKey]) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('health', () => {
  test('live answers while the process does', async () => {
    const answer = await http.app.inject('/health/live');
    expect(answer.json()).toEqual({ status: 'live' });
  });

  test('ready when each part is up', async () => {
    const answer = await http.app.inject('/health/ready');
    expect(answer.statusCode).toBe(200);
    const checks = { store: 'up', sip: 'up', livekit: 'up' };
    expect(answer.json()).toEqual({ status: 'ready', checks });
  });

  test.each(['sip', 'livekit'] as const)('not ready without %s', async (part) => {
    http.health[part] = false;
    const answer = await http.app.inject('/health/ready');
    expect(answer.statusCode).toBe(503);
    const checks = { store: 'up', sip: 'up', livekit: 'up', [part]: 'down' };
    expect(answer.json()).toEqual({ status: 'not-ready', checks });
    http.health[part] = true;
  });

  test('ready with a trunk that is down, which is shown to those with a key', async () => {
    const trunk = (name: string, registered?: boolean, peer?: 'up' | 'down' | 'unknown') => ({
      name,
      registered,
      peer,
    });
    const other = await openHttpFixture({
      trunks: () => [
        trunk('plain'),
        trunk('lost', false, 'up'),
        trunk('silent', true, 'down'),
        trunk('fine', true, 'unknown'),
      ],
    });
    const nobody = await other.app.inject('/health/ready');
    expect(nobody.statusCode).toBe(200);
    expect(nobody.body).not.toContain('lost');
    const answer = await other.request('GET', '/health/ready');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      status: 'ready',
      trunks: { plain: 'unknown', lost: 'down', silent: 'down', fine: 'up' },
    });
    await other.close();
  });
});

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface Operation {
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly 'x-scopes'?: string | readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
}
const openapi = async (): Promise<OpenApi> =>
  (await http.app.inject('/api/openapi.json')).json<OpenApi>();

describe('the description', () => {
  test('lists every route with its answers', async () => {
    const document = await openapi();
    expect(document.openapi).toBe('3.1.0');
    const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    for (const route of [
      'DELETE /api/meetings/{callId}',
      'GET /api/calls.csv',
      'GET /api/events',
      'GET /health/ready',
      'POST /api/calls/{legId}/admit',
      'POST /api/keys',
    ])
      expect(routes).toContain(route);
    for (const operation of Object.values(document.paths).flatMap(Object.values<Operation>)) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses)).not.toEqual([]);
    }
  });

  // A route that says nothing is closed to all but the root key: it was forgotten, not decided.
  test('every route says whose keys may use it, or that it is open', async () => {
    const document = await openapi();
    const silent = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { security, ...rest }]) => security?.length !== 0 && !rest['x-scopes'])
        .map(([method]) => `${method} ${path}`),
    );
    expect(silent).toEqual([]);
  });

  test('every reference in it leads somewhere', async () => {
    const document = await openapi();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference,
    );
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      const name = reference?.replace('#/components/schemas/', '') ?? '';
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
  });

  test('the documentation page and all it loads come from this server', async () => {
    const page = await http.app.inject('/api/docs/');
    expect(page.statusCode).toBe(200);
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(loaded.length).toBeGreaterThan(3);
    for (const url of loaded) {
      const { origin, pathname } = new URL(url, 'http://here/api/docs/');
      expect(origin).toBe('http://here');
      expect([url, (await http.app.inject(pathname)).statusCode]).toEqual([url, 200]);
    }
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  });

  test('docs/api.md lists every problem, and no other', async () => {
    const text = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^\| (\d{3}) +\| `([a-z-]+\/[a-z-]+)`/gm)].map(
      ([, status, code]) => `${String(status)} ${String(code)}`,
    );
    const known = Object.entries(problems).map(([code, { status }]) => `${status} ${code}`);
    expect(listed.sort()).toEqual(known.sort());
  });
});

describe('the pages', () => {
  test('the welcome page says what this is and where things are', async () => {
    const page = await http.app.inject('/');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const text of ['/api/docs/', '/api/openapi.json', '/health/ready', '+46480445511']) {
      expect(page.body).toContain(text);
    }
    expect(page.body).not.toContain(apiKey);
  });

  test('each problem type leads to its description', async () => {
    const page = await http.app.inject('/api/problems');
    for (const code of Object.keys(problems)) expect(page.body).toContain(`id="${code}"`);
  });

  test('the join page is the same whether there is a meeting or not', async () => {
    const before = await http.app.inject('/join/123123123');
    await http.request('POST', '/api/meetings', { callId: '123123123' });
    const after = await http.app.inject('/join/123123123');
    expect(before.statusCode).toBe(200);
    expect(before.body).toContain('123 123 123');
    expect(after.body).toBe(before.body);
    expect((await http.app.inject('/join/12')).statusCode).toBe(404);
  });

  test('answers are kept by nobody', async () => {
    const answer = await http.request('GET', '/api/calls');
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
