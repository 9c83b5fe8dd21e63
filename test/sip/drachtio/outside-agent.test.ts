import { describe, expect, test } from 'vitest';
import { createTokens } from '../../../src/sip/dialog/tokens.ts';
import type { DrachtioConnection } from '../../../src/sip/drachtio/drachtio-connection.ts';
import type { OutsidePlan } from '../../../src/sip/drachtio/own-requests.ts';
import { createOutsideAgent } from '../../../src/sip/drachtio/outside-agent.ts';
import { header } from '../../../src/sip/message/message-headers.ts';
import type { SipResponse } from '../../../src/sip/message/sip-message.ts';
import type { OutsideRequest } from '../../../src/sip/peers/outside-request.ts';

const register: OutsideRequest = {
  method: 'REGISTER',
  requestUri: 'sip:carrier.example',
  destination: { transport: 'udp', address: '2001:db8::7', port: 5060 },
  from: '<sip:4589100000@carrier.example>',
  to: '<sip:4589100000@carrier.example>',
  sipCallId: 'registration-1',
  cseq: 3,
  contactUser: '4589100000',
  headers: [{ name: 'Expires', value: '600' }],
};

const rawOf = (status: number, ...lines: readonly string[]): string =>
  [
    `SIP/2.0 ${status} Done`,
    'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1',
    'From: <sip:4589100000@carrier.example>;tag=1',
    'To: <sip:4589100000@carrier.example>;tag=2',
    'Call-ID: registration-1',
    'CSeq: 3 REGISTER',
    ...lines,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

const createStage = (raw: string | undefined, isConnected = true) => {
  const plans: OutsidePlan[] = [];
  const connection = {
    request: async (plan: OutsidePlan) => {
      plans.push(plan);
      return raw === undefined ? undefined : { status: 200, raw };
    },
  } as unknown as DrachtioConnection;
  const agent = createOutsideAgent({
    connected: () => (isConnected ? connection : undefined),
    tokens: createTokens((size) => new Uint8Array(size)),
  });
  return {
    plans,
    agent,
    request: (request: OutsideRequest): Promise<SipResponse | undefined> =>
      new Promise((resolve) => {
        agent.request(request, resolve);
      }),
  };
};

describe('a request outside any dialog', () => {
  test('goes to the server that was chosen, with what the response says brought back', async () => {
    const { request, plans } = createStage(rawOf(200, 'Expires: 300'));
    const response = await request(register);
    expect(response && header(response, 'Expires')).toBe('300');
    expect(plans[0]).toMatchObject({
      method: 'REGISTER',
      requestUri: 'sip:carrier.example',
      nextHop: 'sip:[2001:db8::7]:5060;transport=udp',
      headers: {
        To: register.to,
        'Call-ID': 'registration-1',
        CSeq: '3 REGISTER',
        Contact: '<sip:4589100000@localhost>',
        Expires: '600',
      },
    });
  });

  test('answers a challenge', async () => {
    const challenge: SipResponse = {
      kind: 'response',
      status: 401,
      reason: 'Unauthorized',
      headers: [{ name: 'WWW-Authenticate', value: 'Digest realm="carrier", nonce="n1"' }],
      body: Buffer.alloc(0),
    };
    const credentials = { user: 'user-1', password: 'hemligt' };
    const { request, plans } = createStage(rawOf(200));
    await request({ ...register, answering: { challenge, credentials } });
    expect(plans[0]?.headers?.['Authorization']).toContain('username="user-1"');
  });

  test('that answers a challenge that nobody here can answer is not sent', async () => {
    const challenge: SipResponse = {
      kind: 'response',
      status: 401,
      reason: 'Unauthorized',
      headers: [{ name: 'WWW-Authenticate', value: 'Bearer realm="carrier"' }],
      body: Buffer.alloc(0),
    };
    const credentials = { user: 'user-1', password: 'hemligt' };
    const { request, plans } = createStage(rawOf(200));
    expect(await request({ ...register, answering: { challenge, credentials } })).toBeUndefined();
    expect(plans).toEqual([]);
  });

  test.each([
    ['without an answer', undefined, true],
    ['with an answer that is no SIP', 'HTTP/1.1 200 OK\r\n\r\n', true],
    ['without a drachtio-server', rawOf(200), false],
  ])('%s has no response', async (_why, raw, isConnected) => {
    const { request } = createStage(raw, isConnected);
    expect(await request(register)).toBeUndefined();
  });
});

test('a way is kept open by OPTIONS: drachtio-server sends no bare line ends', () => {
  const { agent, plans } = createStage(rawOf(200));
  agent.keepAlive({ transport: 'tcp', address: '192.0.2.7', port: 5060 });
  expect(plans[0]).toMatchObject({
    method: 'OPTIONS',
    nextHop: 'sip:192.0.2.7:5060;transport=tcp',
    headers: { Contact: '<sip:ringbro@localhost;transport=tcp>' },
  });
});
