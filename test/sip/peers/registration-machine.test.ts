import { describe, expect, test } from 'vitest';
import type { Destination } from '../../../src/sip/peers/outside-request.ts';
import {
  createRegistrationMachine,
  type RegistrationInput,
  type RegistrationOutput,
} from '../../../src/sip/peers/registration-machine.ts';
import type { SipResponse } from '../../../src/sip/message/sip-message.ts';

const server = (address: string): Destination => ({ transport: 'udp', address, port: 5060 });
const first = server('192.0.2.1');
const second = server('192.0.2.2');

const response = (status: number, headers: Readonly<Record<string, string>> = {}): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
  body: Buffer.alloc(0),
});
const contact = (expiresS: number) => ({
  Contact: `<sip:other@198.51.100.1>;expires=7000, <sip:1000@198.51.100.2>;expires=${expiresS}`,
});
const challenge = (extra = '') =>
  response(401, { 'WWW-Authenticate': `Digest realm="r", nonce="n"${extra}` });

/** A machine in the test's hand; the lot is always 1/2, so that a wait is three quarters of its length. */
const machineWith = (expiresS = 600) => {
  const machine = createRegistrationMachine({
    contactUser: '1000',
    expiresS,
    fraction: () => 0.5,
  });
  let now = 0;
  let cseq = 0;
  const seen = (outputs: readonly RegistrationOutput[]) =>
    outputs.map((output) => {
      if (output.type === 'register') {
        cseq = output.cseq;
        const answering = output.answering === undefined ? '' : ' answering';
        return `register ${output.target.address} for ${output.expiresS}${answering}`;
      }
      if (output.type !== 'status') return output.type;
      const { status } = output;
      return status.state === 'registered'
        ? `registered until ${status.expiresAt / 1000}`
        : `unregistered ${status.sipStatus ?? 'silence'}`;
    });
  const handle = (input: RegistrationInput) => seen(machine.handle(now, input));
  return {
    start: () => handle({ type: 'start' }),
    targets: (...targets: Destination[]) => handle({ type: 'targets', targets }),
    answer: (answered: SipResponse | undefined, to = cseq) =>
      handle({ type: 'response', cseq: to, response: answered }),
    stop: () => handle({ type: 'stop' }),
    /** Moves to the next deadline; says when that was. */
    wait: () => {
      now = machine.nextTimeoutAt() ?? NaN;
      return [now / 1000, ...handle({ type: 'time' })];
    },
    get idle() {
      return machine.nextTimeoutAt() === undefined;
    },
    get cseq() {
      return cseq;
    },
  };
};

describe('registering', () => {
  test('asks for servers, registers with the first and refreshes before it expires', () => {
    const machine = machineWith();
    expect(machine.start()).toEqual(['resolve']);
    expect(machine.targets(first, second)).toEqual(['register 192.0.2.1 for 600']);
    expect(machine.answer(response(200, contact(600)))).toEqual(['registered until 600']);
    expect(machine.wait()).toEqual([510, 'resolve']);
    expect(machine.targets(first)).toEqual(['register 192.0.2.1 for 600']);
    expect(machine.answer(response(200, contact(600)))).toEqual(['registered until 1110']);
  });

  test('a shorter grant is refreshed half-way; without a Contact of ours the header counts', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first);
    expect(machine.answer(response(200, { Expires: '60' }))).toEqual(['registered until 60']);
    expect(machine.wait()).toEqual([30, 'resolve']);
  });

  test('a challenge is answered once, and again only where the nonce was stale', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first);
    expect(machine.answer(challenge())).toEqual(['register 192.0.2.1 for 600 answering']);
    expect(machine.answer(challenge(', stale=true'))).toEqual([
      'register 192.0.2.1 for 600 answering',
    ]);
    expect(machine.answer(challenge(', stale=true'))).toEqual(['unregistered 401']);

    const refused = machineWith();
    refused.start();
    refused.targets(first, second);
    refused.answer(challenge());
    expect(refused.answer(challenge())).toEqual(['unregistered 401']);
    // A wrong password is not tried on every server, nor soon again.
    expect(refused.wait()).toEqual([225, 'resolve']);
  });

  test('423 lengthens the interval, once, and for good', () => {
    const machine = machineWith(60);
    machine.start();
    machine.targets(first);
    const tooBrief = response(423, { 'Min-Expires': '1800' });
    expect(machine.answer(tooBrief)).toEqual(['register 192.0.2.1 for 1800']);
    machine.answer(response(200, { Expires: '1800' }));
    machine.wait();
    expect(machine.targets(first)).toEqual(['register 192.0.2.1 for 1800']);
    expect(machine.answer(tooBrief)).toEqual([]);
  });

  test('a 423 that asks for no more than we did ends the attempt', () => {
    const machine = machineWith(600);
    machine.start();
    machine.targets(first);
    expect(machine.answer(response(423, { 'Min-Expires': '600' }))).toEqual(['unregistered 423']);
  });
});

