import { describe, expect, test } from 'vitest';
import type { SipRequest, SipResponse } from '../../../src/sip/message/sip-message.ts';
import { createInviteClientTransaction } from '../../../src/sip/transaction/invite-client-transaction.ts';
import { createInviteServerTransaction } from '../../../src/sip/transaction/invite-server-transaction.ts';
import { createNonInviteClientTransaction } from '../../../src/sip/transaction/non-invite-client-transaction.ts';
import { createNonInviteServerTransaction } from '../../../src/sip/transaction/non-invite-server-transaction.ts';
import { transactionTimers } from '../../../src/sip/transaction/timers.ts';
import type { Transaction, TransactionOutput } from '../../../src/sip/transaction/transaction.ts';

const request = (method: string): SipRequest => ({
  kind: 'request',
  method,
  requestUri: 'sip:a@example.org',
  headers: [],
  body: Buffer.alloc(0),
});
const response = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: [],
  body: Buffer.alloc(0),
});
const ackFor = (): SipRequest => request('ACK');

const unreliable = transactionTimers(false);
const reliable = transactionTimers(true);

/** `1500 send INVITE` for everything the machine says on its own until it is silent or `untilMs`. */
const watch = <I extends { readonly type: string }>(
  machine: Transaction<I | { readonly type: 'time' }, string>,
  untilMs: number,
): readonly string[] => {
  const said: string[] = [];
  for (;;) {
    const at = machine.nextTimeoutAt();
    if (at === undefined || at > untilMs) return said;
    for (const output of machine.handle(at, { type: 'time' })) said.push(`${at} ${text(output)}`);
  }
};
const text = (output: TransactionOutput): string => {
  switch (output.type) {
    case 'send':
      return output.message.kind === 'request'
        ? `send ${output.message.method}`
        : `send ${output.message.status}`;
    case 'response':
      return `response ${output.response.status}`;
    case 'ack':
      return 'ack';
    case 'failed':
      return `failed ${output.failure}`;
  }
};
const texts = (outputs: readonly TransactionOutput[]): readonly string[] => outputs.map(text);

describe('INVITE client transaction', () => {
  const create = (timers = unreliable) =>
    createInviteClientTransaction(0, { invite: request('INVITE'), timers, ackFor });

  test('timer A: an INVITE that is lost goes out again at doubling intervals, until timer B', () => {
    const machine = create();
    expect(watch(machine, 60_000)).toEqual([
      '500 send INVITE',
      '1500 send INVITE',
      '3500 send INVITE',
      '7500 send INVITE',
      '15500 send INVITE',
      '31500 send INVITE',
      '32000 failed timeout',
    ]);
    expect(machine.state).toBe('terminated');
  });

  test('on a reliable transport nothing is sent again, timer B alone runs', () => {
    expect(watch(create(reliable), 60_000)).toEqual(['32000 failed timeout']);
  });

  test('a provisional stops timers A and B: it may ring for as long as the TU likes', () => {
    const machine = create();
    expect(texts(machine.handle(100, { type: 'response', response: response(180) }))).toEqual([
      'response 180',
    ]);
    expect(machine.nextTimeoutAt()).toBeUndefined();
    expect(machine.state).toBe('proceeding');
  });

  test('timer D: each retransmitted refusal gets its ACK again, and the TU hears one', () => {
    const machine = create();
    const refusal = { type: 'response', response: response(486) } as const;
    expect(texts(machine.handle(100, refusal))).toEqual(['send ACK', 'response 486']);
    expect(texts(machine.handle(600, refusal))).toEqual(['send ACK']);
    expect(machine.nextTimeoutAt()).toBe(32_100);
    watch(machine, 32_100);
    expect(machine.state).toBe('terminated');
  });

  test('timer M: every 2xx goes to the TU, and no ACK is sent here', () => {
    const machine = create();
    const success = { type: 'response', response: response(200) } as const;
    expect(texts(machine.handle(100, success))).toEqual(['response 200']);
    expect(texts(machine.handle(600, success))).toEqual(['response 200']);
    expect(machine.state).toBe('accepted');
    expect(machine.nextTimeoutAt()).toBe(32_100);
  });

  test('a transport error while calling is told to the TU', () => {
    const machine = create();
    expect(texts(machine.handle(1, { type: 'transport-error' }))).toEqual(['failed transport']);
    expect(machine.state).toBe('terminated');
  });
});

