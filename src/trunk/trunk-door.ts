/**
 * By which trunk an INVITE comes. Both SIP engines ask here before a call becomes a leg.
 *
 *   narrowest network (or registrar) of a trunk --+-- no credentials --> by that trunk
 *                                                 +-- credentials -----> digest, of that trunk
 *   no trunk's address --+-- listed as allowed without a trunk --------> by none
 *                        +-- any trunk has credentials alone ----------> digest, of those trunks
 *                        +-- else -------------------------------------> by none: screening refuses
 */
import { isInNetwork } from '../call/cidr.ts';
import { createDigestGate, type DigestGateDeps, type DigestVerdict } from './digest-gate.ts';
import { trunkAtAddress } from './match-trunk.ts';
import type { Trunk, TrunkBook } from './trunk.ts';

export interface DoorRequest {
  readonly method: string;
  /** The true source address. */
  readonly source: string;
  /** User part of the Request-URI. */
  readonly requestUser: string;
  /** The values of Authorization and Proxy-Authorization. */
  readonly authorization: readonly string[];
}

export type DoorVerdict =
  | { readonly kind: 'trunk'; readonly trunk: Trunk }
  | { readonly kind: 'no-trunk' }
  /** Wrong credentials, too often from this address. */
  | { readonly kind: 'unauthorised' }
  | Extract<DigestVerdict, { kind: 'challenge' }>;

export interface TrunkDoor {
  receive(now: number, request: DoorRequest): DoorVerdict;
  /** What we are called towards this address; undefined: nothing of its own. */
  readonly publicAddressTowards: (address: string) => string | undefined;
}

export interface TrunkDoorDeps extends Omit<DigestGateDeps, 'policy'> {
  /** What is in force now. */
  readonly book: () => TrunkBook;
  /** Names of the trunks whose registrar is at this address just now. */
  readonly registeredAt: (address: string) => readonly string[];
  /** Networks that calls may come from without a trunk. */
  readonly allow: readonly string[];
}

export function createTrunkDoor(deps: TrunkDoorDeps): TrunkDoor {
  const { book, registeredAt, allow } = deps;
  const gate = createDigestGate({ ...deps, policy: () => book().digest });

  /** A registrar's one address is narrower than any network. Several accounts there: by our Contact. */
  function trunkAt(address: string, requestUser: string | undefined): Trunk | undefined {
    const names = registeredAt(address);
    const registered = book().trunks.filter(({ name }) => names.includes(name));
    return (
      registered.find(({ registration }) => registration?.contactUser === requestUser) ??
      registered[0] ??
      trunkAtAddress(book().trunks, address)
    );
  }

  function byDigest(now: number, request: DoorRequest, candidates: readonly Trunk[]): DoorVerdict {
    const credentials = candidates.flatMap((trunk) => trunk.credentials ?? []);
    const verdict = gate.check(now, request, credentials);
    if (verdict.kind === 'shut') return { kind: 'unauthorised' };
    if (verdict.kind === 'challenge') return verdict;
    const trunk = candidates.find((each) => each.credentials?.user === verdict.user);
    return trunk === undefined ? { kind: 'unauthorised' } : { kind: 'trunk', trunk };
  }

  return {
    receive(now, request) {
      const { source } = request;
      const trunk = trunkAt(source, request.requestUser);
      if (trunk !== undefined)
        return trunk.credentials === undefined || registeredAt(source).includes(trunk.name)
          ? { kind: 'trunk', trunk }
          : byDigest(now, request, [trunk]);
      if (allow.some((cidr) => isInNetwork(source, cidr))) return { kind: 'no-trunk' };
      const anywhere = book().trunks.filter(
        ({ addresses, credentials }) => addresses.length === 0 && credentials !== undefined,
      );
      return anywhere.length === 0 ? { kind: 'no-trunk' } : byDigest(now, request, anywhere);
    },
    publicAddressTowards: (address) => trunkAt(address, undefined)?.publicAddress,
  };
}
