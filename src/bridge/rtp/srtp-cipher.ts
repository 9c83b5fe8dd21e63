/**
 * The two ways of SRTP to encrypt and authenticate a packet, in place. No primitive is our own: AES and
 * AES-GCM are OpenSSL's, HMAC-SHA1 is noble's. What a packet costs is in docs/security.md.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { createKeyedDigest, isTagOf } from './keyed-digest.ts';
import type { SrtpSessionKeys } from './srtp-key-derivation.ts';
import { readUint32, writeUint32 } from './srtp-layout.ts';
import { createPacketKeystream } from './srtp-packet-keystream.ts';

/** Every packet has a tag of at least as many behind what is encrypted. */
const wordBytes = 4;

/** Where the parts of a packet are, and what makes its keystream its own. */
export interface SrtpPacketParts {
  /** Whole datagram with room for the tag. */
  bytes: Uint8Array;
  /** What is encrypted: from here … */
  from: number;
  /** … to here. */
  to: number;
  ssrc: number;
  /** 48 bits: roll-over counter and sequence number, or the SRTCP index. */
  index: number;
  /** Authenticated though not before `to`: the roll-over counter, or E flag and SRTCP index. */
  word: number;
  tagAt: number;
}

export interface SrtpCipher {
  /** Encrypts, and writes the tag. */
  seal(packet: SrtpPacketParts): void;
  /** Decrypts; where the tag does not fit it returns false and the packet is as it was. */
  open(packet: SrtpPacketParts): boolean;
}

/** XORs SSRC and index into `iv`, made of the salt, from `at` on: 4 and 6 bytes. */
const mixIn = (iv: Uint8Array, salt: Uint8Array, at: number, ssrc: number, index: number): void => {
  iv.set(salt);
  const high = Math.floor(index / 65536);
  iv[at]! ^= ssrc >>> 24;
  iv[at + 1]! ^= ssrc >>> 16;
  iv[at + 2]! ^= ssrc >>> 8;
  iv[at + 3]! ^= ssrc;
  iv[at + 4]! ^= high >>> 24;
  iv[at + 5]! ^= high >>> 16;
  iv[at + 6]! ^= high >>> 8;
  iv[at + 7]! ^= high;
  iv[at + 8]! ^= index >>> 8;
  iv[at + 9]! ^= index;
};

/** AES-CM with HMAC-SHA1, cut to `tagBytes`. RFC 3711 §4.1.1, §4.2.1 */
export const createAesCmCipher = (keys: SrtpSessionKeys, tagBytes: number): SrtpCipher => {
  const keystream = createPacketKeystream(keys.encryptionKey, (iv, ssrc, index) => {
    mixIn(iv, keys.salt, 4, ssrc, index);
  });
  const keyed = createKeyedDigest(keys.authenticationKey);

  /** The word stands behind the packet meanwhile. */
  const digestOf = ({ bytes, to, word }: SrtpPacketParts): Uint8Array => {
    const behind = readUint32(bytes, to);
    writeUint32(bytes, to, word);
    const digest = keyed.of(bytes.subarray(0, to + wordBytes));
    writeUint32(bytes, to, behind);
    return digest;
  };

  return {
    seal: (packet) => {
      keystream.apply(packet);
      const digest = digestOf(packet);
      for (let i = 0; i < tagBytes; i += 1) packet.bytes[packet.tagAt + i] = digest[i]!;
    },
    open: (packet) => {
      if (!isTagOf(digestOf(packet), packet.bytes, packet.tagAt, tagBytes)) return false;
      keystream.apply(packet);
      return true;
    },
  };
};

/** AES-GCM. Only SRTCP has a word after the ciphertext to authenticate. RFC 7714 §8, §9 */
export const createAesGcmCipher = (
  keys: SrtpSessionKeys,
  tagBytes: number,
  packets: 'rtp' | 'rtcp',
): SrtpCipher => {
  const key = createSecretKey(keys.encryptionKey);
  const algorithm = keys.encryptionKey.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  const options = { authTagLength: tagBytes };
  const iv = new Uint8Array(12);

  const associatedData = ({ bytes, from, word }: SrtpPacketParts): Uint8Array => {
    if (packets === 'rtp') return bytes.subarray(0, from);
    const withWord = new Uint8Array(from + 4);
    withWord.set(bytes.subarray(0, from));
    writeUint32(withWord, from, word);
    return withWord;
  };

  return {
    seal: (packet) => {
      const { bytes, from, to, ssrc, index } = packet;
      mixIn(iv, keys.salt, 2, ssrc, index);
      const cipher = createCipheriv(algorithm, key, iv, options);
      cipher.setAAD(associatedData(packet));
      bytes.set(cipher.update(bytes.subarray(from, to)), from);
      cipher.final();
      bytes.set(cipher.getAuthTag(), packet.tagAt);
    },
    open: (packet) => {
      const { bytes, from, to, ssrc, index, tagAt } = packet;
      mixIn(iv, keys.salt, 2, ssrc, index);
      const decipher = createDecipheriv(algorithm, key, iv, options);
      decipher.setAAD(associatedData(packet));
      decipher.setAuthTag(bytes.subarray(tagAt, tagAt + tagBytes));
      const plain = decipher.update(bytes.subarray(from, to));
      try {
        decipher.final();
      } catch {
        return false;
      }
      bytes.set(plain, from);
      return true;
    },
  };
};