describe('fail-over', () => {
  test('silence, 408 and 5xx lead to the next server; the one that answered is kept', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first, second);
    expect(machine.answer(undefined)).toEqual(['register 192.0.2.2 for 600']);
    expect(machine.answer(response(200, contact(600)))).toEqual(['registered until 600']);
    machine.wait();
    expect(machine.targets(first, second)).toEqual(['register 192.0.2.2 for 600']);
    expect(machine.answer(response(503))).toEqual(['register 192.0.2.1 for 600']);
    expect(machine.answer(response(200, contact(600)))).toEqual(['registered until 1110']);
  });

  test('with no server left it waits, longer each time, up to five minutes', () => {
    const machine = machineWith();
    machine.start();
    const waits = [];
    let before = 0;
    for (let round = 0; round < 6; round++) {
      expect(machine.targets(first)).toEqual(['register 192.0.2.1 for 600']);
      expect(machine.answer(undefined)).toEqual(['unregistered silence']);
      const [at = NaN] = machine.wait();
      waits.push(Number(at) - before);
      before = Number(at);
    }
    expect(waits).toEqual([22.5, 45, 90, 180, 225, 225]);
  });

  test('a domain without servers is asked for again', () => {
    const machine = machineWith();
    machine.start();
    expect(machine.targets()).toEqual(['unregistered silence']);
    expect(machine.wait()).toEqual([22.5, 'resolve']);
  });

  test('503 with Retry-After is waited for', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first);
    machine.answer(response(503, { 'Retry-After': '120 (maintenance)' }));
    expect(machine.wait()).toEqual([120, 'resolve']);
  });

  test('a failed refresh leaves the registration standing until it expires', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first);
    machine.answer(response(200, contact(600)));
    machine.wait();
    machine.targets(first);
    expect(machine.answer(undefined)).toEqual([]);
    expect(machine.wait()).toEqual([532.5, 'resolve']);
    machine.targets(first);
    expect(machine.answer(undefined)).toEqual([]);
    expect(machine.wait()).toEqual([577.5, 'resolve']);
    machine.targets(first);
    expect(machine.answer(undefined)).toEqual([]);
    expect(machine.wait()).toEqual([600, 'unregistered silence']);
  });

  test('the answer to an earlier REGISTER changes nothing', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first, second);
    const stale = machine.cseq;
    machine.answer(undefined);
    expect(machine.answer(response(200, contact(600)), stale)).toEqual([]);
  });
});

describe('stopping', () => {
  test('takes the registration back, through a challenge, and then is silent', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first);
    machine.answer(response(200, contact(600)));
    expect(machine.stop()).toEqual(['register 192.0.2.1 for 0']);
    expect(machine.answer(challenge())).toEqual(['register 192.0.2.1 for 0 answering']);
    expect(machine.answer(response(200))).toEqual(['stopped']);
    expect(machine.idle).toBe(true);
    expect(machine.stop()).toEqual([]);
  });

  test('waits two seconds for a silent server', () => {
    const machine = machineWith();
    machine.start();
    machine.targets(first);
    machine.answer(response(200, contact(600)));
    machine.stop();
    expect(machine.wait()).toEqual([2, 'stopped']);
  });

  test('takes back what is still being asked for, and nothing where nothing was', () => {
    const asking = machineWith();
    asking.start();
    asking.targets(first);
    expect(asking.stop()).toEqual(['register 192.0.2.1 for 0']);
    const resolving = machineWith();
    resolving.start();
    expect(resolving.stop()).toEqual(['stopped']);
    expect(resolving.targets(first)).toEqual([]);
  });
});
