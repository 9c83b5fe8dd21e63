import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Binding, RoomSystem, RoomSystemSecret } from '../../src/call/ports/room-systems.ts';
import { digestSecret } from '../../src/trunk/digest.ts';
import { openHttpFixture, type HttpFixture } from './http-fixture.ts';

const address = 'room-12@meet.example.org';
const systems = new Map<string, { system: RoomSystem; secret: RoomSystemSecret }>();
let bindings: readonly Binding[] = [];
let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture({
    roomSystems: {
      book: {
        add: async (system, secret) => {
          if (systems.has(system.address)) return false;
          systems.set(system.address, { system, secret });
          return true;
        },
        list: async () => Array.from(systems.values(), ({ system }) => system),
        remove: async (removed) => systems.delete(removed),
        bindings: async () => bindings,
      },
      domains: ['meet.example.org'],
    },
  });
});
afterAll(() => http.close());

const add = (body: object) => http.request('POST', '/api/room-systems', body);

test('a room system is made with a password that is shown once and kept as hashes', async () => {
  const made = await add({ address: 'Room-12@Meet.Example.org', name: 'Room 12' });
  expect(made.statusCode).toBe(201);
  const body = made.json<{ password: string }>();
  expect(body).toMatchObject({ address, user: 'room-12', realm: 'meet.example.org' });
  expect(body.password.length).toBeGreaterThan(40);
  const credentials = { user: 'room-12', realm: 'meet.example.org', password: body.password };
  expect(systems.get(address)?.secret).toEqual({
    sha256: digestSecret('SHA-256', credentials),
    md5: digestSecret('MD5', credentials),
  });
  const list = await http.request('GET', '/api/room-systems');
  expect(list.body).not.toContain(body.password);
  expect(list.json<{ items: unknown[] }>().items).toMatchObject([
    { address, name: 'Room 12', registeredUntil: null },
  ]);
});

test('says until when it is registered', async () => {
  const expiresAt = Date.UTC(2026, 10, 22, 20);
  bindings = [
    {
      ...{ address, contact: 'sip:a@192.0.2.7', transport: 'udp', remoteAddress: '192.0.2.7' },
      ...{ remotePort: 5060, nodeId: 'one', sipCallId: '1', cseq: 1, expiresAt },
    },
  ];
  const list = await http.request('GET', '/api/room-systems');
  expect(list.json<{ items: { registeredUntil: string }[] }>().items[0]?.registeredUntil).toMatch(
    /^2026-11-22/,
  );
});

test.each([
  ['taken', { address }, 409, 'room-system/taken'],
  ['in a domain of others', { address: 'a@other.example' }, 400, 'request/invalid'],
  ['a call ID', { address: '123456789@meet.example.org' }, 400, 'request/invalid'],
  [
    'with a short password',
    { address: 'b@meet.example.org', password: 'short' },
    400,
    'request/invalid',
  ],
])('refuses an address that is %s', async (_, body, status, code) => {
  const response = await add(body);
  expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
});

test('a given password is not shown again, and MD5 alone can be asked for', async () => {
  const password = 'given by an operator'.replaceAll(' ', '-');
  const made = await add({ address: 'old@meet.example.org', password, digest: ['MD5'] });
  expect(made.json<{ password: null }>().password).toBeNull();
  expect(systems.get('old@meet.example.org')?.secret.sha256).toBeUndefined();
});

test('is removed once', async () => {
  const remove = () => http.request('DELETE', `/api/room-systems/${encodeURIComponent(address)}`);
  expect((await remove()).statusCode).toBe(204);
  expect((await remove()).json<{ code: string }>().code).toBe('room-system/not-found');
});
