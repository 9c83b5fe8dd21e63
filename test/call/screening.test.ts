import { describe, expect, test } from 'vitest';
import type { CallInvitation } from '../../src/call/ports/sip-engine.ts';
import { asLegId, asSipCallId } from '../../src/call/identifiers.ts';
import {
  routeOf,
  screenCall,
  type ScreeningSettings,
  type ScreeningTraffic,
} from '../../src/call/screening.ts';

const settings: ScreeningSettings = {
  allow: ['192.0.2.0/24'],
  numbers: [{ number: '+46480445511', language: 'sv' }],
  domains: ['meet.example.org'],
  maxCalls: 2,
};
const invitation = (user: string, address = '192.0.2.1'): CallInvitation => ({
  legId: asLegId('leg'),
  sipCallId: asSipCallId('call'),
  source: { address, port: 5060, transport: 'udp' },
  callerNumber: undefined,
  dialled: { user, host: 'gateway.example.net' },
  signallingEncrypted: false,
});
const reasonOf = (
  call: CallInvitation,
  gateway = { liveCalls: 0, draining: false },
): string | undefined => {
  const screening = screenCall(call, settings, gateway);
  return screening.pass ? undefined : screening.reason;
};

test('the checks come in their order: source, overload, drain, number', () => {
  const busy = { liveCalls: 2, draining: true };
  expect(reasonOf(invitation('nobody', '198.51.100.1'), busy)).toBe('source-not-allowed');
  expect(reasonOf(invitation('nobody'), busy)).toBe('overload');
  expect(reasonOf(invitation('nobody'), { ...busy, liveCalls: 0 })).toBe('draining');
  expect(reasonOf(invitation('nobody'))).toBe('unknown-number');
  expect(reasonOf(invitation('+46480445511'))).toBeUndefined();
});

describe('by trunk', () => {
  const terms = {
    numbers: [{ number: '+4589100000', language: 'da' as const }],
    limits: { calls: 2, callsPerS: 1 },
  };
  const withTrunks: ScreeningSettings = {
    ...settings,
    trunkTerms: (name) => (name === 'tdc' ? terms : undefined),
  };
  const screen = (
    call: Partial<CallInvitation>,
    gateway: Partial<ScreeningTraffic> = {},
    screening = withTrunks,
  ) => {
    const traffic = { liveCalls: 0, draining: false, ...gateway };
    const result = screenCall(
      { ...invitation('+4589100000', '198.51.100.1'), ...call },
      screening,
      traffic,
    );
    return result.pass ? result.route : result.reason;
  };

  test('a call that came by a trunk needs no allowed source and has the numbers of its trunk', () => {
    expect(screen({ trunk: 'tdc' })).toEqual({ kind: 'ivr', language: 'da' });
    const ours = { user: '+46480445511', host: 'gateway.example.net' };
    expect(screen({ trunk: 'tdc', dialled: ours })).toBe('unknown-number');
  });

  test('a trunk that is no more, wrong credentials and a foreign source are refused', () => {
    expect(screen({ trunk: 'gone' })).toBe('source-not-allowed');
    expect(screen({ unauthorised: true })).toBe('unauthorised');
    expect(screen({})).toBe('source-not-allowed');
    expect(screen({}, {}, { ...withTrunks, allow: [] })).toBe('source-not-allowed');
  });

  test('the limits are for calls at a time and for starts, after overload and drain', () => {
    const refused = { trunkCalls: 2, takeTrunkStart: () => false };
    expect(screen({ trunk: 'tdc' }, { ...refused, liveCalls: 2 })).toBe('overload');
    expect(screen({ trunk: 'tdc' }, { ...refused, draining: true })).toBe('draining');
    expect(screen({ trunk: 'tdc' }, { trunkCalls: 2 })).toBe('trunk-limit');
    expect(screen({ trunk: 'tdc' }, { trunkCalls: 1, takeTrunkStart: () => false })).toBe(
      'trunk-limit',
    );
    expect(screen({ trunk: 'tdc' }, { trunkCalls: 1, takeTrunkStart: () => true })).toMatchObject({
      kind: 'ivr',
    });
  });
});

describe('routes', () => {
  const route = (user: string, host = 'gateway.example.net'): unknown =>
    routeOf({ user, host }, settings);

  test.each(['+46480445511', '46480445511', '0046480445511', '0480445511', '0480-44 55 11'])(
    'the published number may come as %s',
    (user) => {
      expect(route(user)).toEqual({ kind: 'ivr', language: 'sv' });
    },
  );

  test.each(['+46480445512', '445511', '00480445511', ''])('%s is not the number', (user) => {
    expect(route(user)).toBeUndefined();
  });

  test('nine digits are a call ID, a name at our domain a video address', () => {
    expect(route('123456789')).toEqual({ kind: 'call-id', callId: '123456789' });
    expect(route('Anna', 'Meet.Example.org')).toEqual({
      kind: 'video-address',
      address: 'anna@meet.example.org',
      otherwise: 'refuse',
    });
  });

  test('with no numbers configured any other user part goes to the IVR', () => {
    const without = { ...settings, numbers: [] };
    expect(routeOf({ user: 'anything', host: '127.0.0.1' }, without)).toEqual({
      kind: 'ivr',
      language: undefined,
    });
    expect(routeOf({ user: '', host: '127.0.0.1' }, without)).toMatchObject({ kind: 'ivr' });
    expect(routeOf({ user: 'anna', host: 'meet.example.org' }, without)).toMatchObject({
      kind: 'video-address',
      otherwise: 'ivr',
    });
  });
});
