import { beforeEach, describe, expect, it } from 'vitest';
import type {
  Binding,
  BindingChanges,
  RoomSystemSecret,
} from '../../../src/call/ports/room-systems.ts';
import { createRequest } from '../../../src/sip/message/build-message.ts';
import { parseNameAddr } from '../../../src/sip/message/name-addr.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../../src/sip/message/sip-message.ts';
import { answerChallenge } from '../../../src/sip/peers/digest-authentication.ts';
import { createRegistrar, type Registrar } from '../../../src/sip/registrar/registrar.ts';
import type { Flow } from '../../../src/sip/transaction/flow.ts';
import { digestSecret } from '../../../src/trunk/digest.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/media-calls.ts';

const domain = 'meet.example.org';
const user = 'room-12';
const address = `${user}@${domain}`;
const password = 'correct horse';
const credentials = { user, realm: domain, password };
const whole: RoomSystemSecret = {
  md5: digestSecret('MD5', credentials),
  sha256: digestSecret('SHA-256', credentials),
};
let secret = whole;
const flowFrom = (host = '192.0.2.7', port = 5062): Flow => ({
  transport: 'udp',
  local: { address: '192.0.2.1', port: 5060 },
  remote: { address: host, port },
  connectionId: undefined,
});

let clock: ReturnType<typeof createManualClock>;
let registrar: Registrar;
let changes: BindingChanges[];
let isDown: boolean;
let isLate: boolean;
let random: number;
beforeEach(() => {
  clock = createManualClock(Date.UTC(2026, 10, 22, 12));
  changes = [];
  secret = whole;
  isDown = isLate = false;
  random = 0;
  registrar = createRegistrar(
    {
      book: {
        secretOf: async (asked) => {
          if (isDown) throw new Error('store is down');
          return asked === address ? secret : undefined;
        },
        change: async (asked) => {
          if (isLate) return undefined;
          changes.push(asked);
          return asked.put;
        },
        bindings: async () => changes.at(-1)?.put ?? [],
      },
      domains: [domain],
      nodeId: 'one',
    },
    {
      clock,
      log: silentLog,
      random: (bytes) => new Uint8Array(bytes).fill(++random),
      failureLimits: { most: 3, windowMs: 60_000, maxAddresses: 10 },
    },
  );
});

let cseq = 0;
const register = (
  headers: readonly SipHeader[] = [{ name: 'Contact', value: `<sip:${user}@192.0.2.7:5062>` }],
  to = `<sip:${address}>`,
  requestUri = `sip:${domain}`,
): SipRequest =>
  createRequest({
    method: 'REGISTER',
    requestUri,
    from: parseNameAddr(`${to};tag=1`)!,
    to: parseNameAddr(to)!,
    sipCallId: 'reg-1',
    cseq: ++cseq,
    headers,
  });
const challenged = (answer: { status: number; headers: readonly SipHeader[] }): SipResponse => ({
  kind: 'response',
  status: answer.status,
  reason: '',
  headers: answer.headers,
  body: Buffer.alloc(0),
});
const answerWith = (
  request: SipRequest,
  answer: { status: number; headers: readonly SipHeader[] },
  by: { user: string; password: string } = { user, password },
): SipRequest => {
  const authorization = answerChallenge(request, challenged(answer), by, 'cnonce');
  return { ...request, headers: [...request.headers, authorization!] };
};
/** A REGISTER and, after the challenge, the same with credentials. */
const registered = async (request = register(), flow = flowFrom()) => {
  const first = await registrar.receive(request, flow);
  expect(first.status).toBe(401);
  return registrar.receive(answerWith(request, first), flow);
};
const valuesOf = (headers: readonly SipHeader[], name: string) =>
  headers.filter((each) => each.name === name).map(({ value }) => value);

