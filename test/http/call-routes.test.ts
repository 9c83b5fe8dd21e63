import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { asCallId } from '../../src/call/identifiers.ts';
import { callRecord, endedRecord } from '../store/records.ts';
import { type HttpFixture, openHttpFixture } from './http-fixture.ts';

let http: HttpFixture;
const at = (text: string): number => Date.parse(`2026-03-01T${text}:00Z`);

beforeAll(async () => {
  http = await openHttpFixture();
  await threeCalls();
});
afterEach(() => http.reset());
afterAll(() => http.close());

/** The store follows the journal. */
const stored = async () => vi.waitUntil(() => http.store.journal.backlog() === 0);

interface CallPage {
  readonly items: readonly { readonly legId: string }[];
  readonly nextCursor: string | null;
}
const list = async (query = ''): Promise<CallPage> =>
  (await http.request('GET', `/api/calls${query}`)).json<CallPage>();
const legs = async (query: string): Promise<string[]> =>
  (await list(query)).items.map((item) => item.legId);

/** Three calls: one that ended, one that waits, one that is joined. */
async function threeCalls(): Promise<void> {
  const { journal } = http.store;
  const meeting = { callId: asCallId('123123123') };
  await journal.begin(callRecord('ended', { startedAt: at('08:00'), ...meeting }));
  await journal.begin(callRecord('waits', { startedAt: at('09:00'), state: 'waiting' }));
  await journal.begin(callRecord('talks', { startedAt: at('10:00'), state: 'joined', ...meeting }));
  await journal.end(
    endedRecord('ended', { startedAt: at('08:00'), endedAt: at('08:30'), ...meeting }),
  );
  await stored();
}

