import fastCheck from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HttpFixture, openHttpFixture } from './http-fixture.ts';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture();
});
afterEach(() => http.reset());
afterAll(() => http.close());

const book = async (body: object = {}): Promise<Record<string, unknown> & { callId: string }> =>
  (await http.request('POST', '/api/meetings', body)).json();

describe('POST /api/meetings', () => {
  test('an empty booking gets a call ID, a room and the defaults', async () => {
    const answer = await http.request('POST', '/api/meetings', {});
    expect(answer.statusCode).toBe(201);
    const meeting = answer.json<Record<string, unknown>>();
    expect(answer.headers['location']).toBe(`/api/meetings/${String(meeting['callId'])}`);
    expect(meeting).toMatchObject({
      callId: expect.stringMatching(/^[1-9]\d{8}$/) as string,
      room: expect.stringMatching(/^[\w-]{22}$/) as string,
      title: null,
      videoAddress: null,
      startsAt: null,
      timeZone: 'Europe/Stockholm',
      admission: 'open',
      afterHostLeaves: 'continue',
      maxParticipants: null,
      phonesAllowed: true,
      locked: false,
      joinUrl: `https://ringbro.example.org/join/${String(meeting['callId'])}`,
      hostUrl: null,
      dialIn: [
        { number: '+46480445511', language: 'sv' },
        { number: '+4589100000', language: 'da' },
      ],
      createdAt: expect.stringMatching(/^2026-03-01T08:.*Z$/) as string,
    });
  });

  test('a full booking comes back as it was given, times in UTC', async () => {
    const given = {
      callId: '123123123',
      room: 'sal-1',
      title: 'Sammanträde',
      videoAddress: 'sal1@meet.example.org',
      startsAt: '2026-03-01T10:00:00+01:00',
      endsAt: '2026-03-01T11:00:00+01:00',
      timeZone: 'Europe/Copenhagen',
      guestPin: '1234',
      hostPin: '4321',
      admission: 'lobby',
      afterHostLeaves: 'end',
      maxParticipants: 5,
      phonesAllowed: false,
      language: 'da',
    };
    const answer = await http.request('POST', '/api/meetings', given);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      ...given,
      startsAt: '2026-03-01T09:00:00.000Z',
      endsAt: '2026-03-01T10:00:00.000Z',
    });
  });

  test('invitations come in three languages with numbers and the ID', async () => {
    const meeting = await book({ callId: '123456789' });
    const invitation = meeting['invitation'] as Record<string, string>;
    expect(Object.keys(invitation)).toEqual(['sv', 'en', 'da']);
    for (const text of Object.values(invitation)) {
      expect(text).toContain('123 456 789');
      expect(text).toContain('+46480445511');
    }
  });

  test('with a video domain, a meeting without an address of its own has one', async () => {
    const other = await openHttpFixture({ videoDomain: 'meet.example.org' });
    const answer = await other.request('POST', '/api/meetings', { callId: '123456789' });
    expect(answer.json()).toMatchObject({ videoAddress: '123456789@meet.example.org' });
    await other.close();
  });

  test('each wrong field is named', async () => {
    const answer = await http.request('POST', '/api/meetings', {
      callId: '12345',
      title: 'two\nlines',
      startsAt: '2026-03-01T10:00:00',
      timeZone: 'Mars/Olympus',
      guestPin: '12a4',
      admission: 'closed',
      maxParticipants: 0,
      phonesAllowed: 'yes',
      'a/b': 1,
      colour: 'red',
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = answer.json<{ code: string; errors: { pointer: string }[] }>();
    expect(problem).toMatchObject({
      type: '/api/problems#request/invalid',
      code: 'request/invalid',
      status: 400,
    });
    expect(problem.errors.map((error) => error.pointer).sort()).toEqual([
      '#/admission',
      '#/a~1b',
      '#/callId',
      '#/colour',
      '#/guestPin',
      '#/maxParticipants',
      '#/phonesAllowed',
      '#/startsAt',
      '#/timeZone',
      '#/title',
    ]);
  });

  test.each([
    [{ startsAt: '2026-03-01T10:00:00Z', endsAt: '2026-03-01T10:00:00Z' }, '#/endsAt'],
    [{ guestPin: '1234', hostPin: '12345' }, '#/hostPin'],
    [{ guestPin: '1234', hostPin: '1234' }, '#/hostPin'],
  ])('fields that do not go together are refused: %j', async (body, pointer) => {
    const answer = await http.request('POST', '/api/meetings', body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request/invalid', errors: [{ pointer }] });
  });

  test.each([
    [{ callId: '123123123' }, '#/callId'],
    [{ room: 'sal-1' }, '#/room'],
    [{ videoAddress: 'SAL1@meet.example.org' }, '#/videoAddress'],
  ])('what another meeting has is refused: %j', async (body, pointer) => {
    await book({ callId: '123123123', room: 'sal-1', videoAddress: 'sal1@meet.example.org' });
    const answer = await http.request('POST', '/api/meetings', body);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'meeting/taken', errors: [{ pointer }] });
  });

  test('any JSON gives a meeting or a problem, never a fault', async () => {
    const field = fastCheck.oneof(
      fastCheck.jsonValue(),
      fastCheck.string({ unit: 'binary' }),
      fastCheck.constantFrom('lobby', '1234', '2026-03-01T10:00:00Z', 'a@b.c', 'UTC', 'sv', null),
    );
    const names = [
      ...['title', 'videoAddress', 'startsAt', 'endsAt', 'timeZone', 'guestPin', 'hostPin'],
      ...['admission', 'afterHostLeaves', 'maxParticipants', 'phonesAllowed', 'language', 'room'],
    ];
    const booking = fastCheck.dictionary(fastCheck.constantFrom(...names), field);
    const body = fastCheck.oneof(fastCheck.jsonValue(), booking);
    await fastCheck.assert(
      fastCheck.asyncProperty(body, async (value) => {
        const answer = await http.request('POST', '/api/meetings', value);
        if (answer.statusCode === 201) return;
        expect([400, 409]).toContain(answer.statusCode);
        expect(answer.headers['content-type']).toBe('application/problem+json');
      }),
      { numRuns: 200 },
    );
  }, 30_000);
});

