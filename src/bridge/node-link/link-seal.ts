/**
 * A datagram between two media workers, under AES-128-GCM: what is before the sealed part is authenticated
 * with it, and each is taken once.
 *
 *   version 1 | link ID 4 | count 6 | sealed … | tag 16
 */
import { createAesGcmCipher } from '../rtp/srtp-cipher.ts';
import { createReplayWindow } from '../rtp/srtp-replay-window.ts';
import type { DirectionKeys } from './link-keys.ts';

const version = 1;
const linkIdAt = 1;
const countAt = 5;
const tagBytes = 16;
/** Where what is sealed begins. */
export const sealedFrom = 11;
export const sealOverheadBytes = sealedFrom + tagBytes;

export interface LinkSealer {
  /** Seals what stands from `sealedFrom` to `to`, in place, with room for the tag behind; the length of it all. */
  seal(bytes: Buffer, to: number): number;
}

export interface LinkOpener {
  /** Where the opened part ends, in place; or why the datagram was dropped. Never throws. */
  readonly open: (datagram: Buffer) => number | 'forged' | 'replayed' | 'malformed';
  /** Of those that the sender counted since the first that came. */
  readonly lost: () => number;
}

/** Undefined: no datagram of ours. */
export const linkIdOf = (datagram: Buffer): number | undefined =>
  datagram.length >= sealOverheadBytes && datagram.readUInt8(0) === version
    ? datagram.readUInt32BE(linkIdAt)
    : undefined;

const cipherOf = ({ encryptionKey, salt }: DirectionKeys) =>
  createAesGcmCipher({ encryptionKey, salt, authenticationKey: Buffer.alloc(0) }, tagBytes, 'rtp');

export const createLinkSealer = (keys: DirectionKeys): LinkSealer => {
  const cipher = cipherOf(keys);
  const { linkId } = keys;
  let count = 0;
  return {
    seal: (bytes, to) => {
      bytes.writeUInt8(version, 0);
      bytes.writeUInt32BE(linkId, linkIdAt);
      bytes.writeUIntBE(count, countAt, 6);
      cipher.seal({ bytes, from: sealedFrom, to, ssrc: linkId, index: count, word: 0, tagAt: to });
      count += 1;
      return to + tagBytes;
    },
  };
};

export const createLinkOpener = (keys: DirectionKeys): LinkOpener => {
  const cipher = cipherOf(keys);
  const { linkId } = keys;
  const window = createReplayWindow();
  let first = 0;
  let taken = 0;
  return {
    open: (bytes) => {
      if (linkIdOf(bytes) !== linkId) return 'malformed';
      const index = bytes.readUIntBE(countAt, 6);
      if (window.isReplay(index)) return 'replayed';
      const to = bytes.length - tagBytes;
      const parts = { bytes, from: sealedFrom, to, ssrc: linkId, index, word: 0, tagAt: to };
      if (!cipher.open(parts)) return 'forged';
      if (taken === 0) first = index;
      window.take(index);
      taken += 1;
      return to;
    },
    lost: () => (taken === 0 ? 0 : Math.max(0, window.highest() - first + 1 - taken)),
  };
};
