/**
 * Whether a DTLS handshake was with whom SDP named, and the keys that come of it. The library runs the
 * handshake but checks neither signatures nor Finished, by which anybody on the way could be the other
 * side under its certificate. What is checked here, over the very bytes that were exchanged:
 *
 *   the certificate has a fingerprint of the SDP                    RFC 8122 §5
 *   its key signed this handshake, and the ephemeral key in use     RFC 5246 §7.4.3, §7.4.8
 *   Finished: both saw the same handshake, so nothing was changed   RFC 5246 §7.4.9
 */
import { createHmac, hash, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import type {
  CertificateFingerprint,
  MediaCrypto,
  MediaDtls,
  SrtpSuite,
} from '../../call/ports/media.ts';
import {
  before,
  certificateOfPeer,
  find,
  handshakeType,
  profileOf,
  randomsOf,
  slice,
  wholeOf,
  type FinishedHandshake,
} from './dtls-handshake.ts';
import { fingerprintOf } from './dtls-identity.ts';

export type HandshakeProblem =
  | 'malformed'
  | 'out-of-order'
  | 'unknown-certificate'
  | 'bad-signature'
  | 'other-key'
  | 'bad-finished'
  | 'no-srtp-profile';

interface SrtpProfile {
  readonly suite: SrtpSuite;
  readonly keyBytes: number;
  readonly saltBytes: number;
}
/** RFC 5764 §4.1.2, RFC 7714 §14.2; in the order of our preference. */
export const srtpProfiles: ReadonlyMap<number, SrtpProfile> = new Map([
  [0x0008, { suite: 'AEAD_AES_256_GCM', keyBytes: 32, saltBytes: 12 }],
  [0x0007, { suite: 'AEAD_AES_128_GCM', keyBytes: 16, saltBytes: 12 }],
  [0x0001, { suite: 'AES_CM_128_HMAC_SHA1_80', keyBytes: 16, saltBytes: 14 }],
]);

/** What is signed with. RFC 5246 §7.4.1.4.1: hash and signature algorithm. */
const signatureKeys: ReadonlyMap<number, string> = new Map([
  [0x0401, 'rsa'],
  [0x0403, 'ec'],
]);
const verifyDataBytes = 12;

/** Why a handshake proves nothing; undefined where it does. Never throws. */
export const handshakeProblem = (
  handshake: FinishedHandshake,
  fingerprints: readonly CertificateFingerprint[],
): HandshakeProblem | undefined => {
  try {
    return problemOf(handshake, fingerprints);
  } catch {
    return 'malformed';
  }
};

/** The keys, or why there are none. Never throws. */
export const proveHandshake = (
  handshake: FinishedHandshake,
  fingerprints: readonly CertificateFingerprint[],
): { readonly crypto: MediaCrypto } | { readonly problem: HandshakeProblem } => {
  try {
    const problem = problemOf(handshake, fingerprints);
    if (problem !== undefined) return { problem };
    const crypto = keysOf(handshake);
    return crypto === undefined ? { problem: 'no-srtp-profile' } : { crypto };
  } catch {
    return { problem: 'malformed' };
  }
};

const problemOf = (
  handshake: FinishedHandshake,
  fingerprints: readonly CertificateFingerprint[],
): HandshakeProblem | undefined => {
  if (!isInOrder(handshake)) return 'out-of-order';
  const certificate = certificateOfPeer(handshake);
  const isNamed = fingerprints.some(
    ({ algorithm, digest }) => fingerprintOf(certificate, algorithm).digest === digest,
  );
  if (!isNamed) return 'unknown-certificate';
  const { signed, signature, key } =
    handshake.role === 'server' ? signedByClient(handshake) : signedByServer(handshake);
  if (!isSigned(certificate, signed, signature)) return 'bad-signature';
  if (!key.equals(handshake.remoteKey)) return 'other-key';
  return isFinished(handshake) ? undefined : 'bad-finished';
};

const serversPart = '1 2 11 12 13 14';
/** Each message once and in its place; a server that asks us for no certificate gets none. */
const orders: Readonly<Record<MediaDtls['role'], ReadonlySet<string>>> = {
  server: new Set([`${serversPart} 11 16 15 20 20`]),
  client: new Set([`${serversPart} 11 16 15 20`, '1 2 11 12 14 16 20']),
};
const isInOrder = ({ role, messages }: FinishedHandshake): boolean =>
  orders[role].has(messages.map(({ type }) => type).join(' '));

interface Signed {
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** The ephemeral key that the signature vouches for. */
  readonly key: Buffer;
}

/** CertificateVerify, over all before it. RFC 5246 §7.4.8 */
const signedByClient = (handshake: FinishedHandshake): Signed => {
  const keyExchange = find(handshake, handshakeType.clientKeyExchange);
  return {
    signed: before(handshake, handshakeType.certificateVerify),
    signature: find(handshake, handshakeType.certificateVerify),
    key: slice(keyExchange, 1, keyExchange.readUInt8(0)),
  };
};

/** ServerKeyExchange, over both randoms and itself. RFC 8422 §5.4 */
const signedByServer = (handshake: FinishedHandshake): Signed => {
  const keyExchange = find(handshake, handshakeType.serverKeyExchange);
  const key = slice(keyExchange, 4, keyExchange.readUInt8(3));
  const parameters = slice(keyExchange, 0, 4 + key.length);
  return {
    signed: Buffer.concat([...randomsOf(handshake), parameters]),
    signature: keyExchange.subarray(parameters.length),
    key,
  };
};

/** `signature`: its algorithm, length and bytes. */
const isSigned = (certificate: Buffer, signed: Buffer, signature: Buffer): boolean => {
  const { publicKey } = new X509Certificate(certificate);
  if (publicKey.asymmetricKeyType !== signatureKeys.get(signature.readUInt16BE(0))) return false;
  return verify('sha256', signed, publicKey, slice(signature, 4, signature.readUInt16BE(2)));
};

const isFinished = (handshake: FinishedHandshake): boolean => {
  const { role, messages, serverFinished } = handshake;
  const [label, seen, theirs] =
    role === 'server'
      ? ([
          'client finished',
          before(handshake, handshakeType.finished),
          find(handshake, handshakeType.finished),
        ] as const)
      : (['server finished', wholeOf(messages), serverFinished] as const);
  const ours = expand(handshake, label, hash('sha256', seen, 'buffer'), verifyDataBytes);
  return theirs?.length === verifyDataBytes && timingSafeEqual(ours, theirs);
};

/** RFC 5705 §4, RFC 5764 §4.2 */
const keysOf = (handshake: FinishedHandshake): MediaCrypto | undefined => {
  const profile = srtpProfiles.get(profileOf(find(handshake, handshakeType.serverHello)) ?? 0);
  if (profile === undefined) return undefined;
  const { suite, keyBytes, saltBytes } = profile;
  const bytes = expand(
    handshake,
    'EXTRACTOR-dtls_srtp',
    Buffer.concat(randomsOf(handshake)),
    2 * (keyBytes + saltBytes),
  );
  const keyAt = (side: 0 | 1) => {
    const [key, salt] = [side * keyBytes, 2 * keyBytes + side * saltBytes];
    return {
      masterKey: Uint8Array.from(bytes.subarray(key, key + keyBytes)),
      masterSalt: Uint8Array.from(bytes.subarray(salt, salt + saltBytes)),
    };
  };
  const [client, server] = [keyAt(0), keyAt(1)];
  return handshake.role === 'client'
    ? { suite, local: client, remote: server }
    : { suite, local: server, remote: client };
};

/** The pseudo-random function of TLS 1.2. RFC 5246 §5 */
const expand = (
  { masterSecret }: FinishedHandshake,
  label: string,
  seed: Buffer,
  bytes: number,
): Buffer => {
  const hmac = (data: Buffer) => createHmac('sha256', masterSecret).update(data).digest();
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const blocks: Buffer[] = [];
  for (let a = hmac(labelled); blocks.length * 32 < bytes; a = hmac(a)) {
    blocks.push(hmac(Buffer.concat([a, labelled])));
  }
  return Buffer.concat(blocks).subarray(0, bytes);
};