describe('GET /api/meetings', () => {
  test('pages follow each other, newest first', async () => {
    for (const n of [1, 2, 3]) {
      http.clock.advance(1);
      await book({ callId: `10000000${n}` });
    }
    const read = async (query: string) => {
      const answer = await http.request('GET', `/api/meetings?limit=2${query}`);
      return answer.json<{ items: { callId: string }[]; nextCursor: string | null }>();
    };
    const ids = (page: Awaited<ReturnType<typeof read>>) =>
      page.items.map(({ callId }) => callId.at(-1));
    const first = await read('');
    expect(ids(first)).toEqual(['3', '2']);
    const second = await read(`&cursor=${String(first.nextCursor)}`);
    expect(ids(second)).toEqual(['1']);
    expect(second.nextCursor).toBeNull();
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=x', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['colour=red', 'colour'],
  ])('a wrong parameter is named: %s', async (query, parameter) => {
    const answer = await http.request('GET', `/api/meetings?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ errors: [{ parameter }] });
  });
});

describe('one meeting', () => {
  test('it is read, changed and deleted', async () => {
    const made = await book({ title: 'one', guestPin: '1234' });
    const url = `/api/meetings/${made.callId}`;
    expect((await http.request('GET', url)).json()).toEqual(made);

    const changed = await http.request('PATCH', url, { title: null, hostPin: '9999' });
    expect(changed.statusCode).toBe(200);
    expect(changed.json()).toMatchObject({ title: null, guestPin: '1234', hostPin: '9999' });

    expect((await http.request('DELETE', url)).statusCode).toBe(204);
    expect(http.done).toEqual([
      `changed ${made.callId}`,
      `over ${made.callId}`,
      `delete ${String(made['room'])}`,
    ]);
    expect((await http.request('GET', url)).statusCode).toBe(404);
  });

  test('null puts a field back to its default', async () => {
    const { callId } = await book({ admission: 'lobby', timeZone: 'UTC', phonesAllowed: false });
    const changes = { admission: null, timeZone: null, phonesAllowed: null };
    expect((await http.request('PATCH', `/api/meetings/${callId}`, changes)).json()).toMatchObject({
      admission: 'open',
      timeZone: 'Europe/Stockholm',
      phonesAllowed: true,
    });
  });

  test('options that a change does not name stay, and null puts one back to its default', async () => {
    const { callId } = await book({ encryption: 'required' });
    const url = `/api/meetings/${callId}`;
    const ended = await http.request('PATCH', url, { atEnd: 'end' });
    expect(ended.json()).toMatchObject({ encryption: 'required', atEnd: 'end' });
    await http.request('PATCH', url, { title: 'other' });
    const back = await http.request('PATCH', url, { encryption: null });
    expect(back.json()).toMatchObject({ encryption: 'optional', atEnd: 'end' });
    expect((await http.request('GET', url)).json()).toEqual(back.json());
  });

  test('a change is checked together with what stays', async () => {
    const { callId } = await book({ guestPin: '1234', startsAt: '2026-03-01T10:00:00Z' });
    const patch = async (body: object) => http.request('PATCH', `/api/meetings/${callId}`, body);
    expect((await patch({ hostPin: '123456' })).statusCode).toBe(400);
    expect((await patch({ endsAt: '2026-03-01T09:00:00Z' })).statusCode).toBe(400);
    expect((await patch({ callId: '123123123' })).statusCode).toBe(400);
    expect((await patch({})).statusCode).toBe(200);
  });

  test('an address that another meeting has is refused', async () => {
    await book({ videoAddress: 'a@example.org' });
    const { callId } = await book();
    const answer = await http.request('PATCH', `/api/meetings/${callId}`, {
      videoAddress: 'a@example.org',
    });
    expect(answer.statusCode).toBe(409);
  });

  test('a meeting is deleted even when the meeting server is down', async () => {
    const { callId } = await book();
    http.roomServerDown = true;
    expect((await http.request('DELETE', `/api/meetings/${callId}`)).statusCode).toBe(204);
  });

  test.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/lock'],
    ['POST', '/unlock'],
    ['POST', '/end'],
  ] as const)(
    '%s %s of a call ID that is not booked is 404, of no call ID 400',
    async (method, action) => {
      const body = method === 'PATCH' ? {} : undefined;
      const unknown = await http.request(method, `/api/meetings/987654321${action}`, body);
      expect(unknown.statusCode).toBe(404);
      expect(unknown.json()).toMatchObject({ code: 'meeting/not-found' });
      const wrong = await http.request(method, `/api/meetings/98765${action}`, body);
      expect(wrong.statusCode).toBe(400);
      expect(wrong.json()).toMatchObject({ errors: [{ parameter: 'callId' }] });
    },
  );
});

describe('a meeting that is on', () => {
  test('it is locked and unlocked', async () => {
    const { callId } = await book();
    const lock = await http.request('POST', `/api/meetings/${callId}/lock`);
    expect(lock.json()).toMatchObject({ callId, locked: true });
    const unlock = await http.request('POST', `/api/meetings/${callId}/unlock`);
    expect(unlock.json()).toMatchObject({ callId, locked: false });
    expect(http.done).toEqual([`changed ${callId} locked`, `changed ${callId}`]);
  });

  test('its end closes the room, gives it a new name and tells its callers', async () => {
    const meeting = await book();
    const ended = await http.request('POST', `/api/meetings/${meeting.callId}/end`);
    expect(ended.statusCode).toBe(200);
    expect(ended.json()).toMatchObject({ callId: meeting.callId });
    expect(ended.json<{ room: string }>().room).not.toBe(meeting['room']);
    expect(http.done).toEqual([`delete ${String(meeting['room'])}`, `over ${meeting.callId}`]);
  });

  test('it cannot be ended while the meeting server is down, and keeps its room', async () => {
    const meeting = await book();
    http.roomServerDown = true;
    const answer = await http.request('POST', `/api/meetings/${meeting.callId}/end`);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'service/livekit-unavailable' });
    const now = await http.request('GET', `/api/meetings/${meeting.callId}`);
    expect(now.json()).toMatchObject({ room: meeting['room'] });
  });
});
