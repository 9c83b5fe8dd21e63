/**
 * X25519 (RFC 7748) of the DTLS handshake by OpenSSL. werift (0.25.2) does it in JavaScript with
 * tweetnacl, which takes 2 ms a join, a tenth of it; OpenSSL takes 0.2 ms.
 */
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

const keyBytes = 32;
/** What stands before the key in its DER forms. RFC 8410 §4, §7 */
const publicKeyPrefix = Buffer.from('302a300506032b656e032100', 'hex');
const privateKeyPrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** As tweetnacl's; throws where the secret would be all zero, as RFC 8422 §5.11 asks. */
export const scalarMult = (privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  diffieHellman({
    privateKey: createPrivateKey({
      key: Buffer.concat([privateKeyPrefix, privateKey]),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({
      key: Buffer.concat([publicKeyPrefix, publicKey]),
      format: 'der',
      type: 'spki',
    }),
  });

/** As tweetnacl's: each key is a whole buffer of its own. */
export const keyPair = (): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } => {
  const { publicKey, privateKey } = generateKeyPairSync('x25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  });
  return {
    publicKey: Uint8Array.from(publicKey.subarray(-keyBytes)),
    secretKey: Uint8Array.from(privateKey.subarray(-keyBytes)),
  };
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Has werift's handshakes of this thread agree on keys by OpenSSL. Returns false, having changed
 * nothing, where werift does not use tweetnacl as expected.
 */
export const useOpensslKeyAgreement = (): boolean => {
  try {
    const nacl: unknown = createRequire(import.meta.resolve('werift'))('tweetnacl');
    const box: unknown = isObject(nacl) ? Reflect.get(nacl, 'box') : undefined;
    const found = typeof box === 'function' && typeof Reflect.get(box, 'keyPair') === 'function';
    if (!isObject(nacl) || typeof box !== 'function' || !found) return false;
    return Reflect.set(nacl, 'scalarMult', scalarMult) && Reflect.set(box, 'keyPair', keyPair);
  } catch {
    return false;
  }
};
