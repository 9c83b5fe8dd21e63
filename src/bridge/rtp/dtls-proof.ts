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
import { fingerprintOf } from './dtls-identity.ts';

/** RFC 5246 §7.4 */
export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export interface HandshakeMessage {
  readonly type: number;
  readonly body: Buffer;
  /** With its header, as if it had come in one fragment. RFC 6347 §4.2.6 */
  readonly whole: Buffer;
}

export interface FinishedHandshake {
  /** Ours. */
  readonly role: MediaDtls['role'];
  /** From the ClientHello that counted, in their order. */
  readonly messages: readonly HandshakeMessage[];
  readonly masterSecret: Buffer;
  /** The other side's ephemeral public key that the secret was made with. */
  readonly remoteKey: Buffer;
  /** What the server's Finished says, where we are the client. */
  readonly serverFinished: Buffer | undefined;
}

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
const randomBytes = 32;
const useSrtpExtension = 14;
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

/** The first message of that type, whose presence and place the order has shown. */
const find = ({ messages }: FinishedHandshake, type: number): Buffer => {
  const found = messages.find((message) => message.type === type);
  if (found === undefined) throw new RangeError('no such handshake message');
  return found.body;
};

/** The server's Certificate precedes the client's. The list's first is the sender's own. */
const certificateOfPeer = ({ role, messages }: FinishedHandshake): Buffer => {
  const isCertificate = ({ type }: HandshakeMessage) => type === handshakeType.certificate;
  const found = role === 'client' ? messages.find(isCertificate) : messages.findLast(isCertificate);
  const body = found?.body ?? Buffer.alloc(0);
  return slice(body, 6, body.readUIntBE(3, 3));
};

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

/** The one profile of the ServerHello's use_srtp, without a key identifier. RFC 5764 §4.1.1 */
const profileOf = (serverHello: Buffer): number | undefined => {
  let at = 2 + randomBytes;
  at += 1 + serverHello.readUInt8(at) + 3; // session, cipher suite, compression
  const end = at + 2 + serverHello.readUInt16BE(at);
  for (at += 2; at < end; at += 4 + serverHello.readUInt16BE(at + 2)) {
    if (serverHello.readUInt16BE(at) !== useSrtpExtension) continue;
    const extension = slice(serverHello, at + 4, serverHello.readUInt16BE(at + 2));
    const isOne = extension.length === 5 && extension.readUInt16BE(0) === 2;
    return isOne && extension[4] === 0 ? extension.readUInt16BE(2) : undefined;
  }
  return undefined;
};

const randomsOf = (handshake: FinishedHandshake): readonly [Buffer, Buffer] => [
  slice(find(handshake, handshakeType.clientHello), 2, randomBytes),
  slice(find(handshake, handshakeType.serverHello), 2, randomBytes),
];

const wholeOf = (messages: readonly HandshakeMessage[]): Buffer =>
  Buffer.concat(messages.map(({ whole }) => whole));
const before = ({ messages }: FinishedHandshake, type: number): Buffer =>
  wholeOf(
    messages.slice(
      0,
      messages.findIndex((message) => message.type === type),
    ),
  );

/** Throws where the bytes are not there. */
const slice = (bytes: Buffer, at: number, length: number): Buffer => {
  if (at + length > bytes.length) throw new RangeError('handshake message too short');
  return bytes.subarray(at, at + length);
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
