import { describe, expect, test } from 'vitest';
import { flowTo, publicAddressOf, tcpInstead } from '../../../src/sip/embedded/route-request.ts';
import type { SipTransport } from '../../../src/sip/embedded/sip-transport.ts';
import type { SipUri } from '../../../src/sip/message/sip-message.ts';
import { parseUri } from '../../../src/sip/message/sip-uri.ts';
import type { Flow } from '../../../src/sip/transaction/flow.ts';

const transport = (
  kind: 'udp' | 'tcp',
  address: string,
  liveConnection?: string,
): SipTransport => ({
  kind,
  local: { address, port: 5060 },
  send: () => undefined,
  hasConnection: (connectionId) => connectionId === liveConnection,
  connections: 0,
  close: () => Promise.resolve(),
});
const uri = (text: string): SipUri => {
  const parsed = parseUri(text);
  if (parsed === undefined) throw new Error('not a URI');
  return parsed;
};
const flow = (fields: Partial<Flow> & Pick<Flow, 'transport'>): Flow => ({
  local: { address: '198.51.100.1', port: 5060 },
  remote: { address: '203.0.113.5', port: 31_000 },
  connectionId: undefined,
  ...fields,
});

describe('the way of a request', () => {
  const sockets = [
    transport('udp', '127.0.0.1'),
    transport('udp', '198.51.100.1'),
    transport('tcp', '198.51.100.1', 'live'),
    transport('udp', '2001:db8::1'),
  ];
  const way = (text: string, address: string, hints = {}) => {
    const found = flowTo(sockets, uri(text), address, hints);
    return (
      found &&
      `${found.transport} ${found.local.address} ${found.remote.address} ${found.remote.port}`
    );
  };

  test('leaves from a socket of the same family, loopback only to loopback', () => {
    expect(way('sip:a@x', '203.0.113.5')).toBe('udp 198.51.100.1 203.0.113.5 5060');
    expect(way('sip:a@x:5070', '127.0.0.9')).toBe('udp 127.0.0.1 127.0.0.9 5070');
    expect(way('sip:a@x', '2001:db8::5')).toBe('udp 2001:db8::1 2001:db8::5 5060');
    expect(way('sip:a@x;transport=tcp', '203.0.113.5')).toBe('tcp 198.51.100.1 203.0.113.5 5060');
    expect(way('sips:a@x', '203.0.113.5')).toBeUndefined();
  });

  test('inside a dialog it keeps to the socket the dialog began on', () => {
    const began = flow({ transport: 'udp', local: { address: '127.0.0.1', port: 5060 } });
    expect(way('sip:a@x', '203.0.113.5', { flow: began })).toBe('udp 127.0.0.1 203.0.113.5 5060');
  });

  test('uses the connection of a direct peer while it stands, whatever its Contact says', () => {
    const began = flow({ transport: 'tcp', connectionId: 'live' });
    const hints = { flow: began, isDirect: true };
    expect(way('sip:a@x;transport=tcp', '10.0.0.7', hints)).toBe(
      'tcp 198.51.100.1 203.0.113.5 31000',
    );
    const gone = { flow: flow({ transport: 'tcp', connectionId: 'gone' }), isDirect: true };
    expect(way('sip:a@x;transport=tcp', '10.0.0.7', gone)).toBe('tcp 198.51.100.1 10.0.0.7 5060');
  });

  test('stays on the connection of a device that registered over TLS, whose name no certificate says', () => {
    // Its ACK once went to a connection of its own, to where nobody listens: the 200 was repeated for 32 s.
    const registered = flow({ transport: 'tls' });
    const contact = uri('sip:room-12@10.0.0.7:45061;transport=tls');
    expect(flowTo(sockets, contact, '10.0.0.7', { flow: registered })).toBe(registered);
    const named = flow({ transport: 'tls', serverName: 'trunk.example' });
    expect(flowTo(sockets, contact, '10.0.0.7', { flow: named })).not.toBe(named);
  });

  test('goes back to the source of a telephone behind a NAT, but not past a proxy', () => {
    const began = flow({ transport: 'udp' });
    expect(way('sip:a@x', '192.168.1.7', { flow: began, isDirect: true })).toBe(
      'udp 198.51.100.1 203.0.113.5 31000',
    );
    expect(way('sip:a@x', '192.168.1.7', { flow: began })).toBe(
      'udp 198.51.100.1 192.168.1.7 5060',
    );
  });

  test('by TCP in place of UDP leaves from the same address', () => {
    expect(tcpInstead(sockets, flow({ transport: 'udp' }))).toMatchObject({
      transport: 'tcp',
      local: { address: '198.51.100.1' },
    });
    expect(tcpInstead(sockets.slice(0, 2), flow({ transport: 'udp' }))).toBeUndefined();
  });
});

test('the public address stands for addresses of its family that are not loopback', () => {
  const name = (address: string): string => publicAddressOf({ address, port: 1 }, '203.0.113.9');
  expect(['10.0.0.1', '127.0.0.1', 'fd00::1'].map(name)).toEqual([
    '203.0.113.9',
    '127.0.0.1',
    'fd00::1',
  ]);
});
