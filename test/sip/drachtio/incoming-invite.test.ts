import { describe, expect, test } from 'vitest';
import type { SrfRequest, SrfResponse } from '../../../src/sip/drachtio/drachtio-types.ts';
import { createIncomingInvite } from '../../../src/sip/drachtio/incoming-invite.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/media-calls.ts';

type OnPrack = NonNullable<Parameters<SrfResponse['send']>[4]>;

const createStage = ({ needsPrack = false, fault = undefined as string | undefined } = {}) => {
  const clock = createManualClock();
  const sent: (readonly [status: number, headers: Readonly<Record<string, string>>])[] = [];
  let onPrack: OnPrack | undefined;
  let answers = 0;
  const response: SrfResponse = {
    get finalResponseSent() {
      return sent.some(([status]) => status >= 200);
    },
    send: (status, _reason, { headers = {} }, _callback, listener) => {
      sent.push([status, headers]);
      onPrack ??= listener;
    },
  };
  const opening = createIncomingInvite({
    request: { on: () => undefined } as unknown as SrfRequest,
    response,
    needsPrack,
    signalling: {
      link: {},
      createUas: () => {
        answers += 1;
        return fault === undefined ? Promise.resolve() : Promise.reject(new Error(fault));
      },
      createUac: () => Promise.reject(new Error('not here')),
      end: () => undefined,
    },
    clock,
    log: silentLog,
  });
  return {
    clock,
    opening,
    sent,
    answers: () => answers,
    /** What drachtio-srf hands to the listener; the statuses that it is answered with. */
    receive: (method: string): readonly number[] => {
      const statuses: number[] = [];
      const res = { send: (status: number) => statuses.push(status) };
      onPrack?.({ method, res } as unknown as Parameters<OnPrack>[0]);
      return statuses;
    },
  };
};

describe('a caller who requires 100rel', () => {
  test('is told Ringing reliably and without SDP, and its PRACK is answered', () => {
    const { opening, sent, receive } = createStage({ needsPrack: true });
    opening.ring();
    opening.ring();
    expect(sent).toEqual([[180, { Require: '100rel' }]]);
    expect(receive('PRACK')).toEqual([200]);
  });

  test('gets its 200 after its PRACK', async () => {
    const { opening, clock, answers, receive } = createStage({ needsPrack: true });
    opening.ring();
    void opening.open('v=0', () => undefined);
    await clock.advance(500);
    expect(answers()).toBe(0);
    receive('PRACK');
    await clock.settle();
    expect(answers()).toBe(1);
  });

  test('that sends none gets its 200 all the same, after 2 s', async () => {
    const { opening, clock, answers } = createStage({ needsPrack: true });
    opening.ring();
    void opening.open('v=0', () => undefined);
    await clock.advance(2_000);
    expect(answers()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  // drachtio-srf tells the same listener of the ACK where no PRACK came before it.
  test('has its ACK taken for no PRACK', () => {
    const { opening, receive } = createStage({ needsPrack: true });
    opening.ring();
    expect(receive('ACK')).toEqual([]);
  });

  test('that hangs up before its PRACK is not answered', async () => {
    const { opening, clock, answers, receive } = createStage({ needsPrack: true });
    opening.ring();
    const opened = opening.open('v=0', () => undefined);
    expect(opening.takeBack(480)).toBe(true);
    receive('PRACK');
    await clock.settle();
    expect(answers()).toBe(0);
    expect(await opened).toEqual({ by: 'caller', how: 'cancel' });
  });
});

describe('any other caller', () => {
  test('is told Ringing once, and answered at once', async () => {
    const { opening, sent, answers } = createStage();
    opening.ring();
    opening.ring();
    expect(await opening.open('v=0', () => undefined)).toBeUndefined();
    expect(sent).toEqual([[180, {}]]);
    expect(answers()).toBe(1);
    expect(opening.takeBack(480)).toBe(false);
  });

  test('is refused with Retry-After', () => {
    const { opening, sent } = createStage();
    expect(opening.takeBack(503, { retryAfterS: 10 })).toBe(true);
    expect(sent).toEqual([[503, { 'Retry-After': '10' }]]);
  });

  test.each([
    ['unknown transaction', { by: 'caller', how: 'cancel' }],
    ['the connection is closed', { by: 'network', how: 'transport' }],
  ] as const)('whose 200 cannot be sent (%s) ends', async (fault, cause) => {
    const { opening } = createStage({ fault });
    expect(await opening.open('v=0', () => undefined)).toEqual(cause);
  });
});
