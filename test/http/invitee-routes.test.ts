import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callRecord } from '../store/records.ts';
import { type HttpFixture, openHttpFixture } from './http-fixture.ts';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture();
});
afterEach(() => http.reset());
afterAll(() => http.close());

const book = async (body: object = {}): Promise<string> =>
  (await http.request('POST', '/api/meetings', body)).json<{ callId: string }>().callId;
const invite = (callId: string, body: object = {}) =>
  http.request('POST', `/api/meetings/${callId}/invitees`, body);
interface Shown extends Record<string, unknown> {
  readonly inviteeId: string;
  readonly pin: string;
}

describe('an invitee', () => {
  test('gets a PIN and the defaults of the role', async () => {
    const callId = await book({ guestPin: '4711' });
    const answer = await invite(callId, { name: 'Karin Ek', role: 'interpreter' });
    expect(answer.statusCode).toBe(201);
    const shown = answer.json<Shown>();
    expect(answer.headers['location']).toBe(`/api/meetings/${callId}/invitees/${shown.inviteeId}`);
    expect(shown).toMatchObject({
      name: 'Karin Ek',
      role: 'interpreter',
      pin: expect.stringMatching(/^\d{4}$/) as string,
      seatKept: true,
      mayBeTwoLegs: false,
      slowKeys: false,
      protectedIdentity: false,
      phoneNumber: null,
    });
    expect((await invite(callId, { role: 'relay' })).json()).toMatchObject({ mayBeTwoLegs: true });
  });

  test('is listed with a masked number, and callers of the meeting are looked at anew', async () => {
    const callId = await book();
    http.done.length = 0;
    await invite(callId, { phoneNumber: '0046 70-123 45 67', pin: '471147' });
    expect(http.done).toEqual([`changed ${callId}`]);
    const answer = await http.request('GET', `/api/meetings/${callId}/invitees`);
    expect(answer.json()).toMatchObject({
      items: [{ pin: '471147', phoneNumber: '+46•••••67' }],
      nextCursor: null,
    });
    expect(answer.body).not.toContain('1234567');
  });

  test('with a protected identity is shown to nobody, by name or number', async () => {
    const callId = await book();
    const secret = { name: 'Karin Ek', phoneNumber: '+46701234567', protectedIdentity: true };
    expect((await invite(callId, secret)).json()).toMatchObject({
      name: null,
      phoneNumber: null,
      protectedIdentity: true,
    });
    const { body } = await http.request('GET', `/api/meetings/${callId}/invitees`);
    expect(body).not.toMatch(/Karin|67"/);
  });

  test('is changed field by field; null goes back to the default', async () => {
    const callId = await book();
    const { inviteeId, pin } = (
      await invite(callId, { name: 'Karin', slowKeys: true })
    ).json<Shown>();
    const path = `/api/meetings/${callId}/invitees/${inviteeId}`;
    const answer = await http.request('PATCH', path, { name: null, language: 'da' });
    expect(answer.json()).toMatchObject({ name: null, language: 'da', slowKeys: true, pin });
  });

  test('is removed once', async () => {
    const callId = await book();
    const { inviteeId } = (await invite(callId)).json<Shown>();
    const path = `/api/meetings/${callId}/invitees/${inviteeId}`;
    expect((await http.request('DELETE', path)).statusCode).toBe(204);
    const again = await http.request('DELETE', path);
    expect(again.json()).toMatchObject({ code: 'invitee/not-found' });
  });

  test.each([
    ['a PIN of another length', { pin: '12345' }, 'request/invalid'],
    ['the PIN of somebody else', { pin: '9898' }, 'invitee/pin-taken'],
    ['a national number', { phoneNumber: '0701234567' }, 'request/invalid'],
    ['a role that is none', { role: 'chair' }, 'request/invalid'],
    ['a field that is none', { title: 'Dr' }, 'request/invalid'],
  ])('is refused with %s', async (_what, body, code) => {
    const callId = await book({ hostPin: '9898' });
    expect((await invite(callId, body)).json()).toMatchObject({ code });
  });

  test('of no meeting is not found', async () => {
    expect((await invite('987654321')).json()).toMatchObject({ code: 'meeting/not-found' });
    const answer = await http.request('GET', '/api/meetings/987654321/invitees');
    expect(answer.statusCode).toBe(404);
  });

  test.each([{ guestPin: '123456' }, { hostPin: '471147' }, { guestPin: '1234' }])(
    'has a PIN that the meeting’s own can’t become: %o',
    async (changes) => {
      const callId = await book();
      await invite(callId, { pin: '471147' });
      await invite(callId, { pin: '123456' });
      const answer = await http.request('PATCH', `/api/meetings/${callId}`, changes);
      expect(answer.json()).toMatchObject({ code: 'request/invalid' });
    },
  );
});

describe('people at one phone', () => {
  test('are told to the call, one to a hundred', async () => {
    http.live = [callRecord('leg-1', { state: 'joined' })];
    const count = (n: number) => http.request('POST', '/api/calls/leg-1/people', { count: n });
    expect((await count(3)).statusCode).toBe(204);
    expect(http.done).toContain('people leg-1 3');
    expect((await count(0)).statusCode).toBe(400);
    expect((await count(101)).statusCode).toBe(400);
  });

  test('show in the call, with who it is', async () => {
    http.live = [
      callRecord('leg-1', {
        state: 'joined',
        details: {
          people: 3,
          role: 'interpreter',
          identification: 'personal PIN',
          name: 'Tolk 12345',
          interpreting: [{ startedAt: 0 }],
        },
      }),
    ];
    expect((await http.request('GET', '/api/calls/leg-1')).json()).toMatchObject({
      people: 3,
      role: 'interpreter',
      identification: 'personal PIN',
      name: 'Tolk 12345',
      protectedIdentity: false,
      interpreting: [{ startedAt: '1970-01-01T00:00:00.000Z', endedAt: null }],
    });
  });
});
