/** The links of all trunks, following the settings: a trunk that did not change is left alone. */
import { isDeepStrictEqual } from 'node:util';
import type { TrunkStatus } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import { createTrunkLink, type TrunkLink, type TrunkLinkDeps } from './trunk-link.ts';

export interface TrunkLinks {
  /** Begins, keeps or ends what these trunks ask for. Calls are not touched. */
  follow(trunks: readonly Trunk[]): void;
  /** Names of the trunks whose registrar is at this address. */
  readonly registeredAt: (address: string) => readonly string[];
  /** Undefined where no trunk has this name. */
  named(name: string): TrunkLink | undefined;
  status(): readonly TrunkStatus[];
  /** Takes all registrations back. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** What a link depends on: a new limit or number is no reason to register anew. */
const linkedBy = ({ registration, peer, keepAlive, publicAddress }: Trunk): object => ({
  registration,
  peer,
  keepAlive,
  publicAddress,
});

export const createTrunkLinks = (deps: TrunkLinkDeps): TrunkLinks => {
  let links: readonly TrunkLink[] = [];
  const ending = new Set<Promise<void>>();
  let isClosed = false;

  const end = (link: TrunkLink): Promise<void> => {
    const closed = link.close().finally(() => ending.delete(closed));
    ending.add(closed);
    return closed;
  };

  return {
    follow: (trunks) => {
      if (isClosed) return;
      const kept = new Map<string, TrunkLink>();
      const ended = new Map<string, Promise<void>>();
      for (const link of links) {
        const next = trunks.find(({ name }) => name === link.trunk.name);
        const isSame = next && isDeepStrictEqual(linkedBy(next), linkedBy(link.trunk));
        if (isSame) kept.set(link.trunk.name, link);
        else ended.set(link.trunk.name, end(link));
      }
      links = trunks.map(
        (trunk) => kept.get(trunk.name) ?? createTrunkLink(trunk, deps, ended.get(trunk.name)),
      );
    },
    registeredAt: (address) =>
      links
        .filter(({ registrarAddresses }) => registrarAddresses.has(address))
        .map(({ trunk }) => trunk.name),
    named: (name) => links.find(({ trunk }) => trunk.name === name),
    status: () => links.map((link) => link.status()),
    close: async () => {
      isClosed = true;
      for (const link of links) void end(link);
      await Promise.all(ending);
    },
  };
};
