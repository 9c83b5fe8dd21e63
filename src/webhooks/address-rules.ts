/**
 * Where webhooks may go. Whoever may make one could otherwise have the gateway speak to what only it
 * can reach: its own ports, the neighbours, a cloud's metadata.
 */
import { isIP } from 'node:net';
import { isInNetwork } from '../call/cidr.ts';

/** The special-purpose registries of IANA (RFC 6890), and multicast. */
const neverPublic: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Of IPv6: tunnels that end anywhere, and documentation.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];

/** Global unicast: everything else of IPv6 is special. */
const globalIpv6 = '2000::/3';

/** `allow`: networks that may be spoken to though they are not public. */
export function mayReach(address: string, allow: readonly string[]): boolean {
  if (allow.some((network) => isInNetwork(address, network))) return true;
  if (neverPublic.some((network) => isInNetwork(address, network))) return false;
  const isIpv4 = isIP(address) === 4 || isInNetwork(address, '0.0.0.0/0');
  return isIpv4 || isInNetwork(address, globalIpv6);
}

/** What is wrong with the URL of a webhook, as far as it can be seen without asking anybody. */
export function urlProblem(text: string, allow: readonly string[]): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'must be a URL';
  if (url.username !== '' || url.password !== '') return 'must hold no password';
  const isPlain = url.protocol === 'http:' && allow.length > 0;
  if (url.protocol !== 'https:' && !isPlain) return 'must begin with https://';
  const host = hostOf(url);
  if (isIP(host) !== 0 && !mayReach(host, allow)) return 'must not be a private address';
  return undefined;
}

/** Without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
