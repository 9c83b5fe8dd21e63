import { describe, expect, it } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { DialOutcome } from '../../../src/call/ports/sip-engine.ts';
import type { SrtpPolicy } from '../../../src/sip/message/sdp-crypto.ts';
import { createDialDesk, type PlannedCall } from '../../../src/sip/peers/dial-desk.ts';
import { dialFailure, unfitDial } from '../../../src/sip/peers/dial-failure.ts';
import type { Destination } from '../../../src/sip/peers/outside-request.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const overTls: Destination = { transport: 'tls', address: '192.0.2.1', port: 5061 };
const overUdp: Destination = { transport: 'udp', address: '192.0.2.1', port: 5060 };
const busy = dialFailure('busy', 486);
const notAcceptable = dialFailure('rejected', 488);

const dialled = async (
  outcomes: readonly DialOutcome[],
  {
    destinations = [overTls],
    srtpPolicy = 'allow',
    eachTakesMs = 0,
    abortAt = Number.NaN,
  }: {
    readonly destinations?: readonly Destination[];
    readonly srtpPolicy?: SrtpPolicy;
    readonly eachTakesMs?: number;
    readonly abortAt?: number;
  } = {},
) => {
  const clock = createManualClock();
  const taken = new AbortController();
  const placed: PlannedCall[] = [];
  const desk = createDialDesk({
    trunkDesk: undefined,
    resolver: { resolve: async () => destinations },
    clock,
    srtpPolicy,
    place: async (call) => {
      placed.push(call);
      await clock.advance(eachTakesMs);
      if (placed.length === abortAt) taken.abort();
      return outcomes[placed.length - 1] ?? busy;
    },
  });
  const outcome = await desk.dial(
    {
      legId: asLegId('dialled'),
      trunk: undefined,
      to: 'sip:anna@phone.example',
      callerNumber: undefined,
      ringLimitMs: 60_000,
    },
    taken.signal,
  );
  return {
    outcome,
    demands: placed.map(({ demandsSrtp }) => demandsSrtp),
    limitsMs: placed.map(({ ringLimitMs }) => ringLimitMs),
  };
};

describe('keys offered beside plain sound, over TLS', () => {
  it('are offered as RTP/SAVP where that was refused with 488, in the time that is left', async () => {
    expect(await dialled([notAcceptable, busy], { eachTakesMs: 1_000 })).toEqual({
      outcome: busy,
      demands: [false, true],
      limitsMs: [60_000, 59_000],
    });
  });

  it('are offered twice, not three times', async () => {
    const { outcome, demands } = await dialled([notAcceptable, notAcceptable]);
    expect(outcome).toEqual(notAcceptable);
    expect(demands).toEqual([false, true]);
  });

  it.each<readonly [string, Parameters<typeof dialled>[0], Parameters<typeof dialled>[1]]>([
    ['another refusal', [busy], {}],
    ['an answer that did not fit', [unfitDial], {}],
    ['no TLS: no keys were offered', [notAcceptable], { destinations: [overUdp] }],
    ['SRTP demanded: it was RTP/SAVP already', [notAcceptable], { srtpPolicy: 'require' }],
    ['SRTP off', [notAcceptable], { srtpPolicy: 'off' }],
    ['no time left', [notAcceptable], { eachTakesMs: 60_000 }],
    ['a caller who has given up', [notAcceptable], { abortAt: 1 }],
  ])('are not offered again after %s', async (_why, outcomes, options) => {
    expect((await dialled(outcomes, options)).demands).toEqual([false]);
  });
});
