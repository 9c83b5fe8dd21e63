import { expect, test } from 'vitest';
import { callerOf } from '../../../src/sip/peers/caller-of.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';

const invite = (...more: readonly (readonly [string, string])[]): SipMessage => ({
  kind: 'request',
  method: 'INVITE',
  requestUri: 'sip:123456789@gateway.example',
  headers: [
    ['From', '<sip:+46701234567@carrier.example>;tag=1'] as const,
    ['P-Asserted-Identity', '<tel:+46709999999>'] as const,
    ...more,
  ].map(([name, value]) => ({ name, value })),
  body: Buffer.alloc(0),
});
const believed = { identity: ['P-Asserted-Identity'] } as const;

test('a trunk that is believed vouches for the number', () => {
  expect(callerOf(invite(), believed)).toEqual({ callerNumber: '+46709999999', vouched: true });
});

test.each([
  ['a trunk without a word of whom to believe', { identity: [] }],
  ['a trunk whose other header is believed', { identity: ['Remote-Party-ID'] } as const],
  ['no trunk', undefined],
])('%s vouches for nothing: From is all there is', (_what, trunk) => {
  expect(callerOf(invite(), trunk)).toEqual({ callerNumber: '+46701234567' });
});

test('a number that is withheld is nobody’s, whoever asserts it', () => {
  expect(callerOf(invite(['Privacy', 'id']), believed)).toEqual({ callerNumber: undefined });
});