describe('non-INVITE client transaction', () => {
  const create = (timers = unreliable) =>
    createNonInviteClientTransaction(0, { request: request('BYE'), timers });

  test('timer E: a lost request goes out again at intervals up to T2, until timer F', () => {
    expect(watch(create(), 60_000)).toEqual([
      '500 send BYE',
      '1500 send BYE',
      '3500 send BYE',
      '7500 send BYE',
      '11500 send BYE',
      '15500 send BYE',
      '19500 send BYE',
      '23500 send BYE',
      '27500 send BYE',
      '31500 send BYE',
      '32000 failed timeout',
    ]);
  });

  test('after a provisional it goes out every T2', () => {
    const machine = create();
    machine.handle(100, { type: 'response', response: response(100) });
    expect(watch(machine, 9000)).toEqual(['500 send BYE', '4500 send BYE', '8500 send BYE']);
  });

  test('timer K: a final response that comes again is absorbed', () => {
    const machine = create();
    const final = { type: 'response', response: response(200) } as const;
    expect(texts(machine.handle(100, final))).toEqual(['response 200']);
    expect(machine.handle(600, final)).toEqual([]);
    expect(machine.nextTimeoutAt()).toBe(5100);
  });

  test('timer K is zero on a reliable transport', () => {
    const machine = create(reliable);
    machine.handle(100, { type: 'response', response: response(200) });
    expect(machine.nextTimeoutAt()).toBe(100);
  });
});

describe('INVITE server transaction', () => {
  const create = (timers = unreliable) =>
    createInviteServerTransaction(0, { timers, trying: response(100) });
  const invite = { type: 'request', request: request('INVITE') } as const;
  const ack = { type: 'request', request: request('ACK') } as const;

  test('says 100 Trying after 200 ms in which the TU said nothing', () => {
    expect(watch(create(), 10_000)).toEqual(['200 send 100']);
  });

  test('a retransmitted INVITE in Proceeding re-sends the last provisional', () => {
    const machine = create();
    expect(machine.handle(10, invite)).toEqual([]);
    machine.handle(20, { type: 'respond', response: response(180) });
    expect(texts(machine.handle(500, invite))).toEqual(['send 180']);
  });

  test('timer G: a refusal whose ACK is lost goes out again up to every T2, until timer H', () => {
    const machine = create();
    machine.handle(0, { type: 'respond', response: response(486) });
    const said = watch(machine, 60_000);
    expect(said.slice(0, 5)).toEqual([
      '500 send 486',
      '1500 send 486',
      '3500 send 486',
      '7500 send 486',
      '11500 send 486',
    ]);
    expect(said.at(-1)).toBe('32000 failed timeout');
    expect(machine.state).toBe('terminated');
  });

  test('timer I: after the ACK, further ACKs and INVITEs are absorbed', () => {
    const machine = create();
    machine.handle(0, { type: 'respond', response: response(486) });
    expect(machine.handle(100, ack)).toEqual([]);
    expect(machine.state).toBe('confirmed');
    expect(machine.handle(200, ack)).toEqual([]);
    expect(machine.handle(200, invite)).toEqual([]);
    expect(machine.nextTimeoutAt()).toBe(5100);
  });

  test('timer L: after a 2xx retransmitted INVITEs are absorbed and the TU resends the 2xx', () => {
    const machine = create();
    const success = { type: 'respond', response: response(200) } as const;
    expect(texts(machine.handle(0, success))).toEqual(['send 200']);
    expect(machine.handle(400, invite)).toEqual([]);
    expect(texts(machine.handle(500, success))).toEqual(['send 200']);
    expect(texts(machine.handle(600, ack))).toEqual(['ack']);
    expect(watch(machine, 40_000)).toEqual([]);
    expect(machine.state).toBe('terminated');
  });

  test('on a reliable transport a refusal is not sent again, and timer H still runs', () => {
    const machine = create(reliable);
    machine.handle(0, { type: 'respond', response: response(486) });
    expect(watch(machine, 60_000)).toEqual(['32000 failed timeout']);
  });
});

describe('non-INVITE server transaction', () => {
  const create = (timers = unreliable) => createNonInviteServerTransaction(0, { timers });
  const again = { type: 'request', request: request('BYE') } as const;

  test('timer J: a request that comes again gets the same final response', () => {
    const machine = create();
    expect(machine.handle(10, again)).toEqual([]);
    machine.handle(20, { type: 'respond', response: response(200) });
    expect(texts(machine.handle(500, again))).toEqual(['send 200']);
    expect(machine.handle(600, { type: 'respond', response: response(500) })).toEqual([]);
    expect(machine.nextTimeoutAt()).toBe(32_020);
    watch(machine, 32_020);
    expect(machine.state).toBe('terminated');
  });

  test('timer J is zero on a reliable transport', () => {
    const machine = create(reliable);
    machine.handle(20, { type: 'respond', response: response(200) });
    expect(machine.nextTimeoutAt()).toBe(20);
  });

  test('a TU that never answers does not keep it for ever', () => {
    const machine = create();
    watch(machine, 64_000);
    expect(machine.state).toBe('terminated');
  });
});
