/** The keystreams of a stream's packets (AES-CM, RFC 3711 §4.1.1), some of them made ahead. */
import { createCipheriv } from 'node:crypto';

const blockBytes = 16;
/**
 * Made at a time: packets mostly follow each other, and a call of the cipher costs more than the ten
 * blocks of a packet.
 */
const packetsAhead = 8;

/** What is encrypted of a packet, and what makes its keystream its own. */
export interface KeystreamPacket {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly ssrc: number;
  readonly index: number;
}

export interface PacketKeystream {
  /** XORs the packet's keystream into its bytes. */
  apply(packet: KeystreamPacket): void;
}

/**
 * `key`: 16 or 32 bytes. `writeIv` writes the first counter block of a packet, 16 bytes of which the
 * last two are 0. One ECB cipher enciphers the counter blocks, as in `srtp-keystream.ts`.
 */
export const createPacketKeystream = (
  key: Uint8Array,
  writeIv: (iv: Uint8Array, ssrc: number, index: number) => void,
): PacketKeystream => {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  const iv = new Uint8Array(blockBytes);
  let counters = new Uint8Array(0);
  // The keystreams of the packets of `ssrc` from `firstIndex` on, `blocks` each.
  let keystreams = new Uint8Array(0);
  let ssrc = -1;
  let firstIndex = 0;
  let blocks = 0;

  const writeCounters = (at: number): void => {
    for (let block = 0; block < blocks; block += 1) {
      const from = at + block * blockBytes;
      for (let i = 0; i < 14; i += 1) counters[from + i] = iv[i]!;
      counters[from + 14] = block >>> 8;
      counters[from + 15] = block;
    }
  };

  const makeFrom = (packet: KeystreamPacket, neededBlocks: number): void => {
    ({ ssrc, index: firstIndex } = packet);
    blocks = neededBlocks;
    const packetBytes = blocks * blockBytes;
    if (counters.length !== packetBytes * packetsAhead) {
      counters = new Uint8Array(packetBytes * packetsAhead);
    }
    for (let ahead = 0; ahead < packetsAhead; ahead += 1) {
      writeIv(iv, ssrc, firstIndex + ahead);
      writeCounters(ahead * packetBytes);
    }
    keystreams = cipher.update(counters);
  };

  return {
    apply: (packet) => {
      const { bytes, from, to } = packet;
      const neededBlocks = Math.ceil((to - from) / blockBytes);
      if (neededBlocks === 0) return;
      let ahead = packet.index - firstIndex;
      const isMade =
        packet.ssrc === ssrc && ahead >= 0 && ahead < packetsAhead && neededBlocks <= blocks;
      if (!isMade) {
        makeFrom(packet, neededBlocks);
        ahead = 0;
      }
      const at = ahead * blocks * blockBytes - from;
      for (let i = from; i < to; i += 1) bytes[i]! ^= keystreams[at + i]!;
    },
  };
};
