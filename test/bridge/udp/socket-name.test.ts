import { expect, test } from 'vitest';
import { openLibc } from '../../../src/bridge/udp/libc.ts';
import { readSocketName, socketName } from '../../../src/bridge/udp/socket-name.ts';

const libc = openLibc();

test.each([
  ['192.0.2.7', 5004],
  ['255.255.255.255', 65_535],
  ['2001:db8::7', 40_000],
  ['::1', 1],
  ['2001:db8:0:1:1:1:1:1', 0],
])('%s, port %d, comes back as it was', (address, port) => {
  expect(libc, 'Linux with Node’s ffi runs the tests').toBeDefined();
  const name = socketName(libc!, address, port);
  expect(readSocketName(Buffer.from(name!))).toEqual({ address, port });
});

test.each([
  ['example.org', 5004],
  ['192.0.2', 5004],
  ['192.0.2.7', -1],
  ['192.0.2.7', 65_536],
  ['192.0.2.7', 1.5],
  ['', 5004],
])('%s, port %d, is none', (address, port) => {
  expect(socketName(libc!, address, port)).toBeUndefined();
});
