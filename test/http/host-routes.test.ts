import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openHttpFixture, type HttpFixture } from './http-fixture.ts';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture();
});
afterEach(() => http.reset());
afterAll(() => http.close());

const book = async (fields: object = {}): Promise<string> => {
  const answer = await http.request('POST', '/api/meetings', fields);
  return answer.json<{ callId: string }>().callId;
};

describe('a host by the API', () => {
  test('has a fixed sentence told to one who waits, and no other words', async () => {
    const told = await http.request('POST', '/api/calls/leg/message', { message: 'wrong-day' });
    expect(told.statusCode).toBe(204);
    expect(http.done).toEqual(['message leg wrong-day']);
    const free = await http.request('POST', '/api/calls/leg/message', { message: 'come at once' });
    expect(free.statusCode).toBe(400);
  });

  test('moves a caller to a meeting that there is, and that is not over', async () => {
    const callId = await book();
    expect((await http.request('POST', '/api/calls/leg/move', { callId })).statusCode).toBe(204);
    expect(http.done).toContain(`move leg ${callId}`);
    const unknown = await http.request('POST', '/api/calls/leg/move', { callId: '100000000' });
    expect(unknown.json()).toMatchObject({ code: 'meeting/not-found' });
    const over = await book({ endsAt: '2020-01-01T00:00:00Z' });
    const late = await http.request('POST', '/api/calls/leg/move', { callId: over });
    expect(late.json()).toMatchObject({ code: 'meeting/over', status: 409 });
  });

  test('renames a caller in one line of text', async () => {
    const named = await http.request('POST', '/api/calls/leg/rename', { name: 'Anna' });
    expect(named.statusCode).toBe(204);
    expect(http.done).toEqual(['rename leg Anna']);
    for (const name of ['', 'two\nlines', 'x'.repeat(101)])
      expect((await http.request('POST', '/api/calls/leg/rename', { name })).statusCode).toBe(400);
  });

  test('gets a token for a side room alone, or has a phone put there', async () => {
    const browser = await http.request('POST', '/api/calls/leg/talk', {});
    expect(browser.json()).toEqual({
      room: 'side-room',
      url: 'wss://livekit.example.org',
      token: 'token-for-side-room',
    });
    const phone = await http.request('POST', '/api/calls/leg/talk', { host: 'chair' });
    expect(phone.json()).toEqual({ room: 'side-room', url: null, token: null });
    expect(http.done).toEqual(['talk leg side-room', 'talk chair side-room', 'talk leg side-room']);
    expect((await http.request('DELETE', '/api/calls/leg/talk')).statusCode).toBe(204);
    expect(http.done.at(-1)).toBe('end-talk leg');
  });

  test('mutes all phones of a meeting, and takes that back', async () => {
    const callId = await book();
    http.done.length = 0;
    expect((await http.request('POST', `/api/meetings/${callId}/mute-all`, {})).statusCode).toBe(
      204,
    );
    await http.request('POST', `/api/meetings/${callId}/mute-all`, { muted: false });
    expect(http.done).toEqual([`mute phones ${callId}`, `unmute phones ${callId}`]);
    const unknown = await http.request('POST', '/api/meetings/100000000/mute-all', {});
    expect(unknown.statusCode).toBe(404);
  });

  test.each([
    ['wrong-state', 409, 'call/wrong-state'],
    ['not-found', 404, 'call/not-found'],
    ['unreachable', 504, 'call/node-unreachable'],
  ] as const)('hears where a call is %s', async (outcome, status, code) => {
    http.liveOutcome = outcome;
    const answer = await http.request('POST', '/api/calls/leg/message', { message: 'wrong-day' });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({
      code,
    });
  });
});
