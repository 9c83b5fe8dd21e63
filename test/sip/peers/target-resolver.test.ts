import { expect, test } from 'vitest';
import { createTargetResolver, type NameService } from '../../../src/sip/peers/target-resolver.ts';
import { parseUri } from '../../../src/sip/message/sip-uri.ts';

const srv: Readonly<Record<string, { host: string; port: number; priority: number }[]>> = {
  '_sip._udp.example.net': [
    { host: 'b.example.net', port: 5080, priority: 20 },
    { host: 'a.example.net', port: 5070, priority: 10 },
    { host: 'gone.example.net', port: 5090, priority: 5 },
  ],
  '_sip._tcp.example.net': [{ host: 'a.example.net', port: 5075, priority: 10 }],
  '_sips._tcp.example.net': [{ host: 'a.example.net', port: 5443, priority: 10 }],
};
const addresses: Readonly<Record<string, string[]>> = {
  'a.example.net': ['192.0.2.1', '2001:db8::1'],
  'b.example.net': ['192.0.2.2'],
  'plain.example.org': ['192.0.2.9'],
};
const names: NameService = {
  srv: async (name) => {
    const found = srv[name];
    if (found === undefined) throw new Error('ENOTFOUND');
    return found.map((each) => ({ ...each, weight: 1 }));
  },
  addresses: async (host) => {
    const found = addresses[host];
    if (found === undefined) throw new Error('ENOTFOUND');
    return found;
  },
};
const resolve = async (uri: string): Promise<string[]> =>
  (await createTargetResolver(names, () => 0).resolve(parseUri(uri)!)).map(
    ({ transport, address, port }) => `${transport} ${address} ${port}`,
  );

test('a certificate has to be for the name that was asked for, not for what SRV made of it', async () => {
  const found = await createTargetResolver(names, () => 0).resolve(parseUri('sips:example.net')!);
  expect(found.map(({ serverName }) => serverName)).toEqual(['example.net', 'example.net']);
});

test.each([
  [
    'sip:example.net',
    ['udp 192.0.2.1 5070', 'udp 2001:db8::1 5070', 'udp 192.0.2.2 5080'],
    'by priority, a name without an address left out',
  ],
  ['sip:example.net;transport=tcp', ['tcp 192.0.2.1 5075', 'tcp 2001:db8::1 5075'], 'for TCP'],
  ['sips:example.net', ['tls 192.0.2.1 5443', 'tls 2001:db8::1 5443'], 'for TLS'],
  ['sip:a.example.net:6000', ['udp 192.0.2.1 6000', 'udp 2001:db8::1 6000'], 'a port: no SRV'],
  ['sip:plain.example.org', ['udp 192.0.2.9 5060'], 'no SRV there: the default port'],
  ['sips:plain.example.org', ['tls 192.0.2.9 5061'], 'no SRV there: the default port of TLS'],
  ['sip:[2001:db8::7]', ['udp 2001:db8::7 5060'], 'an address: nothing is looked up'],
  ['sip:nowhere.example.org', [], 'nothing'],
])('%s leads to %j (%s)', async (uri, targets) => {
  expect(await resolve(uri)).toEqual(targets);
});
