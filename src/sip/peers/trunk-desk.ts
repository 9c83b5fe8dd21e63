/** Where an INVITE is told which trunk it came by, or is challenged; and the trunks' own traffic. */
import { randomBytes } from 'node:crypto';
import type { TrunkStatus } from '../../call/ports/sip-engine.ts';
import { createTrunkDoor } from '../../trunk/trunk-door.ts';
import type { Trunk, TrunkSource } from '../../trunk/trunk.ts';
import { headers } from '../message/message-headers.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import { parseUri } from '../message/sip-uri.ts';
import type { Destination } from './outside-request.ts';
import { createTargetResolver, systemNameService, type NameService } from './target-resolver.ts';
import type { TrunkLinkDeps } from './trunk-link.ts';
import { createTrunkLinks } from './trunk-links.ts';

export interface TrunkOptions {
  readonly source: TrunkSource;
  /** Networks that calls may come from without a trunk. */
  readonly allow: readonly string[];
  readonly names?: NameService;
}

/** How a call came: `trunk` undefined means by none. */
export interface CallOrigin {
  readonly trunk: Trunk | undefined;
  readonly isUnauthorised: boolean;
}

/** How a call of ours leaves by a trunk. */
export interface TrunkWay {
  readonly trunk: Trunk;
  /** In the order in which they are tried; empty where the settings name none. */
  destinations(): Promise<readonly Destination[]>;
}

/** What is asked of an INVITE before it becomes a call. */
export interface ArrivingInvite {
  readonly invite: SipRequest;
  /** The true source address. */
  readonly source: string;
  readonly challenge: (status: number, headers: readonly SipHeader[]) => void;
}

export interface TrunkDesk {
  /** Undefined where the INVITE was challenged: then nothing is left to do. */
  receive(incoming: ArrivingInvite): CallOrigin | undefined;
  readonly publicAddressTowards: (remoteAddress: string) => string | undefined;
  /** Registers and watches, and follows the settings from here on. */
  start(): void;
  /** The trunk of this name as it is set now, and its servers; undefined where there is none. */
  towards(name: string): TrunkWay | undefined;
  status(): readonly TrunkStatus[];
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export type TrunkDeskDeps = Omit<TrunkLinkDeps, 'resolver'> & {
  readonly random?: ((size: number) => Uint8Array) | undefined;
};

export const createTrunkDesk = (
  { source, allow, names = systemNameService }: TrunkOptions,
  deps: TrunkDeskDeps,
): TrunkDesk => {
  const { tokens, clock } = deps;
  const resolver = createTargetResolver(names, () => tokens.below(2 ** 31) / 2 ** 31);
  const links = createTrunkLinks({ ...deps, resolver });
  const door = createTrunkDoor({
    book: () => source.current,
    random: deps.random ?? randomBytes,
    registeredAt: links.registeredAt,
    allow,
  });
  return {
    receive: ({ invite, source: address, challenge }) => {
      const verdict = door.receive(clock.now(), {
        method: invite.method,
        source: address,
        requestUser: parseUri(invite.requestUri)?.user ?? '',
        authorization: [
          ...headers(invite, 'Authorization'),
          ...headers(invite, 'Proxy-Authorization'),
        ],
      });
      if (verdict.kind === 'challenge') {
        challenge(verdict.status, verdict.headers);
        return undefined;
      }
      return {
        trunk: verdict.kind === 'trunk' ? verdict.trunk : undefined,
        isUnauthorised: verdict.kind === 'unauthorised',
      };
    },
    publicAddressTowards: door.publicAddressTowards,
    start: () => {
      links.follow(source.current.trunks);
      source.onChange(({ trunks }) => {
        links.follow(trunks);
      });
    },
    towards: (name) => {
      // A link is kept over changes that it does not depend on: the settings are newer.
      const trunk = source.current.trunks.find((each) => each.name === name);
      const link = links.named(name);
      return trunk && link && { trunk, destinations: () => link.destinations() };
    },
    status: () => links.status(),
    close: () => links.close(),
  };
};
