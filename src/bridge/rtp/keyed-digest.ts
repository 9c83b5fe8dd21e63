/**
 * HMAC-SHA1 (RFC 2104) under one key, over and over: the key's part is done once, and each message goes on
 * from a copy of that. noble's; one of OpenSSL's can't be used twice, and its making costs several times the digest.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';

export const sha1Bytes = 20;

export interface KeyedDigest {
  /** The digest of `message`, 20 bytes; overwritten by the next. */
  of(message: Uint8Array): Uint8Array;
}

export const createKeyedDigest = (key: Uint8Array): KeyedDigest => {
  const keyed = hmac.create(sha1, key);
  const ofMessage = keyed.clone();
  const digest = new Uint8Array(sha1Bytes);
  return {
    of: (message) => {
      keyed._cloneInto(ofMessage);
      ofMessage.update(message).digestInto(digest);
      return digest;
    },
  };
};

/**
 * Whether the first `tagBytes` of `digest` stand in `bytes` from `tagAt` on. To the end whatever differs: how
 * long it takes tells nobody how much of a tag was right.
 */
export const isTagOf = (
  digest: Uint8Array,
  bytes: Uint8Array,
  tagAt: number,
  tagBytes: number,
): boolean => {
  let difference = 0;
  for (let i = 0; i < tagBytes; i += 1) difference |= bytes[tagAt + i]! ^ digest[i]!;
  return difference === 0;
};
