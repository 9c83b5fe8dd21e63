/** A trunk: one telephone provider or exchange as the settings file describes it, secrets filled in. */
import type { MediaSession } from '../call/ports/media.ts';
import type { Language } from '../ivr/language.ts';

export type TrunkCodec = MediaSession['codec'];
export type IdentityHeader = 'P-Asserted-Identity' | 'Remote-Party-ID';
export type DigestAlgorithm = 'SHA-256' | 'MD5';

export interface TrunkCredentials {
  readonly user: string;
  /** Never logged. */
  readonly password: string;
}

/** How we register with the provider. RFC 3261 §10 */
export interface TrunkRegistration extends TrunkCredentials {
  /** A SIP URI without a user: the domain that is registered with, and where to send. */
  readonly registrar: string;
  /** User part of the address that is registered. */
  readonly account: string;
  /** User part of our Contact; calls to it carry the dialled number in To. */
  readonly contactUser: string;
  readonly expiresS: number;
}

export interface TrunkKeepAlive {
  /** `crlf`: two line ends, RFC 5626 §3.5.1 on TCP, customary on UDP. */
  readonly kind: 'crlf' | 'options';
  readonly everyS: number;
}

export interface Trunk {
  readonly name: string;
  /** Networks its calls come from. With credentials both are asked for. */
  readonly addresses: readonly string[];
  /** What it proves itself with, by digest. */
  readonly credentials: TrunkCredentials | undefined;
  readonly registration: TrunkRegistration | undefined;
  /** Empty: the numbers of RINGBRO_NUMBERS. */
  readonly numbers: readonly { readonly number: string; readonly language: Language }[];
  /** The identity headers that are believed, first come first. */
  readonly identity: readonly IdentityHeader[];
  /** In order of preference. */
  readonly codecs: readonly TrunkCodec[];
  readonly limits: {
    /** At the same time; undefined: no limit of its own. */
    readonly calls: number | undefined;
    readonly callsPerS: number | undefined;
  };
  /** What we are called in Via, Contact and SDP towards it; undefined: RINGBRO_PUBLIC_ADDRESS. */
  readonly publicAddress: string | undefined;
  /** Where keep-alives go: a SIP URI. undefined: the registrar. */
  readonly peer: string | undefined;
  readonly keepAlive: TrunkKeepAlive | undefined;
}

/** How callers of trunks with credentials are challenged. */
export interface DigestPolicy {
  readonly realm: string;
  /** In order of preference, one challenge each. RFC 8760 §2.3 */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly nonceLifeMs: number;
  readonly status: 401 | 407;
}

/** The whole settings file, checked. */
export interface TrunkBook {
  readonly digest: DigestPolicy;
  readonly trunks: readonly Trunk[];
}

export const emptyTrunkBook: TrunkBook = {
  digest: { realm: 'ringbro', algorithms: ['SHA-256', 'MD5'], nonceLifeMs: 300_000, status: 401 },
  trunks: [],
};

/** The settings in force, which may be replaced under way. */
export interface TrunkSource {
  readonly current: TrunkBook;
  onChange(listener: (book: TrunkBook) => void): void;
}
