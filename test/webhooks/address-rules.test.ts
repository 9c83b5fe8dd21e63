import { expect, test } from 'vitest';
import { mayReach, urlProblem } from '../../src/webhooks/address-rules.ts';

test.each([
  ['8.8.8.8', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['224.0.0.1', false],
  ['2a00:1450:4010::1', true],
  ['::1', false],
  ['::', false],
  ['fe80::1%eth0', false],
  ['fd00::1', false],
  ['ff02::1', false],
  ['2001:db8::1', false],
  ['2002:7f00:1::', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', true],
  ['64:ff9b::7f00:1', false],
  ['nonsense', false],
])('%s may be reached: %s', (address, reachable) => {
  expect(mayReach(address, [])).toBe(reachable);
});

test('a network that is allowed by name may be reached', () => {
  expect(mayReach('10.1.2.3', ['10.1.0.0/16'])).toBe(true);
  expect(mayReach('10.2.2.3', ['10.1.0.0/16'])).toBe(false);
});

test.each([
  ['https://booking.example.org/hook', undefined],
  ['http://booking.example.org/hook', 'must begin with https://'],
  ['ftp://booking.example.org', 'must begin with https://'],
  ['https://user:pass@booking.example.org', 'must hold no password'],
  ['https://[::1]/', 'must not be a private address'],
  ['https://2130706433/', 'must not be a private address'],
  ['https://0x7f.1/', 'must not be a private address'],
  ['nonsense', 'must be a URL'],
])('the URL %s: %s', (url, problem) => {
  expect(urlProblem(url, [])).toBe(problem);
});

test('without TLS only where networks are allowed', () => {
  expect(urlProblem('http://10.1.2.3/', ['10.0.0.0/8'])).toBeUndefined();
});
