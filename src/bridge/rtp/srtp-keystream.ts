/** AES in counter mode as SRTP has it: RFC 3711 §4.1.1, and with 256 bit keys RFC 6188 §2. */
import { createCipheriv } from 'node:crypto';

const blockBytes = 16;
/** An Ethernet frame's worth; more is made room for when it comes. */
const initialBlocks = 96;

export interface AesKeystream {
  /** XORs the keystream that begins at counter block `iv` (16 bytes, its last two 0) into the bytes. */
  apply(iv: Uint8Array, bytes: Uint8Array, from: number, to: number): void;
}

/**
 * `key`: 16 or 32 bytes. One ECB cipher enciphers the counter blocks of all packets: node:crypto
 * can't give a CTR cipher another IV, and making one for each packet costs three times as much
 * (3.4 us against 1.3 us for 160 bytes).
 */
export const createAesKeystream = (key: Uint8Array): AesKeystream => {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  let counters = new Uint8Array(initialBlocks * blockBytes);
  return {
    apply: (iv, bytes, from, to) => {
      const blocks = Math.ceil((to - from) / blockBytes);
      if (blocks === 0) return;
      if (blocks * blockBytes > counters.length) counters = new Uint8Array(blocks * blockBytes);
      for (let block = 0, at = 0; block < blocks; block += 1, at += blockBytes) {
        for (let i = 0; i < 14; i += 1) counters[at + i] = iv[i]!;
        counters[at + 14] = block >>> 8;
        counters[at + 15] = block;
      }
      const keystream = cipher.update(counters.subarray(0, blocks * blockBytes));
      for (let at = from; at < to; at += 1) bytes[at]! ^= keystream[at - from]!;
    },
  };
};
