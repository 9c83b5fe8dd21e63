/** Keys of SRTP in SDP: a=crypto lines read, chosen from and written. RFC 4568, RFC 7714 §14.1, RFC 6188 §4 */
import type {
  CertificateFingerprint,
  MediaCrypto,
  SrtpKey,
  SrtpSuite,
} from '../../call/ports/media.ts';

/**
 * `off`: sound goes in the clear. `allow`: encrypted where the other side offers it, also as RFC 8643
 * has it. `require`: no call without.
 */
export type SrtpPolicy = 'off' | 'allow' | 'require';

export interface LocalSrtp {
  readonly policy: SrtpPolicy;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** Of our certificate for DTLS-SRTP; without it none. */
  readonly fingerprint?: CertificateFingerprint | undefined;
  /** Our offers are of DTLS-SRTP alone. */
  readonly offersDtlsAlone?: boolean | undefined;
}

export interface CryptoLine {
  /** 1 to 9 decimal digits; an answer repeats that of the line it takes. */
  readonly tag: string;
  readonly suite: SrtpSuite;
  readonly key: SrtpKey;
}

interface KeyLengths {
  readonly keyBytes: number;
  readonly saltBytes: number;
}
/** In the order of our offers. */
const keyLengths: ReadonlyMap<SrtpSuite, KeyLengths> = new Map([
  ['AEAD_AES_256_GCM', { keyBytes: 32, saltBytes: 12 }],
  ['AEAD_AES_128_GCM', { keyBytes: 16, saltBytes: 12 }],
  ['AES_256_CM_HMAC_SHA1_80', { keyBytes: 32, saltBytes: 14 }],
  ['AES_CM_128_HMAC_SHA1_80', { keyBytes: 16, saltBytes: 14 }],
  ['AES_CM_128_HMAC_SHA1_32', { keyBytes: 16, saltBytes: 14 }],
]);

const isSuite = (name: string): name is SrtpSuite => keyLengths.has(name as SrtpSuite);

const linePattern = /^(0|[1-9][0-9]{0,8}) +([A-Za-z0-9_]+) +inline:([^ ;]+)((?: +[!-~]+)*) *$/;
/** Key and salt, and perhaps a lifetime. A third part would be an MKI. RFC 4568 §6.1 */
const keyPattern = /^([A-Za-z0-9+/]+)={0,2}(?:\|(2\^[1-9][0-9]?|[1-9][0-9]{0,14}))?$/;
/** RFC 3711 §9.2: no key lives longer. */
const maxLifetimePackets = 2 ** 48;

/**
 * A line that we can use, or undefined: a suite that we don't have, a key of the wrong length, an
 * MKI, several keys, or a session parameter that would change what is protected. A window size hint
 * changes nothing, and what begins with a hyphen may be ignored. RFC 4568 §6.3
 */
const readLine = (value: string): CryptoLine | undefined => {
  const [, tag = '', suite = '', inline = '', parameters = ''] = linePattern.exec(value) ?? [];
  if (tag === '' || !isSuite(suite)) return undefined;
  const harmless = parameters.split(' ').every((each) => /^(?:|-.*|WSH=[0-9]+)$/.test(each));
  const [, text = '', lifetime] = keyPattern.exec(inline) ?? [];
  const key = harmless && isLifetime(lifetime) ? readKey(suite, text) : undefined;
  return key && { tag, suite, key };
};

const isLifetime = (text = '2^48'): boolean => {
  const packets = text.startsWith('2^') ? 2 ** Number(text.slice(2)) : Number(text);
  return packets <= maxLifetimePackets;
};

/** `text`: base64, its padding discarded. */
const readKey = (suite: SrtpSuite, text: string): SrtpKey | undefined => {
  const { keyBytes, saltBytes } = keyLengths.get(suite) ?? { keyBytes: 0, saltBytes: 0 };
  const bytes = Buffer.from(text, 'base64');
  const isWhole = text.length === Math.ceil(((keyBytes + saltBytes) * 4) / 3);
  if (!isWhole || bytes.length !== keyBytes + saltBytes) return undefined;
  // Copies: they go to another thread, which would get all of the pool that a Buffer is cut from.
  return {
    masterKey: Uint8Array.from(bytes.subarray(0, keyBytes)),
    masterSalt: Uint8Array.from(bytes.subarray(keyBytes)),
  };
};

/** The lines that we can use, in their order. A tag used twice counts once. */
export const readCryptoLines = (values: readonly string[]): readonly CryptoLine[] => {
  const lines = new Map<string, CryptoLine>();
  for (const value of values) {
    const line = readLine(value);
    if (line !== undefined && !lines.has(line.tag)) lines.set(line.tag, line);
  }
  return [...lines.values()];
};

/** What stands after `a=crypto:`. */
export const writeCryptoLine = ({ tag, suite, key }: CryptoLine): string => {
  const inline = Buffer.concat([key.masterKey, key.masterSalt]).toString('base64');
  return `${tag} ${suite} inline:${inline}`;
};

const newKey = (suite: SrtpSuite, { random }: LocalSrtp): SrtpKey => {
  const { keyBytes, saltBytes } = keyLengths.get(suite) ?? { keyBytes: 0, saltBytes: 0 };
  return {
    masterKey: Uint8Array.from(random(keyBytes)),
    masterSalt: Uint8Array.from(random(saltBytes)),
  };
};

export const isSameKey = (one: SrtpKey, other: SrtpKey): boolean =>
  Buffer.compare(one.masterKey, other.masterKey) === 0 &&
  Buffer.compare(one.masterSalt, other.masterSalt) === 0;

/** A line for each of our suites, each with a key of its own. RFC 4568 §5.1.1 */
export const offerCrypto = (srtp: LocalSrtp): readonly CryptoLine[] =>
  srtp.policy === 'off'
    ? []
    : [...keyLengths.keys()].map((suite, at) => ({
        tag: String(at + 1),
        suite,
        key: newKey(suite, srtp),
      }));

export interface TakenCrypto {
  readonly crypto: MediaCrypto;
  /** For the answer. */
  readonly line: CryptoLine;
}

/**
 * Takes the first line that we can use: the offer's order counts. While the peer's key stays, so does
 * ours; a new one is answered by a new one. RFC 4568 §5.1.2
 */
export const takeCrypto = (
  values: readonly string[],
  srtp: LocalSrtp | undefined,
  before: MediaCrypto | undefined,
): TakenCrypto | undefined => {
  if (srtp === undefined || srtp.policy === 'off') return undefined;
  const [offered] = readCryptoLines(values);
  if (offered === undefined) return undefined;
  const { tag, suite, key: remote } = offered;
  const goesOn = before?.suite === suite && isSameKey(before.remote, remote);
  const local = goesOn ? before.local : newKey(suite, srtp);
  return { crypto: { suite, local, remote }, line: { tag, suite, key: local } };
};

/** What the answer makes of the lines we offered: undefined where it takes none of them. */
export const settleCrypto = (
  offered: readonly string[],
  answered: readonly string[],
): MediaCrypto | undefined => {
  const [theirs] = answered.length === 1 ? readCryptoLines(answered) : [];
  const ours = readCryptoLines(offered).find(({ tag }) => tag === theirs?.tag);
  // The answer repeats tag and suite of one line. RFC 4568 §5.1.3
  if (theirs === undefined || ours?.suite !== theirs.suite) return undefined;
  return { suite: ours.suite, local: ours.key, remote: theirs.key };
};