describe('GET /api/calls', () => {
  test('newest first, without timeline', async () => {
    const { items, nextCursor } = await list();
    expect(items.map((item) => item.legId)).toEqual(['talks', 'waits', 'ended']);
    expect(nextCursor).toBeNull();
    expect(items[2]).toEqual({
      legId: 'ended',
      sipCallId: 'sip-ended',
      nodeId: 'node-a',
      engine: 'embedded',
      direction: 'inbound',
      from: '+46•••••67',
      to: '+46480445511',
      callId: '123123123',
      room: null,
      state: 'ended',
      startedAt: '2026-03-01T08:00:00.000Z',
      answeredAt: '1970-01-01T00:00:01.500Z',
      joinedAt: null,
      endedAt: '2026-03-01T08:30:00.000Z',
      termination: { result: 'completed', reason: 'hung-up', by: 'caller' },
      codec: 'PCMA',
      encrypted: false,
      security: null,
      supportCode: null,
      muted: false,
      handRaised: false,
      onHold: false,
      desk: null,
      trunk: null,
      mos: null,
      name: null,
      role: null,
      identification: null,
      inviteeId: null,
      protectedIdentity: false,
      people: 1,
      video: false,
      interpreting: [],
    });
  });

  test.each([
    ['?state=live', ['talks', 'waits']],
    ['?state=waiting', ['waits']],
    ['?state=ended', ['ended']],
    ['?callId=123123123', ['talks', 'ended']],
    ['?result=completed', ['ended']],
    ['?result=failed', []],
    ['?from=2026-03-01T09:00:00Z', ['talks', 'waits']],
    ['?to=2026-03-01T09:00:00Z', ['ended']],
    ['?from=2026-03-01T09:30:00%2B01:00&to=2026-03-01T10:30:00%2B01:00', ['waits']],
    ['?state=live&callId=123123123', ['talks']],
  ])('%s finds %j', async (query, expected) => {
    expect(await legs(query)).toEqual(expected);
  });

  test('a page goes on where the one before ended, though a call came in between', async () => {
    const { journal } = http.store;
    const other = { callId: asCallId('555555555') };
    for (const leg of ['a', 'b', 'c']) await journal.begin(callRecord(leg, other));
    await stored();
    const first = await list('?callId=555555555&limit=2');
    await journal.begin(callRecord('later', { startedAt: 2_000, ...other }));
    await stored();
    const cursor = String(first.nextCursor);
    const second = await list(`?callId=555555555&limit=2&cursor=${cursor}`);
    expect([first, second].map((page) => page.items.map((item) => item.legId))).toEqual([
      ['c', 'b'],
      ['a'],
    ]);
    expect(second.nextCursor).toBeNull();
  });

  test.each([
    ['state=gone', 'state'],
    ['callId=12', 'callId'],
    ['from=yesterday', 'from'],
    ['to=2026-03-01T09:00:00', 'to'],
    ['result=fine', 'result'],
    ['limit=501', 'limit'],
    ['cursor=W10', 'cursor'],
    ['who=me', 'who'],
  ])('a wrong parameter is named: %s', async (query, parameter) => {
    const answer = await http.request('GET', `/api/calls?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request/invalid', errors: [{ parameter }] });
  });
});

describe('GET /api/calls/{legId}', () => {
  test('shows how the leg was protected, and what SRTP dropped', async () => {
    const { journal } = http.store;
    const security = { signalling: 'tls', media: 'srtp', suite: 'AEAD_AES_256_GCM' } as const;
    const up = { packets: 1, lost: 0, lossPct: 0, jitterMs: 0, mos: 4 };
    const rejected = { forged: 2, replayed: 1 };
    await journal.begin(callRecord('secure'));
    await journal.end(
      endedRecord('secure', {
        encrypted: true,
        security,
        quality: { up, down: undefined, rejected },
      }),
    );
    await stored();
    const answer = await http.request('GET', '/api/calls/secure');
    expect(answer.json()).toMatchObject({ encrypted: true, security, quality: { rejected } });
  });

  test('shows timeline and quality', async () => {
    const up = { packets: 100, lost: 1, lossPct: 1, jitterMs: 2.5, mos: 4.3 };
    const timeline = [
      { at: at('08:00'), event: 'arrived' },
      { at: at('08:30'), event: 'ended', fields: { reason: 'hung-up' } },
    ];
    const record = endedRecord('leg', { quality: { up, down: undefined }, timeline });
    await http.store.journal.begin(callRecord('leg'));
    await http.store.journal.end(record);
    await stored();
    const answer = await http.request('GET', '/api/calls/leg');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      legId: 'leg',
      quality: { up, down: null },
      timeline: [
        { at: '2026-03-01T08:00:00.000Z', event: 'arrived' },
        { at: '2026-03-01T08:30:00.000Z', event: 'ended', fields: { reason: 'hung-up' } },
      ],
    });
  });

  test('a live call is shown as it is now, ahead of the store', async () => {
    http.live = [callRecord('leg', { state: 'joined' })];
    const answer = await http.request('GET', '/api/calls/leg');
    expect(answer.json()).toMatchObject({ legId: 'leg', state: 'joined', quality: null });
  });

  test('an unknown leg is 404', async () => {
    const answer = await http.request('GET', '/api/calls/nobody');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'call/not-found' });
  });
});

describe.each(['admit', 'refuse', 'mute', 'unmute', 'hangup'])(
  'POST /api/calls/{legId}/%s',
  (action) => {
    const act = async () => http.request('POST', `/api/calls/leg/${action}`);

    test('is done to the live call', async () => {
      const answer = await act();
      expect(answer.statusCode).toBe(204);
      expect(answer.body).toBe('');
      expect(http.done).toEqual([`${action} leg`]);
    });

    test('a call in another state is 409', async () => {
      http.liveOutcome = 'wrong-state';
      const answer = await act();
      expect(answer.statusCode).toBe(409);
      expect(answer.json()).toMatchObject({ code: 'call/wrong-state' });
    });

    test('a call of a node that does not answer is 504', async () => {
      http.liveOutcome = 'unreachable';
      const answer = await act();
      expect(answer.statusCode).toBe(504);
      expect(answer.json()).toMatchObject({ code: 'call/node-unreachable' });
    });

    test('a call that is over is 409, one that never was 404', async () => {
      http.liveOutcome = 'not-found';
      const over = await http.request('POST', `/api/calls/ended/${action}`);
      expect(over.statusCode).toBe(409);
      const unknown = await http.request('POST', `/api/calls/nobody/${action}`);
      expect(unknown.statusCode).toBe(404);
    });
  },
);
