import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asLegId } from '../../src/call/identifiers.ts';
import type { DialOutPort } from '../../src/http/ports.ts';
import { openHttpFixture, type HttpFixture } from './http-fixture.ts';

type Answer = Awaited<ReturnType<DialOutPort>>;
const asked: unknown[] = [];
let answer: Answer = { done: true, legId: asLegId('out-1') };
let http: HttpFixture;

beforeAll(async () => {
  http = await openHttpFixture({
    dialOut: async (callId, request) => {
      asked.push({ callId, ...request });
      return answer;
    },
  });
});
afterAll(() => http.close());

const dialOut = (body: unknown) => http.request('POST', '/api/meetings/123456789/dial-out', body);

describe('POST /api/meetings/{callId}/dial-out', () => {
  test('answers 202 with the call that is on its way', async () => {
    const response = await dialOut({ to: '+46701234567', name: 'Eva', language: 'da' });
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({ legId: 'out-1' });
    expect(response.headers.location).toBe('/api/calls/out-1');
    expect(asked).toEqual([
      {
        callId: '123456789',
        to: '+46701234567',
        name: 'Eva',
        language: 'da',
        trunk: undefined,
      },
    ]);
  });

  test.each([
    ['off', 403, 'dial-out/off'],
    ['number-not-allowed', 403, 'dial-out/not-allowed'],
    ['too-many', 429, 'dial-out/too-many'],
    ['no-trunk', 409, 'dial-out/no-way'],
    ['busy', 409, 'dial-out/no-way'],
    ['node-silent', 503, 'dial-out/node-silent'],
    ['meeting-over', 409, 'meeting/over'],
    ['not-found', 404, 'meeting/not-found'],
    ['not-a-number', 400, 'request/invalid'],
  ] as const)('says why where the answer is %s', async (reason, status, code) => {
    answer = { done: false, reason };
    const response = await dialOut({ to: '+46701234567' });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
  });

  test('is off where nothing is configured, whoever asks', async () => {
    const bare = await openHttpFixture();
    const response = await bare.request('POST', '/api/meetings/123456789/dial-out', {
      to: '+46701234567',
    });
    expect(response.json<{ code: string }>().code).toBe('dial-out/off');
    await bare.close();
  });

  test('takes no fields that it does not know', async () => {
    expect((await dialOut({ to: '+46701234567', title: 'x' })).statusCode).toBe(400);
  });
});
