/** Which trunk an address belongs to: the narrowest network that holds it. */
import { isInNetwork } from '../call/cidr.ts';
import type { Trunk } from './trunk.ts';

const prefixLength = (cidr: string): number => {
  const [address = '', length] = cidr.split('/');
  return length === undefined ? (address.includes(':') ? 128 : 32) : Number(length);
};

/** Longest prefix first; two networks that hold one address are of one family. */
export function trunkAtAddress(trunks: readonly Trunk[], address: string): Trunk | undefined {
  let best: { readonly trunk: Trunk; readonly length: number } | undefined;
  for (const trunk of trunks) {
    for (const cidr of trunk.addresses) {
      if (!isInNetwork(address, cidr)) continue;
      const length = prefixLength(cidr);
      if (best === undefined || length > best.length) best = { trunk, length };
    }
  }
  return best?.trunk;
}
