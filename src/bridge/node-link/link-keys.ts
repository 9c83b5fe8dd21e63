/**
 * Keys of the sound between two media workers of two nodes. Each worker has a key pair of its own (X25519,
 * RFC 7748) that is as old as its thread; what two of them agree on is mixed with a secret that only the nodes
 * of one cluster know (HKDF, RFC 5869). So nobody without the secret can take a worker's place, who learns
 * the secret later can't read what was sent, and no key lives longer than either worker: a count that
 * begins at 0 with each of them never meets a key again.
 */
import {
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';
import type { RoomName } from '../../call/identifiers.ts';

/** Of one direction. */
export interface DirectionKeys {
  /** By which the receiver knows whose datagram it is. */
  readonly linkId: number;
  /** AES-128. */
  readonly encryptionKey: Buffer;
  /** 12 bytes. */
  readonly salt: Buffer;
}

export interface LinkKeys {
  readonly out: DirectionKeys;
  readonly in: DirectionKeys;
}

export interface LinkIdentity {
  /** 32 bytes as base64url. */
  readonly publicKey: string;
  /** Undefined where that is no key of another worker. */
  keysWith(otherPublicKey: string): LinkKeys | undefined;
}

const label = 'ringbro node link';
const keyBytes = 16;
const saltBytes = 12;
const linkIdBytes = 4;

/** What the nodes' links are made with, from the secret that they share anyway. */
export const linkSecretOf = (clusterSecret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', clusterSecret, '', label, 32));

export const createLinkIdentity = (secret: Uint8Array): LinkIdentity => {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const own = publicKey.export({ format: 'jwk' }).x ?? '';

  const directionKeys = (agreed: Buffer, sender: string, receiver: string): DirectionKeys => {
    const info = `${label} ${sender} ${receiver}`;
    const length = keyBytes + saltBytes + linkIdBytes;
    const made = Buffer.from(hkdfSync('sha256', agreed, secret, info, length));
    return {
      encryptionKey: made.subarray(0, keyBytes),
      salt: made.subarray(keyBytes, keyBytes + saltBytes),
      linkId: made.readUInt32BE(keyBytes + saltBytes),
    };
  };

  return {
    publicKey: own,
    keysWith: (other) => {
      // Both directions would have one key.
      if (other === own) return undefined;
      try {
        const theirs = createPublicKey({
          key: { kty: 'OKP', crv: 'X25519', x: other },
          format: 'jwk',
        });
        const agreed = diffieHellman({ privateKey, publicKey: theirs });
        return { out: directionKeys(agreed, own, other), in: directionKeys(agreed, other, own) };
      } catch {
        // No point of the curve, or one of those that everybody agrees on the same with.
        return undefined;
      }
    },
  };
};

/** What a meeting is called in datagrams: 48 bits that say nothing to who does not know the secret. */
export const streamKeyOf = (secret: Uint8Array, room: RoomName): number =>
  createHmac('sha256', secret).update(`${label} room ${room}`).digest().readUIntBE(0, 6);
