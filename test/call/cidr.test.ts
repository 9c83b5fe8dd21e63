import { expect, test } from 'vitest';
import { isInNetwork } from '../../src/call/cidr.ts';

test.each([
  ['192.0.2.7', '192.0.2.0/24', true],
  ['192.0.3.7', '192.0.2.0/24', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.8', '192.0.2.7', false],
  ['10.255.0.1', '0.0.0.0/0', true],
  ['2001:db8::1', '2001:db8::/32', true],
  ['2001:db9::1', '2001:db8::/32', false],
  ['::1', '::1', true],
  ['fe80::1%eth0', 'fe80::/10', true],
  ['::ffff:192.0.2.7', '192.0.2.0/24', true],
  ['192.0.2.7', '2001:db8::/32', false],
  ['192.0.2.7', '192.0.2.0/33', false],
  ['not an address', '0.0.0.0/0', false],
  ['192.0.2.300', '192.0.2.0/24', false],
  ['1:2:3:4:5:6:7:8:9', '::/0', false],
  ['1::2::3', '::/0', false],
])('%s in %s: %s', (address, cidr, expected) => {
  expect(isInNetwork(address, cidr)).toBe(expected);
});
