import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../src/sip/message/parse-message.ts';
import { createResponse } from '../../../src/sip/message/build-message.ts';
import { cseq, topVia } from '../../../src/sip/message/message-headers.ts';
import type { SipMessage, SipRequest } from '../../../src/sip/message/sip-message.ts';
import type { Flow } from '../../../src/sip/transaction/flow.ts';
import {
  createTransactionLayer,
  type LayerOutput,
  type TransactionLayer,
} from '../../../src/sip/transaction/transaction-layer.ts';

const flow: Flow = {
  transport: 'udp',
  local: { address: '10.0.0.1', port: 5060 },
  remote: { address: '10.0.0.2', port: 40_000 },
  connectionId: undefined,
};

const create = (maxServerTransactions = 100): TransactionLayer => {
  let branches = 0;
  const newBranch = (): string => `b${++branches}`;
  return createTransactionLayer({ newBranch, maxServerTransactions });
};

const message = (method: string, via: string, extra: { to?: string; cseq?: string } = {}) => {
  const { to = '<sip:a@example.org>', cseq: seq = '1' } = extra;
  const parsed = parseMessage(
    Buffer.from(
      [
        `${method} sip:a@example.org SIP/2.0`,
        `Via: ${via}`,
        'From: <sip:b@example.org>;tag=b',
        `To: ${to}`,
        'Call-ID: c',
        `CSeq: ${seq} ${method}`,
        '',
        '',
      ].join('\r\n'),
    ),
  );
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('not a request');
  return parsed.message;
};

const received = (layer: TransactionLayer, received: SipMessage): readonly LayerOutput[] =>
  layer.handle(0, { type: 'received', message: received, flow });
const types = (outputs: readonly LayerOutput[]): readonly string[] =>
  outputs.map((output) =>
    output.type === 'send' && output.message.kind === 'response'
      ? `send ${output.message.status}`
      : output.type,
  );
const keyIn = (outputs: readonly LayerOutput[]): string => {
  const [first] = outputs;
  return first?.type === 'request' ? first.serverKey : '';
};
const answer = (layer: TransactionLayer, serverKey: string, request: SipRequest, status: number) =>
  layer.handle(0, {
    type: 'respond',
    serverKey,
    response: createResponse(request, status, undefined, { toTag: 'ours' }),
  });

describe('matching requests', () => {
  const via = 'SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKx';

  test('a request with the branch, sent-by and method of another is that one again', () => {
    const layer = create();
    expect(types(received(layer, message('OPTIONS', via)))).toEqual(['request']);
    expect(received(layer, message('OPTIONS', via))).toEqual([]);
    const elsewhere = 'SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKx';
    expect(types(received(layer, message('OPTIONS', elsewhere, { cseq: '2' })))).toEqual([
      'request',
    ]);
    expect(layer.size).toBe(2);
  });

  test('the ACK of a refusal ends there, the ACK of a 2xx goes to the TU', () => {
    const layer = create();
    const invite = message('INVITE', via);
    const key = keyIn(received(layer, invite));
    expect(types(answer(layer, key, invite, 486))).toEqual(['send 486']);
    expect(received(layer, message('ACK', via, { to: '<sip:a@example.org>;tag=ours' }))).toEqual(
      [],
    );
    const other = 'SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKother';
    expect(types(received(layer, message('ACK', other)))).toEqual(['ack']);
  });

  test('a client of RFC 2543 is matched by its other headers', () => {
    const layer = create();
    const old = 'SIP/2.0/UDP 10.0.0.2:5060';
    const invite = message('INVITE', old);
    const key = keyIn(received(layer, invite));
    expect(key).toContain('rfc2543');
    expect(received(layer, message('INVITE', old))).toEqual([]);
    answer(layer, key, invite, 486);
    expect(received(layer, message('ACK', old, { to: '<sip:a@example.org>;tag=ours' }))).toEqual(
      [],
    );
    expect(types(received(layer, message('INVITE', old, { cseq: '2' })))).toEqual(['request']);
  });

  test('a CANCEL finds its INVITE, and without one gets 481', () => {
    const layer = create();
    const inviteKey = keyIn(received(layer, message('INVITE', via)));
    const [cancel] = received(layer, message('CANCEL', via));
    expect(cancel).toMatchObject({ type: 'cancel', inviteKey });
    const other = 'SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKother';
    expect(types(received(layer, message('CANCEL', other)))).toEqual(['send 481']);
  });

  test('a copy by another way gets 482 while the first is served', () => {
    const layer = create();
    received(layer, message('INVITE', via));
    const other = 'SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKother';
    expect(types(received(layer, message('INVITE', other)))).toEqual(['send 482']);
  });

  test('beyond its bound new requests get 503 without a transaction', () => {
    const layer = create(1);
    received(layer, message('OPTIONS', via));
    const other = 'SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKother';
    expect(types(received(layer, message('OPTIONS', other, { cseq: '2' })))).toEqual([
      'send 503',
      'dropped',
    ]);
    expect(layer.size).toBe(1);
  });
});

