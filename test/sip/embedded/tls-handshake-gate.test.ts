import { expect, test } from 'vitest';
import {
  createTlsHandshakeGate,
  defaultTlsHandshakeLimits,
} from '../../../src/sip/embedded/tls-handshake-gate.ts';

const limits = {
  ...defaultTlsHandshakeLimits,
  maxAtOnce: 5,
  maxAtOncePerSource: 2,
  perSource: { ratePerS: 1, burst: 4, maxSources: 100 },
  inAll: { ratePerS: 2, burst: 6 },
};

test('one source has its share at one time, and more when some are done', () => {
  const gate = createTlsHandshakeGate(limits);
  expect([1, 2, 3].map(() => gate.begin(0, 'a'))).toEqual([true, true, false]);
  expect(gate.begin(0, 'b')).toBe(true);
  gate.ended('a');
  expect(gate.begin(0, 'a')).toBe(true);
  expect(gate.underWay).toBe(3);
});

test('there is a limit for all sources together', () => {
  const gate = createTlsHandshakeGate(limits);
  const begun = ['a', 'b', 'c', 'd', 'e', 'f'].map((source) => gate.begin(0, source));
  expect(begun).toEqual([true, true, true, true, true, false]);
});

test('a source that begins one after the other is slowed down', () => {
  const gate = createTlsHandshakeGate(limits);
  const begin = (nowMs: number): boolean => {
    const begun = gate.begin(nowMs, 'a');
    if (begun) gate.ended('a');
    return begun;
  };
  expect([0, 0, 0, 0, 0].map(begin)).toEqual([true, true, true, true, false]);
  expect(begin(1001)).toBe(true);
  expect(begin(1002)).toBe(false);
});

test('so are all together, whoever they are', () => {
  const gate = createTlsHandshakeGate(limits);
  let begun = 0;
  for (let source = 0; source < 50; source += 1) {
    if (!gate.begin(0, `source ${source}`)) continue;
    begun += 1;
    gate.ended(`source ${source}`);
  }
  expect(begun).toBe(6);
  expect(gate.underWay).toBe(0);
});
