import { beforeEach, describe, expect, it } from 'vitest';
import type { SipRequest } from '../../../src/sip/message/sip-message.ts';
import { createRegisterDesk } from '../../../src/sip/drachtio/register-desk.ts';
import type { SrfRequest, SrfResponse } from '../../../src/sip/drachtio/drachtio-types.ts';
import type { FinalAnswer, Way } from '../../../src/sip/registrar/registrar.ts';
import { silentLog } from '../../support/media-calls.ts';

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

const registerText = (extra: readonly string[] = []): string =>
  [
    'REGISTER sip:meet.example.org SIP/2.0',
    'Via: SIP/2.0/TCP 192.0.2.7:5062;branch=z9hG4bK1',
    'From: <sip:room-12@meet.example.org>;tag=a',
    'To: <sip:room-12@meet.example.org>',
    'Call-ID: registration-1',
    'CSeq: 1 REGISTER',
    'Contact: <sip:room-12@192.0.2.7:5062;transport=tcp>',
    'Max-Forwards: 70',
    ...extra,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

let answer: FinalAnswer;
let asked: Way[];
let desk: ReturnType<typeof createRegisterDesk<string>>;
beforeEach(() => {
  answer = { status: 200, headers: [] };
  asked = [];
  const receive = async (_request: SipRequest, way: Way) => {
    asked.push(way);
    return answer;
  };
  desk = createRegisterDesk<string>({ receive }, silentLog);
});

const receive = (server: string, raw = registerText(), port = 40_123): Promise<Sent> =>
  new Promise((resolve) => {
    const sent: Sent[] = [];
    const request: SrfRequest = {
      method: 'REGISTER',
      uri: 'sip:meet.example.org',
      raw,
      body: undefined,
      source: 'network',
      source_address: '192.0.2.7',
      source_port: port,
      protocol: 'tcp',
      get socket(): never {
        throw new Error('nobody needs it');
      },
      get: () => undefined,
      on: () => undefined,
    };
    const response: SrfResponse = {
      finalResponseSent: false,
      send: (status, _reason, { headers }) => void sent.push({ status, headers }),
    };
    desk.receive(request, response, server, () => {
      const [only] = sent;
      if (only !== undefined && sent.length === 1) resolve(only);
    });
  });

const there = { transport: 'tcp', address: '192.0.2.7', port: 40_123 } as const;

describe('a REGISTER that drachtio-server passed on', () => {
  it('is the registrar’s to answer, who is told the way it came', async () => {
    expect(await receive('one')).toEqual({ status: 200, headers: {} });
    expect(asked).toEqual([
      {
        transport: 'tcp',
        remote: { address: '192.0.2.7', port: 40_123 },
        connectionId: undefined,
      },
    ]);
  });

  it('gets each of several challenges in a line of its own', async () => {
    const challenge = (value: string) => ({ name: 'WWW-Authenticate', value });
    answer = { status: 401, headers: [challenge('Digest a'), challenge('Digest b')] };
    expect(await receive('one')).toEqual({
      status: 401,
      headers: { 'WWW-Authenticate': 'Digest a\r\nWWW-Authenticate: Digest b' },
    });
  });

  it('that requires what we cannot do is refused, and the registrar not asked', async () => {
    const refused = await receive('one', registerText(['Require: outbound']));
    expect(refused).toEqual({ status: 420, headers: { Unsupported: 'outbound' } });
    expect(asked).toEqual([]);
  });

  it('that cannot be read is answered 400', async () => {
    expect((await receive('one', 'REGISTER sip:x SIP/2.0\r\nVia')).status).toBe(400);
  });
});

describe('a room system that registered', () => {
  it('is called through the drachtio-server that it came by last', async () => {
    await receive('one');
    expect(desk.serverTowards(there)).toBe('one');
    await receive('two');
    expect(desk.serverTowards(there)).toBe('two');
  });

  it('at another port, or not let in, is nobody that we know the way to', async () => {
    await receive('one', registerText(), 40_124);
    answer = { status: 401, headers: [] };
    await receive('one');
    expect(desk.serverTowards(there)).toBeUndefined();
  });
});
