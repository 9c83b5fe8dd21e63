/** Keys and packets for tests of SRTP. */
import type { SrtpKey, SrtpSuite } from '../../../src/call/ports/media.ts';

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

export const keyLengths: Readonly<Record<SrtpSuite, readonly [key: number, salt: number]>> = {
  AES_CM_128_HMAC_SHA1_80: [16, 14],
  AES_CM_128_HMAC_SHA1_32: [16, 14],
  AES_256_CM_HMAC_SHA1_80: [32, 14],
  AEAD_AES_128_GCM: [16, 12],
  AEAD_AES_256_GCM: [32, 12],
};
export const suites = Object.keys(keyLengths) as SrtpSuite[];

/** A key of the right length; `seed` makes it another one. */
export const keyFor = (suite: SrtpSuite, seed = 1): SrtpKey => {
  const [key, salt] = keyLengths[suite];
  const bytes = (length: number, from: number) =>
    Uint8Array.from({ length }, (_, i) => (from + i * 7) & 0xff);
  return { masterKey: bytes(key, seed * 31), masterSalt: bytes(salt, seed * 57) };
};

export const rtp = (sequence: number, options: { ssrc?: number; payload?: Uint8Array } = {}) => {
  const { ssrc = 0xcafebabe, payload = new Uint8Array(160).fill(0xd5) } = options;
  const packet = Buffer.alloc(12 + payload.length);
  packet[0] = 0x80;
  packet[1] = 8;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.set(payload, 12);
  return packet;
};

/** A receiver report without blocks, and what else is to be said. */
export const rtcp = (ssrc = 0xcafebabe, rest = new Uint8Array(0)) => {
  const packet = Buffer.alloc(8 + rest.length);
  packet.set([0x80, 201]);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
  packet.set(rest, 8);
  return packet;
};
