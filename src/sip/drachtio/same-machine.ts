/** Whether a server is on this machine: then nobody else is on the way to it. */
import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

type Interfaces = NodeJS.Dict<readonly NetworkInterfaceInfo[]>;

const addressesOf = (interfaces: Interfaces): readonly NetworkInterfaceInfo[] =>
  Object.values(interfaces).flatMap((addresses) => addresses ?? []);

/** A name other than `localhost` counts as elsewhere: what it stands for may change. */
export const isSameMachine = (host: string, interfaces: Interfaces): boolean =>
  host === 'localhost' ||
  (isIP(host) !== 0 &&
    (/^127\./.test(host) || addressesOf(interfaces).some(({ address }) => address === host)));

const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Where media workers bind, from the addresses that are set: the first, or where that is all of
 * them, the first that others reach. One is named to FreeSWITCH in SDP, and all of them is none.
 */
export const mediaAddressOf = (addresses: readonly string[], interfaces: Interfaces): string => {
  const [first = '127.0.0.1'] = addresses;
  if (!unspecified.has(first)) return first;
  const family = first === '::' ? 'IPv6' : 'IPv4';
  const reachable = addressesOf(interfaces).find(
    (each) => each.family === family && !each.internal && !/^fe[89ab]/i.test(each.address),
  );
  return reachable?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1');
};
