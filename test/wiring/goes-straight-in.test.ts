import { expect, test } from 'vitest';
import { goesStraightIn } from '../../src/wiring/goes-straight-in.ts';

const domains = ['Meet.example.org'];
const address = { user: 'testmote1', host: 'meet.example.org' };
const callId = { user: '142536475', host: '192.0.2.1' };
const number = { user: '+46480445511', host: '192.0.2.1' };

test.each([
  ['needed', true, [true, false, false]],
  ['needed', false, [false, false, false]],
  ['yes', true, [true, true, false]],
  ['yes', false, [true, true, false]],
  ['no', true, [false, false, false]],
] as const)(
  'direct %s, pictures %s: to a video address, a call ID, a number: %j',
  (direct, video, expected) => {
    const asked = goesStraightIn({ direct, video, domains });
    expect([address, callId, number].map(asked)).toEqual(expected);
  },
);
