import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isSameMachine, mediaAddressOf } from '../../../src/sip/drachtio/same-machine.ts';

const address = (family: 'IPv4' | 'IPv6', text: string, internal = false) =>
  ({ family, address: text, internal }) as NetworkInterfaceInfo;
const interfaces = {
  lo: [address('IPv4', '127.0.0.1', true), address('IPv6', '::1', true)],
  eth0: [
    address('IPv6', 'fe80::1'),
    address('IPv4', '192.0.2.10'),
    address('IPv6', '2001:db8::10'),
  ],
};

describe('a server', () => {
  it.each(['127.0.0.1', '127.0.3.4', '::1', 'localhost', '192.0.2.10'])(
    'at %s is on this machine',
    (host) => {
      expect(isSameMachine(host, interfaces)).toBe(true);
    },
  );
  it.each(['192.0.2.11', 'freeswitch-1', '127.example.org'])('at %s is elsewhere', (host) => {
    expect(isSameMachine(host, interfaces)).toBe(false);
  });
});

describe('media workers', () => {
  it('bind where the first address says', () => {
    expect(mediaAddressOf(['192.0.2.10', '198.51.100.1'], interfaces)).toBe('192.0.2.10');
  });
  it('bind to one that others reach where all are set: FreeSWITCH is told one', () => {
    expect(mediaAddressOf(['0.0.0.0'], interfaces)).toBe('192.0.2.10');
    expect(mediaAddressOf(['::'], interfaces)).toBe('2001:db8::10');
  });
  it('bind to loopback where there is nothing else', () => {
    expect(mediaAddressOf(['0.0.0.0'], { lo: interfaces.lo })).toBe('127.0.0.1');
    expect(mediaAddressOf([], interfaces)).toBe('127.0.0.1');
  });
});