describe('a registrar', () => {
  it('asks for digest with SHA-256 and MD5, and binds whoever knows the password', async () => {
    const request = register();
    const first = await registrar.receive(request, flowFrom());
    expect(first.status).toBe(401);
    expect(
      valuesOf(first.headers, 'WWW-Authenticate').map(
        (value) => /algorithm=([^,]+)/.exec(value)?.[1],
      ),
    ).toEqual(['SHA-256', 'MD5']);
    const answer = await registrar.receive(answerWith(request, first), flowFrom());
    expect(answer.status).toBe(200);
    expect(valuesOf(answer.headers, 'Contact')).toEqual([
      `<sip:${user}@192.0.2.7:5062>;expires=3600`,
    ]);
    expect(changes).toMatchObject([
      {
        address,
        put: [{ transport: 'udp', remoteAddress: '192.0.2.7', remotePort: 5062, nodeId: 'one' }],
      },
    ]);
  });

  it('asks old devices for MD5 alone, where nothing else is kept of their password', async () => {
    secret = { md5: secret.md5, sha256: undefined };
    const first = await registrar.receive(register(), flowFrom());
    expect(valuesOf(first.headers, 'WWW-Authenticate')).toEqual([
      expect.stringContaining('algorithm=MD5'),
    ]);
    expect((await registered()).status).toBe(200);
  });

  it('takes MD5 from those that know nothing better', async () => {
    const request = register();
    const first = await registrar.receive(request, flowFrom());
    const onlyMd5 = first.headers.filter(({ value }) => value.includes('MD5'));
    const again = answerWith(request, { status: 401, headers: onlyMd5 });
    expect((await registrar.receive(again, flowFrom())).status).toBe(200);
  });

  it('takes credentials once: played back they are stale, from elsewhere they are nothing', async () => {
    const request = register();
    const first = await registrar.receive(request, flowFrom());
    const good = answerWith(request, first);
    expect((await registrar.receive(good, flowFrom('192.0.2.99'))).status).toBe(401);
    expect((await registrar.receive(good, flowFrom())).status).toBe(200);
    const replay = await registrar.receive(good, flowFrom());
    expect(replay.status).toBe(401);
    expect(valuesOf(replay.headers, 'WWW-Authenticate')[0]).toContain('stale=true');
  });

  it('lets nobody register at the address of another, nor at one that is not there', async () => {
    for (const to of [`<sip:other@${domain}>`, `<sip:nobody@${domain}>`]) {
      const request = register(undefined, to);
      const first = await registrar.receive(request, flowFrom('192.0.2.50'));
      const answer = await registrar.receive(answerWith(request, first), flowFrom('192.0.2.50'));
      expect(answer.status).toBe(401);
    }
    expect(changes).toEqual([]);
  });

  it('shuts out an address after too many wrong passwords, and no other', async () => {
    const flow = flowFrom('192.0.2.66');
    for (let n = 0; n < 3; n++) {
      const request = register();
      const first = await registrar.receive(request, flow);
      const wrong = answerWith(request, first, { user, password: 'wrong' });
      expect((await registrar.receive(wrong, flow)).status).toBe(401);
    }
    expect((await registrar.receive(register(), flow)).status).toBe(403);
    expect((await registered()).status).toBe(200);
    await clock.advance(60_000);
    expect((await registrar.receive(register(), flow)).status).toBe(401);
  });

  it('refuses too short a time, and says which is long enough', async () => {
    const short = register([{ name: 'Contact', value: '<sip:a@192.0.2.7>;expires=30' }]);
    const answer = await registered(short);
    expect(answer.status).toBe(423);
    expect(valuesOf(answer.headers, 'Min-Expires')).toEqual(['60']);
    const long = register([
      { name: 'Contact', value: '<sip:a@192.0.2.7>' },
      { name: 'Expires', value: '86400' },
    ]);
    expect(valuesOf((await registered(long)).headers, 'Contact')[0]).toContain('expires=3600');
  });

  it.each([
    ['one Contact', { name: 'Contact', value: '<sip:a@192.0.2.7>;expires=0' }, ['sip:a@192.0.2.7']],
    ['all of them', { name: 'Contact', value: '*' }, 'all'],
  ] as const)('takes %s away', async (_, contact, drop) => {
    const expires = { name: 'Expires', value: '0' };
    expect((await registered(register([contact, expires]))).status).toBe(200);
    expect(changes).toMatchObject([{ put: [], drop }]);
  });

  it('tells without a Contact what is bound, and changes nothing', async () => {
    await registered();
    const answer = await registered(register([]));
    expect(valuesOf(answer.headers, 'Contact')).toHaveLength(1);
    expect(changes).toHaveLength(1);
  });

  it.each([
    ['another domain', 404, register([], `<sip:${user}@other.example>`)],
    ['another server', 404, register([], `<sip:${address}>`, 'sip:other.example')],
    ['no user', 404, register([], `<sip:${domain}>`)],
    ['a star among others', 400, register([{ name: 'Contact', value: '*, <sip:a@192.0.2.7>' }])],
    ['a star without Expires', 400, register([{ name: 'Contact', value: '*' }])],
    ['a Contact that is no SIP URI', 400, register([{ name: 'Contact', value: '<tel:112>' }])],
  ])('refuses %s with %i', async (_, status, request) => {
    expect((await registrar.receive(request, flowFrom())).status).toBe(status);
  });

  it('answers 500 to what came too late, and 503 where the store is down', async () => {
    isLate = true;
    expect((await registered()).status).toBe(500);
    const request = register();
    const first = await registrar.receive(request, flowFrom());
    isDown = true;
    const answer = await registrar.receive(answerWith(request, first), flowFrom());
    expect(answer.status).toBe(503);
    expect(valuesOf(answer.headers, 'Retry-After')).toEqual(['30']);
  });
});

describe('a call of a registered room system', () => {
  const invite = (from: string): SipRequest =>
    createRequest({
      method: 'INVITE',
      requestUri: `sip:123456789@${domain}`,
      from: parseNameAddr(`<sip:${from}>;tag=1`)!,
      to: parseNameAddr(`<sip:123456789@${domain}>`)!,
      sipCallId: 'call-1',
      cseq: 1,
      headers: [],
    });

  it('is known by its From and the way it comes, as long as the registration lasts', async () => {
    expect(registrar.callerOf(invite(address), flowFrom())).toBeUndefined();
    await registered();
    expect(registrar.callerOf(invite(address.toUpperCase()), flowFrom())).toBe(address);
    expect(registrar.callerOf(invite(`other@${domain}`), flowFrom())).toBeUndefined();
    expect(registrar.callerOf(invite(address), flowFrom('192.0.2.8'))).toBeUndefined();
    expect(registrar.callerOf(invite(address), flowFrom('192.0.2.7', 9))).toBeUndefined();
    await clock.advance(3_600_000);
    expect(registrar.callerOf(invite(address), flowFrom())).toBeUndefined();
  });

  it('is not known any more once it has taken its registration back', async () => {
    await registered();
    const all = [
      { name: 'Contact', value: '*' },
      { name: 'Expires', value: '0' },
    ];
    await registered(register(all));
    expect(registrar.callerOf(invite(address), flowFrom())).toBeUndefined();
  });

  it('is located where it registered', async () => {
    await registered();
    const found: Partial<Binding> = { remoteAddress: '192.0.2.7', remotePort: 5062 };
    expect(await registrar.locate(address)).toMatchObject(found);
  });
});