describe('where responses go on UDP', () => {
  const port = (via: string): number | undefined => {
    const layer = create();
    const request = message('OPTIONS', via);
    const [sent] = answer(layer, keyIn(received(layer, request)), request, 200);
    return sent?.type === 'send' ? sent.flow.remote.port : undefined;
  };

  test('to the source port where rport asks for it, else to that of the Via', () => {
    expect(port('SIP/2.0/UDP 10.0.0.2:5080;branch=z9hG4bKx;rport')).toBe(40_000);
    expect(port('SIP/2.0/UDP 10.0.0.2:5080;branch=z9hG4bKx')).toBe(5080);
    expect(port('SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx')).toBe(5060);
  });
});

describe('requests of our own', () => {
  const send = (layer: TransactionLayer, method: string) => {
    const { headers, ...request } = message(method, 'SIP/2.0/UDP x');
    const own = { ...request, headers: headers.filter(({ name }) => name !== 'Via') };
    const sentBy = { address: '192.0.2.1', port: 5060 };
    const [sent] = layer.handle(0, {
      type: 'request',
      clientId: 'mine',
      request: own,
      flow,
      sentBy,
    });
    if (sent?.type !== 'send' || sent.message.kind !== 'request') throw new Error('nothing sent');
    return sent.message;
  };

  test('get a Via with a branch of their own, asking for rport', () => {
    const via = topVia(send(create(), 'OPTIONS'));
    expect(via).toMatchObject({ transport: 'UDP', host: '192.0.2.1', port: 5060 });
    expect([...(via?.params ?? [])]).toEqual([
      ['branch', 'z9hG4bKb1'],
      ['rport', ''],
    ]);
  });

  test('hear their responses, once there is a final one no more', () => {
    const layer = create();
    const sent = send(layer, 'OPTIONS');
    const [heard] = received(layer, createResponse(sent, 200));
    expect(heard).toMatchObject({ type: 'response', clientId: 'mine' });
    expect(received(layer, createResponse(sent, 200))).toEqual([]);
  });

  test('a response with two Vias, or of no transaction, is dropped', () => {
    const layer = create();
    const sent = send(layer, 'OPTIONS');
    const response = createResponse(sent, 200);
    const via = { name: 'Via', value: 'SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKy' };
    const two = { ...response, headers: [...response.headers, via] };
    expect(types(received(layer, two))).toEqual(['dropped']);
    const stray = createResponse(message('OPTIONS', 'SIP/2.0/UDP x;branch=z9hG4bKz'), 200);
    expect(types(received(layer, stray))).toEqual(['dropped']);
  });

  test('a CANCEL has the branch and number of its INVITE, and its answer goes to nobody', () => {
    const layer = create();
    const invite = send(layer, 'INVITE');
    const [sent] = layer.handle(0, { type: 'cancel', clientId: 'mine' });
    if (sent?.type !== 'send' || sent.message.kind !== 'request') throw new Error('nothing sent');
    expect(topVia(sent.message)).toEqual(topVia(invite));
    expect(cseq(sent.message)).toEqual({ seq: 1, method: 'CANCEL' });
    expect(received(layer, createResponse(sent.message, 200))).toEqual([]);
    expect(layer.handle(0, { type: 'cancel', clientId: 'unknown' })).toEqual([]);
  });

  test('all transactions are gone when their timers have run out', () => {
    const layer = create();
    send(layer, 'INVITE');
    const invite = message('INVITE', 'SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKx');
    answer(layer, keyIn(received(layer, invite)), invite, 486);
    for (let at = layer.nextTimeoutAt(); at !== undefined; at = layer.nextTimeoutAt()) {
      layer.handle(at, { type: 'time' });
    }
    expect(layer.size).toBe(0);
  });
});
