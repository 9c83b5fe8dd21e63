/** One socket per local address: the unspecified address stands for all of its family. */
import type { NetworkInterfaceInfo } from 'node:os';
import type { TransportKind } from '../transaction/flow.ts';

export interface ListenSpec {
  readonly transport: TransportKind;
  readonly address: string;
  readonly port: number;
}

type Interfaces = NodeJS.Dict<readonly NetworkInterfaceInfo[]>;

/**
 * `0.0.0.0` and `::` become the addresses of the interfaces, so that each message leaves from the
 * address at which its call came in. Link-local IPv6 addresses need a zone and are left out.
 */
export const expandListen = (
  specs: readonly ListenSpec[],
  interfaces: Interfaces,
): readonly ListenSpec[] => {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const ofFamily = (family: 'IPv4' | 'IPv6'): readonly string[] =>
    all
      .filter((each) => each.family === family && !/^fe[89ab]/i.test(each.address))
      .map(({ address }) => address);
  return specs.flatMap((spec) => {
    const family = spec.address === '0.0.0.0' ? 'IPv4' : spec.address === '::' ? 'IPv6' : undefined;
    if (family === undefined) return [spec];
    return ofFamily(family).map((address) => ({ ...spec, address }));
  });
};
